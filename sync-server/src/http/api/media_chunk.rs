//! `PATCH /v1/media/{upload}`: adds bytes at the offset in the header `upload-offset`. The body is the bytes as they are.
//!
//! - 200 [`MediaStatus`](shared::wire::MediaStatus): where the upload stands now; when the offset was not its own, nothing
//!   was added and `offset` says where to go on
//! - 400 `malformed`: the header is missing or no number · 401 `token-unknown` · 403 `token-revoked`
//! - 404 `not-found`
//! - 413 `too-large`: more than 1 MiB in one chunk, or more bytes than were announced
//! - 429 `too-many-requests` · 500 `internal` · 503 `busy` · 507 `storage-full`

use super::{UPLOAD_OFFSET, Upload, media_answer};
use crate::http::{Api, Backend, auth::DeviceToken, body, peer::Peer};
use axum::{
    extract::{Request, State},
    response::Response,
};
use shared::wire::{CHUNK_BYTES_MAX, ErrorCode, MediaChunk, SyncError};
use std::sync::Arc;

pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    peer: Peer,
    DeviceToken(token): DeviceToken,
    Upload(upload): Upload,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let offset = parts.headers.get(UPLOAD_OFFSET).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    // SQLite's integers are signed.
    let Some(offset) = offset.filter(|o| i64::try_from(*o).is_ok()) else {
        return peer.refuse(&SyncError::refused(ErrorCode::Malformed));
    };
    match body::read(&parts.headers, body, CHUNK_BYTES_MAX).await {
        Ok(bytes) => media_answer(peer, api.core.media_chunk(&token, MediaChunk { upload, offset, bytes }).await),
        Err(error) => peer.refuse(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Bench, Fake, request};
    use shared::wire::CHUNK_BYTES_MAX;

    async fn patch(bench: &Bench, offset: &str, body: Vec<u8>) -> super::super::fake::Reply {
        let path = format!("/v1/media/{}", uuid::Uuid::from_u128(3));
        bench.send(request("PATCH", &path).header("upload-offset", offset).body(body.into()).unwrap()).await
    }

    #[tokio::test]
    async fn raw_bytes_are_added_at_their_offset() {
        let bench = Bench::new(Fake::default());
        let reply = patch(&bench, "131072", vec![0xff; 10]).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["upload-offset"], "131082");
        assert_eq!(bench.asked(), ["chunk t 131072+10"]);
    }

    #[tokio::test]
    async fn an_offset_that_is_no_number_is_malformed() {
        let bench = Bench::new(Fake::default());
        for offset in ["", "-1", "x", "1.5", "18446744073709551615", "99999999999999999999"] {
            assert_eq!(patch(&bench, offset, vec![]).await.code(), "malformed", "{offset}");
        }
        let path = format!("/v1/media/{}", uuid::Uuid::from_u128(3));
        assert_eq!(bench.call("PATCH", &path, "x").await.code(), "malformed");
    }

    #[tokio::test]
    async fn a_chunk_of_the_largest_size_passes_and_one_byte_more_does_not() {
        let bench = Bench::new(Fake::default());
        assert_eq!(patch(&bench, "0", vec![1; CHUNK_BYTES_MAX]).await.status, 200);
        let reply = patch(&bench, "0", vec![1; CHUNK_BYTES_MAX + 1]).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (413, "too-large"));
    }
}
