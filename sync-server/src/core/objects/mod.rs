//! Photo bytes: stored outside the database, under their hash. One implementation over the `object_store` crate serves
//! a local folder and S3-compatible storage, so that both make the same promises:
//!
//! ```text
//!   incoming/<upload>/<offset, 20 digits>   a chunk that was accepted, an object of its own
//!   ab/abcdef…                              a finished photo, under its SHA-256
//! ```
//!
//! An unfinished upload thus survives a restart, and any server process can resume it. Chunks may overlap and may
//! come twice: overlapping chunks hold the same bytes; if they do not, the hash of the whole reveals it.
//!
//! - `location`: what `--objects` may name; `storage`: the trait; `stored`: its implementation; `http`: the
//!   HTTP client for S3
//! - `conformance`: one suite that every implementation passes

#[cfg(test)]
mod conformance;
mod http;
mod location;
mod storage;
mod stored;
#[cfg(test)]
mod tests;

pub use location::{LocationError, ObjectsLocation};
pub use storage::{Assembled, Objects, ObjectsError, ObjectsResult};
pub use stored::StoredObjects;
