//! Request bodies: JSON or bytes, plain or zstd. Size limits apply to the decompressed size too, so that a small body
//! which decompresses to a gigabyte costs no more memory than the limit.

use super::{reply_format::ReplyFormat, state::Api};
use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use shared::wire::{BODY_BYTES_MAX, ErrorCode, SyncError};
use std::{io::Read, sync::Arc};

/// 8 MiB (2^23 bytes): the window of zstd levels up to 19. A frame that needs a larger window is refused.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;
/// 4 MiB read and discarded beyond the limit, so that a client that is still sending can read the refusal.
const DRAIN_MAX: usize = 4 << 20;

/// A JSON request body of at most [`BODY_BYTES_MAX`] bytes. Rejects with `malformed`, `bad-encoding` or `too-large`.
pub struct JsonBody<T>(pub T);

impl<P, T> FromRequest<Arc<Api<P>>> for JsonBody<T>
where
    P: Send + Sync + 'static,
    T: DeserializeOwned,
{
    type Rejection = Response;
    async fn from_request(request: Request, _: &Arc<Api<P>>) -> Result<Self, Response> {
        let format = ReplyFormat::of(request.headers());
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, BODY_BYTES_MAX).await.map_err(|e| format.refuse(&e))?;
        match serde_json::from_slice(&bytes) {
            Ok(value) => Ok(Self(value)),
            Err(e) => {
                // The position only: serde's message quotes the input, which may hold a name.
                tracing::debug!(line = e.line(), column = e.column(), "malformed request body");
                Err(format.refuse(&SyncError::refused(ErrorCode::Malformed)))
            }
        }
    }
}

/// Reads a body of at most `max` bytes, before and after decompression.
///
/// # Errors
///
/// - `TooLarge`: more than `max` bytes, compressed or decompressed.
/// - `BadEncoding`: a `Content-Encoding` other than zstd, or a broken zstd frame.
/// - `Malformed`: the connection broke before the announced end.
pub async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<Vec<u8>, SyncError> {
    let raw = collect(body, max).await?;
    match headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity" | b"") => Ok(raw),
        Some(name) if name.eq_ignore_ascii_case(b"zstd") => decompress(&raw, max),
        Some(_) => Err(SyncError::refused(ErrorCode::BadEncoding)),
    }
}

async fn collect(body: Body, max: usize) -> Result<Vec<u8>, SyncError> {
    let mut stream = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut seen = 0_usize;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| SyncError::refused(ErrorCode::Malformed))?;
        seen = seen.saturating_add(chunk.len());
        if seen <= max {
            bytes.extend_from_slice(&chunk);
        } else if seen > max + DRAIN_MAX {
            break;
        }
    }
    if seen > max { Err(SyncError::refused(ErrorCode::TooLarge)) } else { Ok(bytes) }
}

/// Decompresses to the end, or to the first byte beyond `max`.
fn decompress(raw: &[u8], max: usize) -> Result<Vec<u8>, SyncError> {
    let bad = |_| SyncError::refused(ErrorCode::BadEncoding);
    let mut decoder = zstd::stream::read::Decoder::with_buffer(raw).map_err(bad)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(bad)?;
    let mut bytes = Vec::new();
    decoder.take(max as u64 + 1).read_to_end(&mut bytes).map_err(bad)?;
    if bytes.len() > max { Err(SyncError::refused(ErrorCode::TooLarge)) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zstd_headers() -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_ENCODING, HeaderValue::from_static("zstd"))])
    }

    async fn read_zstd(bytes: Vec<u8>, max: usize) -> Result<Vec<u8>, ErrorCode> {
        read(&zstd_headers(), Body::from(bytes), max).await.map_err(|e| e.code().unwrap().clone())
    }

    #[tokio::test]
    async fn a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_refused() {
        for len in [99, 100] {
            assert_eq!(read(&HeaderMap::new(), Body::from(vec![7; len]), 100).await.unwrap().len(), len);
            let packed = zstd::encode_all(&vec![7; len][..], 3).unwrap();
            assert_eq!(read_zstd(packed, 100).await.unwrap().len(), len);
        }
        let over = read(&HeaderMap::new(), Body::from(vec![7; 101]), 100).await.unwrap_err();
        assert_eq!(over.code(), Some(&ErrorCode::TooLarge));
        let packed = zstd::encode_all(&[7; 101][..], 3).unwrap();
        assert_eq!(read_zstd(packed, 100).await, Err(ErrorCode::TooLarge));
    }

    #[tokio::test]
    async fn a_zstd_bomb_is_refused_without_being_decompressed_whole() {
        let bomb = zstd::encode_all(std::io::repeat(0).take(1 << 30), 3).unwrap();
        assert!(bomb.len() < BODY_BYTES_MAX, "the compressed bomb passes the first limit");
        assert_eq!(read_zstd(bomb, BODY_BYTES_MAX).await, Err(ErrorCode::TooLarge));
    }

    #[tokio::test]
    async fn a_truncated_frame_and_another_encoding_are_refused_as_bad_encoding() {
        let packed = zstd::encode_all(&b"{\"a\":1}"[..], 3).unwrap();
        assert_eq!(read_zstd(packed[..packed.len() - 2].to_vec(), 100).await, Err(ErrorCode::BadEncoding));
        assert_eq!(read_zstd(b"{}".to_vec(), 100).await, Err(ErrorCode::BadEncoding));
        let gzip = HeaderMap::from_iter([(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))]);
        let refused = read(&gzip, Body::from("x"), 100).await.unwrap_err();
        assert_eq!(refused.code(), Some(&ErrorCode::BadEncoding));
    }

    #[tokio::test]
    async fn every_zstd_level_up_to_19_can_be_read() {
        let text = "走访".repeat(50_000);
        for level in 1..=19 {
            let packed = zstd::encode_all(text.as_bytes(), level).unwrap();
            assert_eq!(read_zstd(packed, BODY_BYTES_MAX).await.unwrap(), text.as_bytes(), "level {level}");
        }
    }
}
