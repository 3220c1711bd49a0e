//! Photos: what a picker hands over becomes evidence small enough for 2G. Pure: bytes in, bytes out. Where they are
//! kept is `store/`'s business, how they travel is `sync/media.rs`'s.
//!
//! - [`check`]: is it a photo, and is all of it there
//! - [`prepare`]: upright, at most 1600 px, without EXIF, with a thumbnail and a hash

pub mod check;
mod prepare;

pub use prepare::{Prepared, prepare};

/// 40 MB: the largest JPEG seen from a phone's camera (200 MP sensors binned to 50) is below 30.
pub const INPUT_BYTES_MAX: usize = 40 << 20;
/// 100 megapixels: unpacked 300 MB, what a phone of 2 GB can still spare for a moment.
pub const INPUT_PIXELS_MAX: u64 = 100_000_000;
/// 1600 px: a signed list of goods is still readable on it, and it is 0.2–0.4 MB.
pub const EDGE_MAX: u32 = 1600;
/// 240 px: three beside each other on the narrowest phone at twice the density.
pub const THUMB_EDGE_MAX: u32 = 240;
/// 80: below it text on labels frays; above it bytes grow faster than what one sees.
pub const JPEG_QUALITY: u8 = 80;
