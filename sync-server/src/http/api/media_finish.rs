//! `POST /v1/media/{upload}/finish`: checks the hash and stores the photo.
//!
//! - 200 [`MediaStatus`](shared::wire::MediaStatus): `verified`; `mismatch` when the bytes are not those announced; `uploading`
//!   while some are missing
//! - 401 `token-unknown` · 403 `token-revoked` · 404 `not-found`
//! - 400 `not-a-photo`: its bytes are let go of, the upload stands at 0
//! - 429 `too-many-requests` · 500 `internal` · 503 `busy` · 507 `storage-full`

use super::{Upload, media_answer};
use crate::http::{Api, Backend, auth::DeviceToken, peer::Peer};
use axum::{extract::State, response::Response};
use std::sync::Arc;

pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    peer: Peer,
    DeviceToken(token): DeviceToken,
    Upload(upload): Upload,
) -> Response {
    media_answer(peer, api.core.media_finish(&token, upload).await)
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Bench, Fake};
    use shared::wire::ErrorCode;

    fn path() -> String {
        format!("/v1/media/{}/finish", uuid::Uuid::from_u128(3))
    }

    #[tokio::test]
    async fn a_finished_upload_is_verified() {
        let reply = Bench::new(Fake::default()).call("POST", &path(), "").await;
        assert_eq!((reply.status.as_u16(), reply.json()["state"].as_str()), (200, Some("verified")));
    }

    #[tokio::test]
    async fn what_is_not_a_photo_is_refused_for_good() {
        let reply = Bench::new(Fake::failing(ErrorCode::NotAPhoto)).call("POST", &path(), "").await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (400, "not-a-photo"));
        assert!(!reply.headers.contains_key("retry-after"));
    }
}
