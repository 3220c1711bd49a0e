//! Replies of the device API: JSON, compressed with zstd where the caller accepts it, and refusals with their status.

use super::{
    errors::{api_error, status},
    reply_format::ReplyFormat,
};
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use shared::{
    protocol::Answer,
    wire::{ErrorCode, SyncError},
};

/// Level 3: 250 operations shrink to a tenth in under a millisecond; higher levels gain little on JSON.
const ZSTD_LEVEL: i32 = 3;
/// Below 200 bytes a zstd frame is no smaller than the text.
const COMPRESS_FROM: usize = 200;

impl ReplyFormat {
    /// A JSON reply with status 200, compressed when the caller accepts zstd and compression makes it smaller.
    pub fn json<T: Serialize>(self, value: &T) -> Response {
        let Ok(json) = serde_json::to_vec(value) else {
            // Wire types have string keys and finite numbers, so they always serialise. 500 is better than a panic.
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let compressed = (self.zstd && json.len() >= COMPRESS_FROM)
            .then(|| zstd::bulk::compress(&json, ZSTD_LEVEL).ok())
            .flatten()
            .filter(|compressed| compressed.len() < json.len());
        let is_compressed = compressed.is_some();
        let mut response = Response::new(Body::from(compressed.unwrap_or(json)));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, accept-language"));
        if is_compressed {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("zstd"));
        }
        response
    }

    /// The protocol's answer as a response: its value as JSON, or its error as a refusal.
    pub fn answer<T: Serialize>(self, answer: Answer<T>) -> Response {
        match answer {
            Ok(value) => self.json(&value),
            Err(error) => self.refuse(&error),
        }
    }

    /// An error as a response: status, `Retry-After`, and an [`ApiError`](shared::wire::ApiError) in the caller's
    /// language.
    pub fn refuse(self, error: &SyncError) -> Response {
        let error = api_error(error, self.lang);
        let mut response = self.json(&error);
        *response.status_mut() = status(&error.code);
        if let Some(seconds) = error.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if response.status() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if response.status() == StatusCode::UPGRADE_REQUIRED {
            response.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("lianxin"));
        }
        response
    }
}

/// 404 with the same body as every other refusal. Also the fallback handler of the router.
pub async fn not_found(format: ReplyFormat) -> Response {
    format.refuse(&SyncError::refused(ErrorCode::NotFound))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;

    #[test]
    fn every_temporary_refusal_says_how_long_to_wait() {
        for code in ErrorCode::ALL {
            let error = SyncError::refused(code.clone());
            let response = ReplyFormat { lang: Lang::En, zstd: false }.refuse(&error);
            let waits = response.headers().contains_key(header::RETRY_AFTER);
            let is_temporary = !error.is_permanent() && *code != ErrorCode::OffsetMismatch;
            assert_eq!(waits, is_temporary, "{code}");
            assert!(response.status().is_client_error() || response.status().is_server_error(), "{code}");
        }
    }

    #[test]
    fn the_cores_waiting_time_is_sent_in_the_header_and_in_the_body() {
        let error = SyncError::refused(ErrorCode::Busy).retry_after(7);
        let response = ReplyFormat { lang: Lang::ZhCn, zstd: false }.refuse(&error);
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "7");
        assert_eq!(api_error(&error, Lang::ZhCn).retry_after, Some(7));
    }
}
