//! Bundle: unsent work as a file, sealed for the server and signed by the device. It travels on a memory stick or on a
//! colleague's phone, which can read the header only.
//!
//! ```text
//!  at  len
//!   0    8  magic "lianxinb"
//!   8    2  format, 1
//!  10   16  device that made the bundle                 ┐
//!  26    8  key: id of the server's key it is sealed to │ the header: bound into the seal,
//!  34    8  created: ms since 1970 UTC, server's clock  │ all numbers big-endian
//!  42    4  operations                                  │
//!  46    4  length of the sealed content                ┘
//!  50   32  encapsulated key
//!  82    n  sealed content: zstd of [`Content`]
//!  82+n 64  Ed25519 signature of all before it
//! ```

use super::{
    limits::{BUNDLE_BYTES_MAX, PUSH_BYTES_MAX, PUSH_OPS_MAX},
    push::PushRequest,
};
use crate::{
    DeviceId, Moment,
    chain::sha256_hex,
    open_enum,
    seal::{BadKey, ENCAPSULATED_LEN, KeyId, SIGNATURE_LEN, SealPublic, SealSecret, SignPublic, SignSecret, TAG_LEN},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const MAGIC: &[u8; 8] = b"lianxinb";
/// - 1: the first release.
pub const FORMAT: u16 = 1;
const HEADER_LEN: usize = 50;
/// Bytes of a file in addition to its sealed content.
pub const FRAME_LEN: usize = HEADER_LEN + ENCAPSULATED_LEN + SIGNATURE_LEN;
/// The file extension of a bundle.
pub const EXTENSION: &str = "lxb";

open_enum! {
    /// What became of a bundle, without anything about its content, since a colleague may read it. Locale key
    /// `bundle-<word>`.
    BundleVerdict {
        /// The author's work is now on the server.
        Accepted = "accepted",
        /// The server had all of it already.
        Repeated = "repeated",
        /// Sealed to the key of another server.
        OtherServer = "other-server",
        /// Not signed by the device that it names.
        BadSignature = "bad-signature",
        /// Truncated, changed, or no bundle at all.
        Damaged = "damaged",
        /// This server does not know the device, or the device makes no bundles.
        AuthorUnknown = "author-unknown",
        /// Made by a newer app; readable after an update of the server.
        NewerFormat = "newer-format",
    }
}

impl BundleVerdict {
    /// True when the server has the work, so that the file may be deleted.
    pub fn is_delivered(&self) -> bool {
        matches!(self, Self::Accepted | Self::Repeated)
    }
}

/// The answer to `POST /v1/bundle`, whose body is the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleReply {
    pub server_now: Moment,
    pub verdict: BundleVerdict,
}

/// Why a file is no bundle that this build can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBundle {
    #[error("truncated, changed, or no bundle")]
    Damaged,
    #[error("a bundle of format {0}, which this build does not know")]
    NewerFormat(u16),
}

/// The unencrypted header: only what is needed to find the author and the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The author's device.
    pub device: DeviceId,
    pub key: KeyId,
    /// UTC milliseconds by the server's clock, as far as the device knew it.
    pub created_ms: i64,
    pub ops: u32,
}

impl Header {
    fn to_bytes(self, sealed_len: u32) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..10].copy_from_slice(&FORMAT.to_be_bytes());
        bytes[10..26].copy_from_slice(self.device.as_bytes());
        bytes[26..34].copy_from_slice(&self.key.0);
        bytes[34..42].copy_from_slice(&self.created_ms.to_be_bytes());
        bytes[42..46].copy_from_slice(&self.ops.to_be_bytes());
        bytes[46..].copy_from_slice(&sealed_len.to_be_bytes());
        bytes
    }
}

/// Reads fields from the front of a byte slice.
struct ByteReader<'a>(&'a [u8]);

impl<'a> ByteReader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], BadBundle> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(BadBundle::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }
    fn array<const N: usize>(&mut self) -> Result<[u8; N], BadBundle> {
        self.take(N)?.try_into().map_err(|_| BadBundle::Damaged)
    }
    fn len(&mut self) -> Result<usize, BadBundle> {
        usize::try_from(u32::from_be_bytes(self.array()?)).map_err(|_| BadBundle::Damaged)
    }
}

/// A parsed bundle. Neither its signature nor its seal has been checked.
#[derive(Clone, Copy, Debug)]
pub struct Bundle<'a> {
    pub header: Header,
    /// The header's bytes, bound into the seal.
    bound: &'a [u8],
    encapsulated: [u8; ENCAPSULATED_LEN],
    sealed: &'a [u8],
    signed: &'a [u8],
    signature: [u8; SIGNATURE_LEN],
}

