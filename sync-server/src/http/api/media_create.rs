//! `POST /v1/media`: begins an upload, or finds the one begun before.
//!
//! - 200 [`MediaStatus`](shared::wire::MediaStatus), also as headers `upload-offset` and `upload-state`; `verified` at
//!   once when the bytes are known already
//! - 400 `malformed`, `bad-encoding`, `not-a-photo` · 401 `token-unknown` · 403 `token-revoked`
//! - 413 `too-large`: the photo is larger than the server takes
//! - 429 `too-many-requests` · 500 `internal` · 503 `busy` · 507 `storage-full`

use super::media_answer;
use crate::http::{Api, Backend, auth::DeviceToken, body::Wire, peer::Peer};
use axum::{extract::State, response::Response};
use shared::wire::MediaCreate;
use std::sync::Arc;

pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    peer: Peer,
    DeviceToken(token): DeviceToken,
    Wire(request): Wire<MediaCreate>,
) -> Response {
    media_answer(peer, api.core.media_create(&token, request).await)
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Bench, Fake};
    use shared::wire::ErrorCode;

    fn body() -> String {
        let (photo, hash) = (uuid::Uuid::from_u128(9), "ab".repeat(32));
        format!(r#"{{"photo":"{photo}","sha256":"{hash}","size":31457280,"mime":"image/jpeg"}}"#)
    }

    #[tokio::test]
    async fn an_upload_begins_and_says_where() {
        let bench = Bench::new(Fake::default());
        let reply = bench.call("POST", "/v1/media", body()).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json()["state"], "uploading");
        assert_eq!(reply.headers["upload-offset"], "0");
        assert_eq!(bench.asked(), ["create t 31457280"]);
    }

    #[tokio::test]
    async fn a_photo_too_large_is_said_before_a_byte_of_it_travels() {
        let reply = Bench::new(Fake::failing(ErrorCode::TooLarge)).call("POST", "/v1/media", body()).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (413, "too-large"));
        assert!(!reply.headers.contains_key("upload-offset"));
    }
}
