//! How the caller wants its reply, from the request headers: in which language, and compressed or not.

use crate::text::Lang;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use std::convert::Infallible;

/// The negotiated form of a reply. [`super::reply`] writes replies in it.
#[derive(Clone, Copy, Debug)]
pub struct ReplyFormat {
    /// The language of error messages, from `Accept-Language`.
    pub lang: Lang,
    /// True when `Accept-Encoding` lists zstd.
    pub zstd: bool,
}

impl ReplyFormat {
    /// Reads `Accept-Language` and `Accept-Encoding`. Missing or unreadable headers give an uncompressed Chinese reply.
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let zstd = text(header::ACCEPT_ENCODING).split(',').any(|entry| {
            let (name, params) = entry.split_once(';').unwrap_or((entry, ""));
            name.trim().eq_ignore_ascii_case("zstd") && !matches!(params.trim(), "q=0" | "q=0.0")
        });
        Self { lang: Lang::accepted(text(header::ACCEPT_LANGUAGE)), zstd }
    }
}

impl<S: Sync> FromRequestParts<S> for ReplyFormat {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}
