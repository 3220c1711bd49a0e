//! Bodies: JSON in and out, plain or zstd. The caps are on what a body unfolds to, so that a small one that unfolds to a
//! gigabyte costs no more than a megabyte.

use super::{peer::Peer, state::Api};
use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use serde::{Serialize, de::DeserializeOwned};
use shared::wire::{BODY_BYTES_MAX, ErrorCode, SyncError};
use std::{io::Read, sync::Arc};

/// 8 MiB: the window that zstd's levels up to 19 use. A frame that asks for more memory is refused.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;
/// Level 3: 250 operations shrink to a tenth in under a millisecond; higher levels gain little on JSON.
const ZSTD_LEVEL: i32 = 3;
/// Below 200 bytes a zstd frame is no smaller than the text.
const COMPRESS_FROM: usize = 200;
/// 4 MiB read and thrown away beyond a cap, so that a client which is still sending gets to read why it was refused.
const DRAIN_MAX: usize = 4 << 20;

/// A request's JSON body.
pub struct Wire<T>(pub T);

impl<P, T> FromRequest<Arc<Api<P>>> for Wire<T>
where
    P: Send + Sync + 'static,
    T: DeserializeOwned,
{
    type Rejection = Response;
    async fn from_request(request: Request, _: &Arc<Api<P>>) -> Result<Self, Response> {
        let peer = Peer::of(request.headers());
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, BODY_BYTES_MAX).await.map_err(|e| peer.refuse(&e))?;
        match serde_json::from_slice(&bytes) {
            Ok(value) => Ok(Self(value)),
            Err(e) => {
                // Where it stopped, never what it read there: that may be a name.
                tracing::debug!(line = e.line(), column = e.column(), "a body could not be read");
                Err(peer.refuse(&SyncError::refused(ErrorCode::Malformed)))
            }
        }
    }
}

/// Reads a body of at most `max` bytes, before and after decompression.
///
/// Errors: `TooLarge`; `BadEncoding` for an encoding other than zstd or a broken frame; `Malformed` when the
/// connection broke before the announced end.
pub async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<Vec<u8>, SyncError> {
    let raw = collect(body, max).await?;
    match headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity" | b"") => Ok(raw),
        Some(name) if name.eq_ignore_ascii_case(b"zstd") => unfold(&raw, max),
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

/// Decompresses until the end or until the cap is passed, whichever comes first.
fn unfold(raw: &[u8], max: usize) -> Result<Vec<u8>, SyncError> {
    let bad = |_| SyncError::refused(ErrorCode::BadEncoding);
    let mut decoder = zstd::stream::read::Decoder::with_buffer(raw).map_err(bad)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(bad)?;
    let mut bytes = Vec::new();
    decoder.take(max as u64 + 1).read_to_end(&mut bytes).map_err(bad)?;
    if bytes.len() > max { Err(SyncError::refused(ErrorCode::TooLarge)) } else { Ok(bytes) }
}

/// A JSON answer, compressed where the caller reads zstd and it helps.
pub fn reply<T: Serialize>(value: &T, peer: Peer) -> Response {
    let Ok(json) = serde_json::to_vec(value) else {
        // Wire types hold string keys and plain numbers only; kept as an answer rather than a panic.
        return axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let packed = (peer.zstd && json.len() >= COMPRESS_FROM)
        .then(|| zstd::bulk::compress(&json, ZSTD_LEVEL).ok())
        .flatten()
        .filter(|packed| packed.len() < json.len());
    let compressed = packed.is_some();
    let mut response = Response::new(Body::from(packed.unwrap_or(json)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding, accept-language"));
    if compressed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("zstd"));
    }
    response
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
    async fn a_body_of_exactly_the_cap_is_read_and_one_byte_more_is_not() {
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
    async fn a_bomb_is_refused_after_the_cap_and_not_unfolded() {
        let bomb = zstd::encode_all(std::io::repeat(0).take(1 << 30), 3).unwrap();
        assert!(bomb.len() < BODY_BYTES_MAX, "the bomb itself passes the first cap");
        assert_eq!(read_zstd(bomb, BODY_BYTES_MAX).await, Err(ErrorCode::TooLarge));
    }

    #[tokio::test]
    async fn a_frame_that_is_cut_short_or_of_another_kind_is_named() {
        let packed = zstd::encode_all(&b"{\"a\":1}"[..], 3).unwrap();
        assert_eq!(read_zstd(packed[..packed.len() - 2].to_vec(), 100).await, Err(ErrorCode::BadEncoding));
        assert_eq!(read_zstd(b"{}".to_vec(), 100).await, Err(ErrorCode::BadEncoding));
        let gzip = HeaderMap::from_iter([(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))]);
        let refused = read(&gzip, Body::from("x"), 100).await.unwrap_err();
        assert_eq!(refused.code(), Some(&ErrorCode::BadEncoding));
    }

    #[tokio::test]
    async fn every_level_a_client_may_choose_can_be_read() {
        let text = "走访".repeat(50_000);
        for level in 1..=19 {
            let packed = zstd::encode_all(text.as_bytes(), level).unwrap();
            assert_eq!(read_zstd(packed, BODY_BYTES_MAX).await.unwrap(), text.as_bytes(), "level {level}");
        }
    }
}
