//! The device's token, as an extractor: a handler that takes [`DeviceToken`] cannot be called without one. Whether the
//! token is known, and what it may see, is the core's to say.

use super::{peer::Peer, state::Api};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
    response::Response,
};
use shared::wire::{ErrorCode, SyncError, Token};
use std::sync::Arc;

/// From `Authorization: Bearer …`. Counts against the device's rate.
pub struct DeviceToken(pub Token);

/// 200 characters: tokens are 43 today; anything much longer is not one.
const TOKEN_MAX: usize = 200;

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && (1..=TOKEN_MAX).contains(&token.len())).then_some(token)
}

impl<P: Send + Sync + 'static> FromRequestParts<Arc<Api<P>>> for DeviceToken {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api<P>>) -> Result<Self, Response> {
        let peer = Peer::of(&parts.headers);
        let Some(token) = bearer(&parts.headers) else {
            return Err(peer.refuse(&SyncError::refused(ErrorCode::TokenUnknown)));
        };
        // By device and not by address: a relayed_by puts a whole town behind one.
        if let Err(wait) = api.rate.take(token) {
            return Err(peer.refuse(&SyncError::refused(ErrorCode::TooManyRequests).retry_after(wait)));
        }
        Ok(Self(Token(token.to_owned())))
    }
}
