//! Photo bytes: outside the database, under their hash. One implementation over the `object_store` crate serves a local
//! folder and S3-compatible storage alike, so that both keep the same promises:
//!
//! ```text
//!   incoming/<upload>/<offset, 20 digits>   a chunk that was accepted, an object of its own
//!   ab/abcdef…                              a finished photo, under its SHA-256
//! ```
//!
//! An unfinished upload thus survives a restart, and any server process can go on with it. Chunks may overlap and may
//! come twice: the bytes of a place are the same whichever of them holds it, and if they are not, the hash says so.
//!
//! - [`location`]: what `--objects` may name; [`stored`]: the implementation; [`http`]: the client that S3 is spoken with
//! - `conformance`: one suite that every implementation passes

#[cfg(test)]
mod conformance;
mod http;
mod location;
mod stored;
#[cfg(test)]
mod tests;

pub use location::{LocationError, ObjectsLocation};
pub use stored::StoredObjects;

use futures_util::future::BoxFuture;

/// Why bytes could not be kept or had. What it says is fit for a log: no name of a person, no key, no body of an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectsError {
    #[error("there is no such object")]
    Missing,
    /// Nothing half written; the same works again once there is room.
    #[error("the photo storage is full")]
    Full,
    /// Out of reach, too busy, or it refuses this server.
    #[error("the photo storage failed: {0}")]
    Unavailable(String),
}

pub type ObjectsResult<T> = Result<T, ObjectsError>;

/// An unfinished upload, put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assembled {
    Whole {
        bytes: Vec<u8>,
        sha256: [u8; 32],
    },
    /// The first byte that is not there: a chunk was lost after all.
    Gap(u64),
}

/// Where photo bytes lie. `upload` names an unfinished one, `sha256` (lower-case hex) a finished one.
///
/// What is answered with `Ok` is durable: it survives a power cut. Every call may be repeated, and may be made by two
/// processes at once.
pub trait Objects: Send + Sync + 'static {
    /// Adds a chunk of an unfinished upload; the same again changes nothing.
    fn write_at(&self, upload: String, offset: u64, bytes: Vec<u8>) -> BoxFuture<'_, ObjectsResult<()>>;
    /// The first `size` bytes of an unfinished upload, with their hash.
    fn assemble(&self, upload: String, size: u64) -> BoxFuture<'_, ObjectsResult<Assembled>>;
    /// Stores a finished photo in one step. The caller has checked that the bytes are those of the hash.
    fn keep(&self, sha256: String, bytes: Vec<u8>) -> BoxFuture<'_, ObjectsResult<()>>;
    /// Forgets an unfinished upload; none is fine.
    fn forget(&self, upload: String) -> BoxFuture<'_, ObjectsResult<()>>;
    /// A finished photo; [`ObjectsError::Missing`] while there is none.
    fn read(&self, sha256: String) -> BoxFuture<'_, ObjectsResult<Vec<u8>>>;
    /// Whether a finished photo of `size` bytes is there, without reading it. A storage that cannot be asked is an error, and
    /// never a no.
    fn holds(&self, sha256: String, size: u64) -> BoxFuture<'_, ObjectsResult<bool>>;
    /// Whether the storage answers.
    fn probe(&self) -> BoxFuture<'_, ObjectsResult<()>>;
}