impl<'a> Bundle<'a> {
    /// Parses the frame of a file.
    ///
    /// # Errors
    /// [`BadBundle::NewerFormat`] for a format above [`FORMAT`]; [`BadBundle::Damaged`] for a wrong magic, format 0, a
    /// length other than the header says, or more than [`BUNDLE_BYTES_MAX`].
    pub fn parse(file: &'a [u8]) -> Result<Self, BadBundle> {
        let mut reader = ByteReader(file);
        if reader.take(MAGIC.len())? != MAGIC {
            return Err(BadBundle::Damaged);
        }
        match u16::from_be_bytes(reader.array()?) {
            FORMAT => {}
            0 => return Err(BadBundle::Damaged),
            newer => return Err(BadBundle::NewerFormat(newer)),
        }
        if file.len() > BUNDLE_BYTES_MAX {
            return Err(BadBundle::Damaged);
        }
        let device = DeviceId(Uuid::from_bytes(reader.array()?));
        let key = KeyId(reader.array()?);
        let created_ms = i64::from_be_bytes(reader.array()?);
        let ops = u32::from_be_bytes(reader.array()?);
        let len = reader.len()?;
        let encapsulated = reader.array()?;
        let sealed = reader.take(len)?;
        let signature = reader.array()?;
        if !reader.0.is_empty() || len < TAG_LEN {
            return Err(BadBundle::Damaged);
        }
        Ok(Self {
            header: Header { device, key, created_ms, ops },
            bound: &file[..HEADER_LEN],
            encapsulated,
            sealed,
            signed: &file[..file.len() - SIGNATURE_LEN],
            signature,
        })
    }

    /// True when `author` has signed the file.
    pub fn is_signed_by(&self, author: &SignPublic) -> bool {
        author.verifies(self.signed, &self.signature)
    }

    /// The compressed content; `None` when it was sealed to another key or has changed since.
    pub fn open(&self, key: &SealSecret) -> Option<Vec<u8>> {
        key.open(&self.encapsulated, self.sealed, self.bound)
    }
}

/// Makes the file of a bundle from its compressed content. `random` must never be used again.
///
/// # Errors
/// [`BadKey`] when the server's key is invalid, or the content does not fit into 4 GiB.
pub fn seal(
    header: Header,
    packed: &[u8],
    server: &SealPublic,
    author: &SignSecret,
    random: [u8; 32],
) -> Result<Vec<u8>, BadKey> {
    let sealed_len = u32::try_from(packed.len() + TAG_LEN).map_err(|_| BadKey)?;
    let bound = header.to_bytes(sealed_len);
    let (encapsulated, sealed) = server.seal(packed, &bound, random)?;
    let mut file = Vec::with_capacity(packed.len() + TAG_LEN + FRAME_LEN);
    file.extend_from_slice(&bound);
    file.extend_from_slice(&encapsulated);
    file.extend_from_slice(&sealed);
    let signature = author.sign(&file);
    file.extend_from_slice(&signature);
    Ok(file)
}

/// A photo in a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundledPhoto {
    pub mime: String,
    pub bytes: Vec<u8>,
}

impl BundledPhoto {
    /// SHA-256 of the bytes, lower-case hex.
    pub fn sha256(&self) -> String {
        sha256_hex(&self.bytes)
    }
}

/// The content of a bundle before compression: a sequence of parts, each a kind, a length and that many bytes. A reader
/// skips kinds that it does not know.
///
/// | kind | bytes |
/// | --- | --- |
/// | 1 | a push request as JSON, exactly as it would be sent; in the order of evaluation |
/// | 2 | a photo: length of its type (1 byte), its type, its bytes |
#[derive(Clone, Debug, Default)]
pub struct Content {
    pub pushes: Vec<PushRequest>,
    pub photos: Vec<BundledPhoto>,
}

const PUSH: u8 = 1;
const PHOTO: u8 = 2;

/// Appends a part.
fn part(into: &mut Vec<u8>, kind: u8, pieces: &[&[u8]]) {
    let len: usize = pieces.iter().map(|p| p.len()).sum();
    into.push(kind);
    into.extend_from_slice(&u32::try_from(len).expect("a part is far below 4 GiB").to_be_bytes());
    pieces.iter().for_each(|piece| into.extend_from_slice(piece));
}

impl Content {
    /// The content as bytes, to be compressed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for push in &self.pushes {
            let json = serde_json::to_vec(push).expect("a push request has string keys and plain numbers only");
            part(&mut bytes, PUSH, &[&json]);
        }
        for BundledPhoto { mime, bytes: photo } in &self.photos {
            let len = u8::try_from(mime.len()).expect("a type of 255 characters does not exist");
            part(&mut bytes, PHOTO, &[&[len], mime.as_bytes(), photo]);
        }
        bytes
    }

    /// Parses decompressed content of the device that `header` names.
    ///
    /// # Errors
    /// [`BadBundle::Damaged`] when a part cannot be read, a push is of another device or exceeds the limits of a push,
    /// or the number of operations is not that of the header.
    pub fn parse(bytes: &[u8], header: &Header) -> Result<Self, BadBundle> {
        let mut reader = ByteReader(bytes);
        let mut content = Self::default();
        while !reader.0.is_empty() {
            let [kind] = reader.array()?;
            let len = reader.len()?;
            let mut part = ByteReader(reader.take(len)?);
            match kind {
                PUSH => {
                    let push: PushRequest = serde_json::from_slice(part.0).map_err(|_| BadBundle::Damaged)?;
                    content.pushes.push(checked(push, header)?);
                }
                PHOTO => {
                    let [len] = part.array()?;
                    let mime = std::str::from_utf8(part.take(usize::from(len))?).map_err(|_| BadBundle::Damaged)?;
                    content.photos.push(BundledPhoto { mime: mime.to_owned(), bytes: part.0.to_vec() });
                }
                _ => {}
            }
        }
        let ops: usize = content.pushes.iter().map(|p| p.ops.len()).sum();
        if u32::try_from(ops) == Ok(header.ops) { Ok(content) } else { Err(BadBundle::Damaged) }
    }
}

