//! Limits of photos, with their reasons.

/// 40 MB: the largest JPEG seen from a phone's camera (200 MP sensors binned to 50) is below 30.
pub const INPUT_BYTES_MAX: usize = 40 << 20;
/// 100 megapixels: 300 MB decoded, which a phone with 2 GB can spare for a moment.
pub const INPUT_PIXELS_MAX: u64 = 100_000_000;
/// 1600 px: a signed list of goods is still readable on it, and it is 0.2–0.4 MB.
pub const EDGE_MAX: u32 = 1600;
/// 240 px: three side by side on the narrowest phone at twice the density.
pub const THUMB_EDGE_MAX: u32 = 240;
/// 80: below it text on labels frays; above it size grows faster than visible quality.
pub const JPEG_QUALITY: u8 = 80;
/// 640 KiB: a JPEG of 1600 px at quality 80 is smaller; a larger one would cost too much on 2G as it is.
pub const PLAIN_BYTES_MAX: usize = 640 << 10;
