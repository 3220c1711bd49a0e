//! What the caller's headers say about the answer: its language, and whether it may be compressed.

use super::{body, errors};
use crate::text::Lang;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
    response::Response,
};
use serde::Serialize;
use shared::{protocol::Answer, wire::SyncError};
use std::convert::Infallible;

#[derive(Clone, Copy, Debug)]
pub struct Peer {
    pub lang: Lang,
    /// The caller reads zstd.
    pub zstd: bool,
}

impl Peer {
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let zstd = text(header::ACCEPT_ENCODING).split(',').any(|entry| {
            let (name, params) = entry.split_once(';').unwrap_or((entry, ""));
            name.trim().eq_ignore_ascii_case("zstd") && !matches!(params.trim(), "q=0" | "q=0.0")
        });
        Self { lang: Lang::accepted(text(header::ACCEPT_LANGUAGE)), zstd }
    }

    /// The protocol's answer as a response.
    pub fn answer<T: Serialize>(self, answer: Answer<T>) -> Response {
        match answer {
            Ok(reply) => body::reply(&reply, self),
            Err(error) => self.refuse(&error),
        }
    }

    pub fn refuse(self, error: &SyncError) -> Response {
        errors::response(error, self)
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}