fn checked(push: PushRequest, header: &Header) -> Result<PushRequest, BadBundle> {
    let bytes: usize = push.ops.iter().map(|op| op.get().len()).sum();
    let fits = push.ops.len() <= PUSH_OPS_MAX && (bytes <= PUSH_BYTES_MAX || push.ops.len() == 1);
    if push.device == header.device && fits { Ok(push) } else { Err(BadBundle::Damaged) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys() -> (SealSecret, SignSecret) {
        (SealSecret::derive([3; 32]), SignSecret::new([4; 32]))
    }

    fn file() -> Vec<u8> {
        let (seal_key, sign_key) = keys();
        let header =
            Header { device: DeviceId(Uuid::from_u128(5)), key: seal_key.public().id(), created_ms: 7, ops: 2 };
        seal(header, b"packed content", &seal_key.public(), &sign_key, [6; 32]).unwrap()
    }

    /// Parses, verifies and opens a file as a receiver does; `None` where a step fails.
    fn received(file: &[u8]) -> Option<Vec<u8>> {
        let (seal_key, sign_key) = keys();
        let bundle = Bundle::parse(file).ok()?;
        if !bundle.is_signed_by(&sign_key.public()) {
            return None;
        }
        bundle.open(&seal_key)
    }

    #[test]
    fn a_bundle_survives_sealing_and_opening() {
        let file = file();
        assert_eq!(file.len(), FRAME_LEN + TAG_LEN + 14);
        assert_eq!(received(&file).as_deref(), Some(&b"packed content"[..]));
        let header = Bundle::parse(&file).unwrap().header;
        assert_eq!((header.device, header.created_ms, header.ops), (DeviceId(Uuid::from_u128(5)), 7, 2));
    }

    #[test]
    fn a_newer_format_is_distinguished_from_damage() {
        let mut file = file();
        file[9] = 2;
        assert_eq!(Bundle::parse(&file).unwrap_err(), BadBundle::NewerFormat(2));
        file[9] = 0;
        assert_eq!(Bundle::parse(&file).unwrap_err(), BadBundle::Damaged);
    }

    #[test]
    fn another_key_neither_opens_nor_verifies_a_bundle() {
        let file = file();
        let bundle = Bundle::parse(&file).unwrap();
        assert!(!bundle.is_signed_by(&SignSecret::new([5; 32]).public()));
        assert!(bundle.open(&SealSecret::derive([4; 32])).is_none());
    }

    #[test]
    fn unknown_parts_are_skipped() {
        let photo = BundledPhoto { mime: "image/jpeg".into(), bytes: vec![1, 2, 3] };
        let mut bytes = Vec::new();
        part(&mut bytes, 77, &[b"of a newer app"]);
        bytes.extend(Content { pushes: vec![], photos: vec![photo.clone()] }.to_bytes());
        let header = Header { device: DeviceId::NIL, key: KeyId([0; 8]), created_ms: 0, ops: 0 };
        assert_eq!(Content::parse(&bytes, &header).unwrap().photos, [photo]);
        assert!(Content::parse(&bytes[..bytes.len() - 1], &header).is_err());
        assert!(Content::parse(&bytes, &Header { ops: 1, ..header }).is_err(), "fewer operations than it says");
    }

    proptest! {
        #[test]
        fn every_flipped_bit_is_detected(bit in 0..file().len() * 8) {
            let mut file = file();
            file[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(received(&file), None);
        }

        #[test]
        fn a_truncated_or_extended_file_is_damaged(len in 0..file().len(), more in 1_usize..100) {
            let mut file = file();
            prop_assert_eq!(Bundle::parse(&file[..len]).unwrap_err(), BadBundle::Damaged);
            file.extend(std::iter::repeat_n(0, more));
            prop_assert_eq!(Bundle::parse(&file).unwrap_err(), BadBundle::Damaged);
        }

        #[test]
        fn parsing_never_panics(bytes: Vec<u8>) {
            let header = Header { device: DeviceId::NIL, key: KeyId([0; 8]), created_ms: 0, ops: 0 };
            let _ = Bundle::parse(&bytes);
            let _ = Content::parse(&bytes, &header);
        }
    }
}
