//! Media: a photo's bytes, in chunks that resume, known by their hash so that the same bytes never travel twice.

use crate::ids::{PhotoId, UploadId};
use serde::{Deserialize, Serialize};

/// `POST /v1/media`: begin or find an upload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaCreate {
    pub photo: PhotoId,
    /// Lower-case hex.
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaState {
    /// Bytes are missing from `offset` on.
    Uploading,
    /// All bytes are there, their hash is not checked yet.
    Complete,
    /// Stored, and the hash agrees: the device may release its own copy.
    Verified,
    /// All bytes came and their hash is another: begin again.
    Mismatch,
    /// A word of a newer server. Nothing may be concluded from it, least of all that the photo is stored.
    #[serde(other)]
    Unknown,
}

/// Answer to every media request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaStatus {
    pub upload: UploadId,
    pub state: MediaState,
    pub offset: u64,
}
