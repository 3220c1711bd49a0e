//! The kind of a picture, by its first bytes and not by its name; whether it is whole, since decoders fill missing
//! parts with grey; and whether a JPEG can be stored as it is.

/// The kinds of files that cameras and galleries produce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoKind {
    Jpeg,
    Png,
    WebP,
}

/// The kind, or `None` for anything else.
pub fn kind_of(bytes: &[u8]) -> Option<PhotoKind> {
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        Some(PhotoKind::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(PhotoKind::Png)
    } else if bytes.len() >= 12 && bytes.starts_with(b"RIFF") && &bytes[8..12] == b"WEBP" {
        Some(PhotoKind::WebP)
    } else {
        None
    }
}

/// True when the bytes include the picture's own end. Data after it (a phone's short film) does not matter.
pub fn is_whole(kind: PhotoKind, bytes: &[u8]) -> bool {
    match kind {
        PhotoKind::Jpeg => jpeg_end(bytes),
        PhotoKind::Png => png_end(bytes),
        PhotoKind::WebP => riff_end(bytes),
    }
}

/// True for a JPEG that can be stored as it is: baseline, nothing but picture data, a JFIF header and a colour profile
/// (no EXIF, XMP, comment or second picture), and no bytes after its end. Its size and orientation are checked
/// elsewhere.
pub fn is_plain_jpeg(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(&[0xff, marker, high, low]) = bytes.get(at..at + 4) {
        let length = usize::from(u16::from_be_bytes([high, low]));
        let content = bytes.get(at + 4..at + 2 + length).unwrap_or_default();
        let allowed = match marker {
            // Tables, restart interval, baseline frame.
            0xdb | 0xc4 | 0xdd | 0xc0 => true,
            0xe0 => content.starts_with(b"JFIF\0"),
            0xe2 => content.starts_with(b"ICC_PROFILE\0"),
            // The scan: entropy-coded data up to the end-of-image marker, which must be the last two bytes.
            0xda => return jpeg_end_at(bytes, at) == Some(bytes.len()),
            _ => false,
        };
        if !allowed || length < 2 {
            return false;
        }
        at += 2 + length;
    }
    false
}

fn jpeg_end(bytes: &[u8]) -> bool {
    jpeg_end_at(bytes, 2).is_some()
}

/// Walks the segments from `at` to the end-of-image marker and returns the offset behind it. A thumbnail's own marker
/// inside EXIF is stepped over with its segment, so it cannot be taken for the picture's.
fn jpeg_end_at(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        // To the next marker: through entropy-coded data, stuffed zeros, restart markers and fill bytes.
        while !matches!(bytes.get(at..at + 2), Some([0xff, code]) if !matches!(code, 0x00 | 0xff | 0xd0..=0xd7)) {
            if at + 2 > bytes.len() {
                return None;
            }
            at += 1;
        }
        if bytes[at + 1] == 0xd9 {
            return Some(at + 2);
        }
        let &[high, low] = bytes.get(at + 2..at + 4)? else { return None };
        at += 2 + usize::from(u16::from_be_bytes([high, low])).max(2);
    }
}

fn png_end(bytes: &[u8]) -> bool {
    let mut at = 8;
    while let Some(head) = bytes.get(at..at + 8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(end) = at.checked_add(12).and_then(|a| a.checked_add(length)) else { return false };
        if end > bytes.len() {
            return false;
        }
        if &head[4..] == b"IEND" {
            return true;
        }
        at = end;
    }
    false
}

fn riff_end(bytes: &[u8]) -> bool {
    matches!(bytes.get(4..8), Some(&[a, b, c, d]) if u32::from_le_bytes([a, b, c, d]) as usize + 8 <= bytes.len())
}
