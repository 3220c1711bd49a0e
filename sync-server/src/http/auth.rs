//! The device's token, as an extractor: a handler that takes [`DeviceToken`] cannot run without one. Whether the server
//! knows the token, and what the token allows, is decided by the core.

use super::{reply_format::ReplyFormat, state::Api};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
    response::Response,
};
use shared::wire::{ErrorCode, SyncError, Token};
use std::sync::Arc;

/// The token of `Authorization: Bearer …`. Extracting it takes one request from the device's rate limit. Rejects with
/// `token-unknown` or `too-many-requests`.
pub struct DeviceToken(pub Token);

/// 200 characters: tokens have 43 today, and anything much longer is no token.
const TOKEN_MAX: usize = 200;

/// The bearer token of a request; `None` when it is missing, empty or too long.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && (1..=TOKEN_MAX).contains(&token.len())).then_some(token)
}

impl<P: Send + Sync + 'static> FromRequestParts<Arc<Api<P>>> for DeviceToken {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api<P>>) -> Result<Self, Response> {
        let format = ReplyFormat::of(&parts.headers);
        let Some(token) = bearer(&parts.headers) else {
            return Err(format.refuse(&SyncError::refused(ErrorCode::TokenUnknown)));
        };
        // By token and not by address: behind a carrier's NAT, all phones of a town share one address.
        if let Err(wait) = api.rate.take(token) {
            return Err(format.refuse(&SyncError::refused(ErrorCode::TooManyRequests).retry_after(wait)));
        }
        Ok(Self(Token(token.to_owned())))
    }
}
