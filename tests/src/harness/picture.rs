//! Photos for tests: JPEGs that look like something, differ from each other and are as large as a phone's.

use image::{Rgb, RgbImage, codecs::jpeg::JpegEncoder};

/// A picture of `width` × `height` pixels; the same `seed` gives the same bytes.
pub fn jpeg(seed: u32, width: u32, height: u32) -> Vec<u8> {
    let tint = [90 + seed * 37 % 120, 70 + seed * 53 % 120, 60 + seed * 71 % 120].map(|c| c as u8);
    let mut noise = seed.wrapping_mul(0x9e37_79b9) | 1;
    let image = RgbImage::from_fn(width, height, |x, y| {
        // xorshift: grain, so that the file is not unrealistically small.
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        let grain = (noise % 48) as u8;
        // Sky above, a wall below, and sacks in a row before it.
        let sack = y > height * 6 / 10 && y < height * 9 / 10 && (x * 10 / width).is_multiple_of(2);
        let base = if y < height * 4 / 10 {
            [150, 175, 205]
        } else if sack {
            [225, 215, 190]
        } else {
            tint
        };
        Rgb(base.map(|c: u8| c.saturating_add(grain)))
    });
    let mut bytes = Vec::new();
    let written = JpegEncoder::new_with_quality(&mut bytes, 80).encode_image(&image);
    written.expect("a JPEG of ordinary size can be written to memory");
    bytes
}

/// A drawn signature: a dark line on white.
pub fn signature(seed: u32) -> Vec<u8> {
    let (width, height) = (600_u32, 240_u32);
    let image = RgbImage::from_fn(width, height, |x, y| {
        let wave = ((f64::from(x) + f64::from(seed) * 31.0) / 28.0).sin() * 60.0 + 120.0;
        let ink = (f64::from(y) - wave).abs() < 4.0 && x > 40 && x < width - 40;
        if ink { Rgb([20, 20, 60]) } else { Rgb([255, 255, 255]) }
    });
    let mut bytes = Vec::new();
    let written = JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&image);
    written.expect("a JPEG of ordinary size can be written to memory");
    bytes
}
