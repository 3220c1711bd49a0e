//! Photos: a picked file becomes a photo small enough for 2G. Pure: bytes in, bytes out. `store/` keeps them,
//! `sync/media.rs` sends them. A photo is decoded, checked and encoded here and nowhere else, at most once.
//!
//! - [`check`]: is the file a photo, is it whole, can it be stored as it is
//! - [`mod@prepare`]: upright, at most 1600 px, without EXIF, with a thumbnail and a hash; [`limits`]: all limits

pub mod check;
pub mod limits;
mod prepare;

pub use limits::{EDGE_MAX, INPUT_BYTES_MAX, INPUT_PIXELS_MAX, JPEG_QUALITY, PLAIN_BYTES_MAX, THUMB_EDGE_MAX};
pub use prepare::{Prepared, prepare};
