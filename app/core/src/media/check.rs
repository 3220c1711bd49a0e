//! What kind of picture the bytes are, by what they begin with and not by their name, and whether the end is there:
//! decoders fill what is missing with grey and call it a picture.

/// The kinds that cameras and galleries hand over.
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

/// True when the picture's own end is within the bytes. What follows it (a phone's short film, say) does not matter.
pub fn is_whole(kind: PhotoKind, bytes: &[u8]) -> bool {
    match kind {
        PhotoKind::Jpeg => jpeg_end(bytes),
        PhotoKind::Png => png_end(bytes),
        PhotoKind::WebP => riff_end(bytes),
    }
}

/// Walks the segments up to the end-of-image marker. A thumbnail's own marker inside EXIF is stepped over with its
/// segment, so it cannot be taken for the picture's.
fn jpeg_end(bytes: &[u8]) -> bool {
    let mut at = 2;
    loop {
        // To the next marker: through entropy-coded data, stuffed zeros, restart markers and fill bytes.
        while !matches!(bytes.get(at..at + 2), Some([0xff, code]) if !matches!(code, 0x00 | 0xff | 0xd0..=0xd7)) {
            if at + 2 > bytes.len() {
                return false;
            }
            at += 1;
        }
        if bytes[at + 1] == 0xd9 {
            return true;
        }
        let Some(&[high, low]) = bytes.get(at + 2..at + 4) else { return false };
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
