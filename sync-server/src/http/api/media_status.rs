//! `HEAD /v1/media/{upload}`: the state of an upload, in the headers `upload-offset` and `upload-state`. `GET` has it
//! in the body too.
//!
//! - 200 · 401 `token-unknown` · 403 `token-revoked`
//! - 404 `not-found`: this device has no such upload; begin again
//! - 429 `too-many-requests` · 500 `internal` · 503 `busy`

use super::media_answer::{Upload, media_answer};
use crate::http::{
    auth::DeviceToken,
    reply_format::ReplyFormat,
    state::{Api, Backend},
};
use axum::{extract::State, response::Response};
use std::sync::Arc;

/// Reads the state of the upload.
pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    format: ReplyFormat,
    DeviceToken(token): DeviceToken,
    Upload(upload): Upload,
) -> Response {
    media_answer(format, api.core.media_status(&token, upload).await)
}

#[cfg(test)]
mod tests {
    use crate::http::api::test_api::{FakeBackend, TestApi};

    #[tokio::test]
    async fn head_returns_the_offset_without_a_body() {
        let api = TestApi::new(FakeBackend::default());
        let path = format!("/v1/media/{}", uuid::Uuid::from_u128(3));
        let reply = api.call("HEAD", &path, "").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["upload-offset"], "42");
        assert_eq!(reply.headers["upload-state"], "uploading");
        assert!(reply.bytes.is_empty());
        assert_eq!(api.call("GET", &path, "").await.json()["offset"], 42);
    }

    #[tokio::test]
    async fn an_upload_with_an_invalid_id_is_not_found() {
        let api = TestApi::new(FakeBackend::default());
        for path in ["/v1/media/x", "/v1/media/..%2f..%2fetc", "/v1/media/%00"] {
            assert_eq!(api.call("GET", path, "").await.status, 404, "{path}");
        }
        assert!(api.calls().is_empty());
    }
}
