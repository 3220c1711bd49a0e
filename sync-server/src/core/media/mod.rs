//! Photo uploads: bytes in chunks that resume, stored under their hash once it is checked. Records never wait for them.
//!
//! - [`upload`]: the four steps of an upload, and photos that come in a bundle
//! - [`jobs`]: their transactions
//! - [`stored_media`]: whether the bytes are where the database says
//! - [`failure`]: how a failed photo storage is logged

pub mod failure;
mod jobs;
mod stored_media;
mod upload;
