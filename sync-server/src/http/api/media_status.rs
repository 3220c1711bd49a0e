//! `HEAD /v1/media/{upload}`: where an upload stands, in the headers `upload-offset` and `upload-state`. `GET` says the
//! same in its body.
//!
//! - 200 · 401 `token-unknown` · 403 `token-revoked`
//! - 404 `not-found`: no such upload of this device; begin again
//! - 429 `too-many-requests` · 500 `internal` · 503 `busy`

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
    media_answer(peer, api.core.media_status(&token, upload).await)
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Bench, Fake};

    #[tokio::test]
    async fn head_tells_the_offset_without_a_body() {
        let bench = Bench::new(Fake::default());
        let path = format!("/v1/media/{}", uuid::Uuid::from_u128(3));
        let reply = bench.call("HEAD", &path, "").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["upload-offset"], "42");
        assert_eq!(reply.headers["upload-state"], "uploading");
        assert!(reply.bytes.is_empty());
        assert_eq!(bench.call("GET", &path, "").await.json()["offset"], 42);
    }

    #[tokio::test]
    async fn an_upload_that_cannot_exist_is_not_found() {
        let bench = Bench::new(Fake::default());
        for path in ["/v1/media/x", "/v1/media/..%2f..%2fetc", "/v1/media/%00"] {
            assert_eq!(bench.call("GET", path, "").await.status, 404, "{path}");
        }
        assert!(bench.asked().is_empty());
    }
}
