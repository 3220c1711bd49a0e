//! `PATCH /v1/media/{upload}`: appends the body's bytes at the offset in the header `upload-offset`.
//!
//! - 200 [`MediaStatus`](shared::wire::MediaStatus): the state after the call; when the upload's offset differs from
//!   the header, nothing is added and `offset` says where to continue
//! - 400 `malformed`: the header is missing or not a number · 401 `token-unknown` · 403 `token-revoked`
//! - 404 `not-found`
//! - 413 `too-large`: a chunk over 1 MiB, or more bytes than announced
//! - 429 `too-many-requests` · 500 `internal` · 503 `busy` · 507 `storage-full`

use super::media_answer::{UPLOAD_OFFSET, Upload, media_answer};
use crate::http::{
    auth::DeviceToken,
    reply_format::ReplyFormat,
    request_body,
    state::{Api, Backend},
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use shared::wire::{CHUNK_BYTES_MAX, ErrorCode, MediaChunk, SyncError};
use std::sync::Arc;

/// Adds a chunk to the upload.
pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    format: ReplyFormat,
    DeviceToken(token): DeviceToken,
    Upload(upload): Upload,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let offset = parts.headers.get(UPLOAD_OFFSET).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    // SQLite stores signed integers.
    let Some(offset) = offset.filter(|o| i64::try_from(*o).is_ok()) else {
        return format.refuse(&SyncError::refused(ErrorCode::Malformed));
    };
    match request_body::read(&parts.headers, body, CHUNK_BYTES_MAX).await {
        Ok(bytes) => media_answer(format, api.core.media_chunk(&token, MediaChunk { upload, offset, bytes }).await),
        Err(error) => format.refuse(&error),
    }
}

#[cfg(test)]
mod tests {
    use crate::http::api::test_api::{FakeBackend, TestApi, request};
    use shared::wire::CHUNK_BYTES_MAX;

    async fn patch(api: &TestApi, offset: &str, body: Vec<u8>) -> crate::http::api::test_api::Reply {
        let path = format!("/v1/media/{}", uuid::Uuid::from_u128(3));
        api.send(request("PATCH", &path).header("upload-offset", offset).body(body.into()).unwrap()).await
    }

    #[tokio::test]
    async fn bytes_are_added_at_the_offset_of_the_header() {
        let api = TestApi::new(FakeBackend::default());
        let reply = patch(&api, "131072", vec![0xff; 10]).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["upload-offset"], "131082");
        assert_eq!(api.calls(), ["chunk t 131072+10"]);
    }

    #[tokio::test]
    async fn an_offset_that_is_not_a_number_is_malformed() {
        let api = TestApi::new(FakeBackend::default());
        for offset in ["", "-1", "x", "1.5", "18446744073709551615", "99999999999999999999"] {
            assert_eq!(patch(&api, offset, vec![]).await.code(), "malformed", "{offset}");
        }
        let path = format!("/v1/media/{}", uuid::Uuid::from_u128(3));
        assert_eq!(api.call("PATCH", &path, "x").await.code(), "malformed");
    }

    #[tokio::test]
    async fn a_chunk_of_the_largest_size_is_accepted_and_one_byte_more_is_refused() {
        let api = TestApi::new(FakeBackend::default());
        assert_eq!(patch(&api, "0", vec![1; CHUNK_BYTES_MAX]).await.status, 200);
        let reply = patch(&api, "0", vec![1; CHUNK_BYTES_MAX + 1]).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (413, "too-large"));
    }
}
