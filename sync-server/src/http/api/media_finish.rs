//! `POST /v1/media/{upload}/finish`: compares the hash and stores the photo.
//!
//! - 200 [`MediaStatus`](shared::wire::MediaStatus): `verified`; `mismatch` when the hash differs from the announced
//!   one; `uploading` while bytes are missing
//! - 401 `token-unknown` · 403 `token-revoked` · 404 `not-found`
//! - 400 `not-a-photo`: the server dropped the bytes, and the upload is back at offset 0
//! - 429 `too-many-requests` · 500 `internal` · 503 `busy` · 507 `storage-full`

use super::media_answer::{Upload, media_answer};
use crate::http::{
    auth::DeviceToken,
    reply_format::ReplyFormat,
    state::{Api, Backend},
};
use axum::{extract::State, response::Response};
use std::sync::Arc;

/// Completes the upload.
pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    format: ReplyFormat,
    DeviceToken(token): DeviceToken,
    Upload(upload): Upload,
) -> Response {
    media_answer(format, api.core.media_finish(&token, upload).await)
}

#[cfg(test)]
mod tests {
    use crate::http::api::test_api::{FakeBackend, TestApi};
    use shared::wire::ErrorCode;

    fn path() -> String {
        format!("/v1/media/{}/finish", uuid::Uuid::from_u128(3))
    }

    #[tokio::test]
    async fn a_finished_upload_is_verified() {
        let reply = TestApi::new(FakeBackend::default()).call("POST", &path(), "").await;
        assert_eq!((reply.status.as_u16(), reply.json()["state"].as_str()), (200, Some("verified")));
    }

    #[tokio::test]
    async fn bytes_that_are_no_photo_are_refused_permanently() {
        let reply = TestApi::new(FakeBackend::failing(ErrorCode::NotAPhoto)).call("POST", &path(), "").await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (400, "not-a-photo"));
        assert!(!reply.headers.contains_key("retry-after"));
    }
}
