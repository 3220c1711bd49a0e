//! From the picked file to the stored photo.

use super::{
    check::{PhotoKind, is_plain_jpeg, is_whole, kind_of},
    limits::{EDGE_MAX, INPUT_BYTES_MAX, INPUT_PIXELS_MAX, JPEG_QUALITY, PLAIN_BYTES_MAX, THUMB_EDGE_MAX},
};
use crate::reply::Refusal;
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage, codecs::jpeg::JpegEncoder,
    imageops::FilterType, metadata::Orientation,
};
use shared::chain::sha256_hex;
use std::io::Cursor;

/// A photo as it is stored and sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// `image/jpeg`, or `image/png` for a drawing.
    pub mime: &'static str,
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
    /// JPEG, at most 240 px.
    pub thumb: Vec<u8>,
    /// Of `bytes`, lower-case hex.
    pub sha256: String,
}

/// Checks and decodes a picked file and makes the photo to store. A JPEG that already is what would be stored (see
/// [`is_plain_jpeg`]; at most [`EDGE_MAX`] and [`PLAIN_BYTES_MAX`]) is stored byte for byte. Any other file is turned
/// upright, downsized and encoded once, which drops EXIF and the position in it.
///
/// `drawing`: lines on paper, such as a signature; a PNG then stays a PNG, in grey.
///
/// # Errors
/// [`Refusal::PhotoTooLarge`] over 40 MB or 100 megapixels; [`Refusal::NotAPhoto`] for anything that is not a whole
/// JPEG, PNG or WebP.
pub fn prepare(bytes: &[u8], drawing: bool) -> Result<Prepared, Refusal> {
    if bytes.len() > INPUT_BYTES_MAX {
        return Err(Refusal::PhotoTooLarge);
    }
    let kind = kind_of(bytes).ok_or(Refusal::NotAPhoto)?;
    if !is_whole(kind, bytes) {
        return Err(Refusal::NotAPhoto);
    }
    let Decoded { picture, fits } = decode(bytes, kind)?;
    let picture = flatten(picture);
    let thumb = jpeg(&shrunk(&picture, THUMB_EDGE_MAX))?;
    let (width, height) = picture.dimensions();
    let stored_as_is = fits && kind == PhotoKind::Jpeg && bytes.len() <= PLAIN_BYTES_MAX && is_plain_jpeg(bytes);
    let (mime, bytes) = if stored_as_is {
        ("image/jpeg", bytes.to_vec())
    } else if drawing && kind == PhotoKind::Png {
        ("image/png", grey_png(picture)?)
    } else {
        ("image/jpeg", jpeg(&picture)?)
    };
    Ok(Prepared { mime, width, height, sha256: sha256_hex(&bytes), bytes, thumb })
}

/// A decoded photo, upright and at most [`EDGE_MAX`] long.
struct Decoded {
    picture: DynamicImage,
    /// Neither turned nor downsized.
    fits: bool,
}

fn decode(bytes: &[u8], kind: PhotoKind) -> Result<Decoded, Refusal> {
    let format = match kind {
        PhotoKind::Jpeg => ImageFormat::Jpeg,
        PhotoKind::Png => ImageFormat::Png,
        PhotoKind::WebP => ImageFormat::WebP,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // The default limit of 512 MB applies to the decoder; the pixels are counted below, before anything is decoded.
    reader.limits(Limits::default());
    let mut decoder = reader.into_decoder().map_err(|e| refusal(&e))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > INPUT_PIXELS_MAX {
        return Err(Refusal::PhotoTooLarge);
    }
    // A photo whose EXIF cannot be read is taken as upright.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let fits = width.max(height) <= EDGE_MAX && orientation == Orientation::NoTransforms;
    let mut picture = shrunk_dynamic(DynamicImage::from_decoder(decoder).map_err(|e| refusal(&e))?);
    picture.apply_orientation(orientation);
    Ok(Decoded { picture, fits })
}

fn refusal(error: &image::ImageError) -> Refusal {
    match error {
        image::ImageError::Limits(_) => Refusal::PhotoTooLarge,
        _ => Refusal::NotAPhoto,
    }
}

/// Large photos in two steps: averaging whole pixels is fast, and leaves the slower filter little to do.
fn shrunk_dynamic(picture: DynamicImage) -> DynamicImage {
    let longest = picture.width().max(picture.height());
    if longest <= EDGE_MAX {
        return picture;
    }
    let halfway = if longest > 3 * EDGE_MAX { picture.thumbnail(2 * EDGE_MAX, 2 * EDGE_MAX) } else { picture };
    halfway.resize(EDGE_MAX, EDGE_MAX, FilterType::CatmullRom)
}

fn shrunk(picture: &RgbImage, edge: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= edge {
        return picture.clone();
    }
    let side = |n: u32| u32::try_from(u64::from(n) * u64::from(edge) / u64::from(longest)).unwrap_or(edge).max(1);
    image::imageops::thumbnail(picture, side(width), side(height))
}

/// Puts transparent pictures on white: JPEG has no transparency, and a decoder would show black.
fn flatten(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba = picture.into_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0.map(u32::from);
        let over = |c: u32| u8::try_from((c * a + 255 * (255 - a)) / 255).unwrap_or(u8::MAX);
        Rgb([over(r), over(g), over(b)])
    })
}

fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, Refusal> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY)
        .encode_image(picture)
        .map_err(|_| Refusal::Store { detail: "the photo could not be encoded".to_owned() })?;
    Ok(out)
}

fn grey_png(picture: RgbImage) -> Result<Vec<u8>, Refusal> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::from(DynamicImage::from(picture).into_luma8())
        .write_to(&mut out, ImageFormat::Png)
        .map_err(|_| Refusal::Store { detail: "the drawing could not be encoded".to_owned() })?;
    Ok(out.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;

    fn picture(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| Rgb([(x % 251) as u8, (y % 241) as u8, ((x + y) % 239) as u8]))
    }

    fn encoded(picture: RgbImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::from(picture).write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    /// A JPEG with an EXIF segment that holds one entry: the orientation.
    fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let mut out = vec![0xff, 0xd8, 0xff, 0xe1, length[0], length[1]];
        out.extend(&exif);
        out.extend(&jpeg[2..]);
        out
    }

    #[test]
    fn a_large_photo_comes_out_1600_pixels_long_with_a_thumbnail_and_its_hash() {
        let out = prepare(&encoded(picture(5000, 2500), ImageFormat::Jpeg), false).unwrap();
        assert_eq!((out.width, out.height, out.mime), (1600, 800, "image/jpeg"));
        assert_eq!(out.sha256, sha256_hex(&out.bytes));
        let thumb = image::load_from_memory(&out.thumb).unwrap();
        assert_eq!((thumb.width(), thumb.height()), (240, 120));
    }

    #[test]
    fn a_photo_held_upright_is_stored_upright_and_without_exif() {
        let mut flat = picture(200, 100);
        for (x, y) in (0..200).flat_map(|x| (0..100).map(move |y| (x, y))) {
            flat.put_pixel(x, y, if x < 100 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) });
        }
        let turned = with_orientation(&encoded(flat, ImageFormat::Jpeg), 6);
        let out = prepare(&turned, false).unwrap();
        assert_eq!((out.width, out.height), (100, 200));
        let shown = image::load_from_memory(&out.bytes).unwrap().into_rgb8();
        assert!(shown.get_pixel(50, 20).0[0] > 200, "what lay left is now on top");
        assert!(shown.get_pixel(50, 180).0[2] > 200);
        assert!(!out.bytes.windows(4).any(|w| w == b"Exif"));
    }

    #[test]
    fn a_jpeg_that_already_fits_is_stored_byte_for_byte() {
        let fit = encoded(picture(EDGE_MAX, 40), ImageFormat::Jpeg);
        let out = prepare(&fit, false).unwrap();
        assert_eq!((out.bytes == fit, out.width, out.height), (true, EDGE_MAX, 40));
        assert_eq!(out.sha256, sha256_hex(&fit));
        assert_eq!(image::load_from_memory(&out.thumb).unwrap().width(), THUMB_EDGE_MAX);
    }

    #[test]
    fn a_large_photo_is_encoded_once_and_not_again() {
        let once = prepare(&encoded(picture(3000, 2000), ImageFormat::Jpeg), false).unwrap();
        let again = prepare(&once.bytes, false).unwrap();
        assert_eq!((once.width, once.height), (1600, 1067));
        assert!(again.bytes == once.bytes, "what was encoded is stored as it is");
    }

    #[test]
    fn a_jpeg_with_metadata_a_comment_or_trailing_bytes_is_encoded_anew() {
        let fit = encoded(picture(200, 100), ImageFormat::Jpeg);
        let segment = |marker: u8, content: &[u8]| {
            let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
            [&fit[..2], &[0xff, marker, length[0], length[1]], content, &fit[2..]].concat()
        };
        let upright = with_orientation(&fit, 1);
        let trailing = [&fit[..], b"a short film"].concat();
        for (what, bytes) in [
            ("EXIF", upright),
            ("XMP", segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x/>")),
            ("a comment", segment(0xfe, b"at home")),
            ("trailing bytes", trailing),
        ] {
            let out = prepare(&bytes, false).unwrap();
            assert!(out.bytes != bytes && is_plain_jpeg(&out.bytes), "{what}");
        }
        let profile = segment(0xe2, b"ICC_PROFILE\0\x01\x01colours");
        assert!(prepare(&profile, false).unwrap().bytes == profile, "a colour profile stays");
    }

    #[test]
    fn png_and_webp_are_taken_and_become_jpeg() {
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let out = prepare(&encoded(picture(60, 40), format), false).unwrap();
            assert_eq!((out.mime, out.width, out.height), ("image/jpeg", 60, 40));
        }
    }

    #[test]
    fn a_drawn_signature_stays_a_png_on_white() {
        let mut ink = image::RgbaImage::from_pixel(300, 120, Rgba([0, 0, 0, 0]));
        (10..290).for_each(|x| ink.put_pixel(x, 60, Rgba([0, 0, 0, 255])));
        let mut drawn = Cursor::new(Vec::new());
        DynamicImage::from(ink).write_to(&mut drawn, ImageFormat::Png).unwrap();
        let out = prepare(&drawn.into_inner(), true).unwrap();
        assert_eq!(out.mime, "image/png");
        let shown = image::load_from_memory(&out.bytes).unwrap().into_luma8();
        assert_eq!((shown.get_pixel(5, 5).0, shown.get_pixel(100, 60).0), ([255], [0]));
    }

    #[test]
    fn a_photo_cut_short_anywhere_is_refused() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let whole = encoded(picture(400, 300), format);
            assert!(prepare(&whole, false).is_ok(), "{format:?}");
            for keep in [3, 20, whole.len() / 2, whole.len() - 2] {
                assert_eq!(prepare(&whole[..keep], false), Err(Refusal::NotAPhoto), "{format:?} cut to {keep}");
            }
        }
    }

    #[test]
    fn the_end_of_a_thumbnail_inside_exif_is_not_taken_for_the_end_of_the_photo() {
        let whole = encoded(picture(400, 300), ImageFormat::Jpeg);
        let mut nested = vec![0xff, 0xd8, 0xff, 0xe1, 0, 8, 1, 2, 0xff, 0xd9, 3, 4];
        nested.extend(&whole[2..]);
        assert!(is_whole(PhotoKind::Jpeg, &nested));
        assert!(!is_whole(PhotoKind::Jpeg, &nested[..nested.len() / 2]));
    }

    #[test]
    fn what_only_bears_a_photos_name_is_refused() {
        for bytes in [&b""[..], b"hello, this is text named photo.jpg", b"%PDF-1.7", b"\xff\xd8\xff\xd9", b"GIF89a"] {
            assert_eq!(prepare(bytes, false), Err(Refusal::NotAPhoto));
        }
    }

    #[test]
    fn forty_megabytes_are_looked_at_and_one_byte_more_is_refused_as_too_large() {
        let mut bytes = encoded(picture(40, 40), ImageFormat::Jpeg);
        bytes.resize(INPUT_BYTES_MAX, 0);
        assert!(prepare(&bytes, false).is_ok(), "what follows the picture's end does not matter");
        bytes.push(0);
        assert_eq!(prepare(&bytes, false), Err(Refusal::PhotoTooLarge));
    }

    #[test]
    fn a_small_file_that_unfolds_to_over_a_hundred_megapixels_is_refused_before_it_is_decoded() {
        let mut bytes = encoded(picture(16, 16), ImageFormat::Png);
        // Width and height of IHDR, whose check sum then has to be made again.
        bytes[16..20].copy_from_slice(&20_000u32.to_be_bytes());
        bytes[20..24].copy_from_slice(&20_000u32.to_be_bytes());
        let sum = crc32(&bytes[12..29]).to_be_bytes();
        bytes[29..33].copy_from_slice(&sum);
        assert_eq!(prepare(&bytes, false), Err(Refusal::PhotoTooLarge));
    }

    /// As PNG has it: reflected, polynomial edb88320.
    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 })
        })
    }
}
