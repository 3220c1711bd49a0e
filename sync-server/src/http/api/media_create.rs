//! `POST /v1/media`: begins an upload, or finds the one that the device began before.
//!
//! - 200 [`MediaStatus`](shared::wire::MediaStatus), also in the headers `upload-offset` and `upload-state`;
//!   `verified` at once when the server has these bytes already
//! - 400 `malformed`, `bad-encoding`, `not-a-photo` · 401 `token-unknown` · 403 `token-revoked`
//! - 413 `too-large`: the photo is larger than the server takes
//! - 429 `too-many-requests` · 500 `internal` · 503 `busy` · 507 `storage-full`

use super::media_answer::media_answer;
use crate::http::{
    auth::DeviceToken,
    reply_format::ReplyFormat,
    request_body::JsonBody,
    state::{Api, Backend},
};
use axum::{extract::State, response::Response};
use shared::wire::MediaCreate;
use std::sync::Arc;

/// Begins or finds the upload.
pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    format: ReplyFormat,
    DeviceToken(token): DeviceToken,
    JsonBody(request): JsonBody<MediaCreate>,
) -> Response {
    media_answer(format, api.core.media_create(&token, request).await)
}

#[cfg(test)]
mod tests {
    use crate::http::api::test_api::{FakeBackend, TestApi};
    use shared::wire::ErrorCode;

    fn body() -> String {
        let (photo, hash) = (uuid::Uuid::from_u128(9), "ab".repeat(32));
        format!(r#"{{"photo":"{photo}","sha256":"{hash}","size":31457280,"mime":"image/jpeg"}}"#)
    }

    #[tokio::test]
    async fn a_new_upload_starts_at_offset_zero() {
        let api = TestApi::new(FakeBackend::default());
        let reply = api.call("POST", "/v1/media", body()).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json()["state"], "uploading");
        assert_eq!(reply.headers["upload-offset"], "0");
        assert_eq!(api.calls(), ["create t 31457280"]);
    }

    #[tokio::test]
    async fn a_photo_that_is_too_large_is_refused_before_its_upload() {
        let reply = TestApi::new(FakeBackend::failing(ErrorCode::TooLarge)).call("POST", "/v1/media", body()).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (413, "too-large"));
        assert!(!reply.headers.contains_key("upload-offset"));
    }
}
