//! The endpoints, one file each: every status it returns, and its tests.

pub mod bundle;
pub mod enrol;
pub mod healthz;
pub mod media_chunk;
pub mod media_create;
pub mod media_finish;
pub mod media_status;
pub mod pull;
pub mod push;
pub mod repair;
pub mod report;

#[cfg(test)]
pub mod fake;

use super::{peer::Peer, router::not_found};
use axum::{
    extract::{FromRequestParts, Path},
    http::{HeaderName, HeaderValue, request::Parts},
    response::Response,
};
use shared::{
    ids::UploadId,
    protocol::Answer,
    wire::{MediaState, MediaStatus},
};

/// Where an upload stands, in bytes.
pub const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// `uploading`, `complete`, `verified` or `mismatch`.
pub const UPLOAD_STATE: HeaderName = HeaderName::from_static("upload-state");

/// The upload that the path names; what is no id is no upload.
pub struct Upload(pub UploadId);

impl<S: Send + Sync> FromRequestParts<S> for Upload {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let named = Path::<String>::from_request_parts(parts, state).await.ok().and_then(|Path(id)| id.parse().ok());
        match named {
            Some(id) => Ok(Self(id)),
            None => Err(not_found(Peer::of(&parts.headers)).await),
        }
    }
}

/// A media answer: the status as JSON, and its offset and state as headers too, for `HEAD`.
fn media_answer(peer: Peer, answer: Answer<MediaStatus>) -> Response {
    let status = answer.as_ref().ok().cloned();
    let mut response = peer.answer(answer);
    if let Some(status) = status {
        let state = match status.state {
            MediaState::Uploading => "uploading",
            MediaState::Complete => "complete",
            MediaState::Verified => "verified",
            MediaState::Mismatch => "mismatch",
            MediaState::Unknown => "unknown",
        };
        response.headers_mut().insert(UPLOAD_OFFSET, HeaderValue::from(status.offset));
        response.headers_mut().insert(UPLOAD_STATE, HeaderValue::from_static(state));
    }
    response
}
