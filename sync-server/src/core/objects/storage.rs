//! The trait of photo storages and its results.

use futures_util::future::BoxFuture;

/// Why bytes could not be stored or read. The text is safe to log: no name of a person, no key, no body of a response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectsError {
    #[error("there is no such object")]
    Missing,
    /// Nothing is half written; the same call works again once there is room.
    #[error("the photo storage is full")]
    Full,
    /// Unreachable, too busy, or it refuses this server.
    #[error("the photo storage failed: {0}")]
    Unavailable(String),
}

/// The result of a call of [`Objects`].
pub type ObjectsResult<T> = Result<T, ObjectsError>;

/// The bytes of an unfinished upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assembled {
    Whole {
        bytes: Vec<u8>,
        sha256: [u8; 32],
    },
    /// The offset of the first missing byte: a chunk was lost.
    Gap(u64),
}

/// Storage of photo bytes. `upload` names an unfinished photo, `sha256` (lower-case hex) a finished one.
///
/// After `Ok` the effect of a call survives a power cut. Every call may be repeated, and two processes may make the
/// same call at once. Every call may fail with [`ObjectsError::Full`] or [`ObjectsError::Unavailable`].
pub trait Objects: Send + Sync + 'static {
    /// Adds a chunk of an unfinished upload; the same chunk again changes nothing.
    fn write_at(&self, upload: String, offset: u64, bytes: Vec<u8>) -> BoxFuture<'_, ObjectsResult<()>>;
    /// The first `size` bytes of an unfinished upload, with their hash.
    fn assemble(&self, upload: String, size: u64) -> BoxFuture<'_, ObjectsResult<Assembled>>;
    /// Stores a finished photo in one step. The caller has checked that the bytes are those of the hash.
    fn keep(&self, sha256: String, bytes: Vec<u8>) -> BoxFuture<'_, ObjectsResult<()>>;
    /// Removes the chunks of an upload, if there are any.
    fn forget(&self, upload: String) -> BoxFuture<'_, ObjectsResult<()>>;
    /// A finished photo; [`ObjectsError::Missing`] while there is none.
    fn read(&self, sha256: String) -> BoxFuture<'_, ObjectsResult<Vec<u8>>>;
    /// Whether a finished photo of `size` bytes is stored, without reading it. A storage that does not answer is an
    /// error and never `false`.
    fn holds(&self, sha256: String, size: u64) -> BoxFuture<'_, ObjectsResult<bool>>;
    /// Whether the storage answers.
    fn probe(&self) -> BoxFuture<'_, ObjectsResult<()>>;
}
