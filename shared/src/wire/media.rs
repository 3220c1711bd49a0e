//! Media: a photo's bytes in resumable chunks, identified by their hash so that the same bytes never travel twice.

use crate::ids::{PhotoId, UploadId};
use serde::{Deserialize, Serialize};

/// `POST /v1/media`: begins or finds an upload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaCreate {
    pub photo: PhotoId,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    pub mime: String,
}

/// `PATCH /v1/media/{upload}` with header `upload-offset`; the body is the bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaChunk {
    pub upload: UploadId,
    pub offset: u64,
    pub bytes: Vec<u8>,
}

/// The state of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaState {
    /// Bytes are missing from `offset` on.
    Uploading,
    /// All bytes have arrived; their hash is not checked yet.
    Complete,
    /// Stored, and the hash is right: the device may delete its copy.
    Verified,
    /// All bytes have arrived and their hash is wrong: upload again.
    Mismatch,
    /// A word of a newer server. The device must not conclude that the photo is stored.
    #[serde(other)]
    Unknown,
}

/// The answer to every media request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaStatus {
    pub upload: UploadId,
    pub state: MediaState,
    pub offset: u64,
}
