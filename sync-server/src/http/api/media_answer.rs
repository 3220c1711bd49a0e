//! What the endpoints of photo uploads share: the id in the path, and the reply with its headers.

use crate::http::{reply::not_found, reply_format::ReplyFormat};
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

/// How many bytes of an upload have arrived.
pub const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// `uploading`, `complete`, `verified`, `mismatch` or `unknown`.
pub const UPLOAD_STATE: HeaderName = HeaderName::from_static("upload-state");

/// The upload id of the path. Rejects with `not-found` when the path holds no valid id.
pub struct Upload(pub UploadId);

impl<S: Send + Sync> FromRequestParts<S> for Upload {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let named = Path::<String>::from_request_parts(parts, state).await.ok().and_then(|Path(id)| id.parse().ok());
        match named {
            Some(id) => Ok(Self(id)),
            None => Err(not_found(ReplyFormat::of(&parts.headers)).await),
        }
    }
}

/// A status as JSON, with its offset and state in headers too, for `HEAD`.
pub(super) fn media_answer(format: ReplyFormat, answer: Answer<MediaStatus>) -> Response {
    let status = answer.as_ref().ok().cloned();
    let mut response = format.answer(answer);
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
