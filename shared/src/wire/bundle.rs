//! Bundle: unsent work as a file, sealed for the server and signed by the device, to travel on a stick or on a colleague's phone.
//! Whoever carries it reads the header and nothing else.
//!
//! ```text
//!  at  len
//!   0    8  magic "lianxinb"
//!   8    2  format, 1
//!  10   16  device: whose work it is                    ┐
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
/// Bytes of a file beyond its sealed content.
pub const FRAME_LEN: usize = HEADER_LEN + ENCAPSULATED_LEN + SIGNATURE_LEN;
/// The ending of a bundle's name.
pub const EXTENSION: &str = "lxb";

open_enum! {
    /// What became of a bundle, told to whoever brought it; nothing about its content. Locale key `bundle-<word>`.
    BundleVerdict {
        /// Taken in: its author's work is on the server.
        Accepted = "accepted",
        /// All of it was there already.
        Repeated = "repeated",
        /// Sealed to a key that is not this server's.
        OtherServer = "other-server",
        /// Not signed by the device it names.
        BadSignature = "bad-signature",
        /// Cut short, changed on the way, or no bundle at all.
        Damaged = "damaged",
        /// This server knows no such device, or none that makes bundles.
        AuthorUnknown = "author-unknown",
        /// Of a newer app: after an update of the server it can be read.
        NewerFormat = "newer-format",
    }
}

impl BundleVerdict {
    /// The server has the work: whoever carries the file may let it go.
    pub fn is_delivered(&self) -> bool {
        matches!(self, Self::Accepted | Self::Repeated)
    }
}

/// Answer to `POST /v1/bundle`, whose body is the file as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleReply {
    pub server_now: Moment,
    pub verdict: BundleVerdict,
}

/// Why bytes are no bundle that this build can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBundle {
    #[error("cut short, changed, or no bundle")]
    Damaged,
    #[error("a bundle of format {0}, which this build does not know")]
    NewerFormat(u16),
}

/// What stands in the clear: only what finding the author and the key needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The author's.
    pub device: DeviceId,
    pub key: KeyId,
    /// By the server's clock, as far as the device knew it.
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

/// Takes fields off the front of bytes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
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

/// A bundle taken apart; neither its signature nor its seal was looked at yet.
#[derive(Clone, Copy, Debug)]
pub struct Bundle<'a> {
    pub header: Header,
    /// As sealed over.
    bound: &'a [u8],
    encapsulated: [u8; ENCAPSULATED_LEN],
    sealed: &'a [u8],
    signed: &'a [u8],
    signature: [u8; SIGNATURE_LEN],
}

impl<'a> Bundle<'a> {
    /// Reads the frame: the right magic, a known format, exactly the length it says.
    pub fn parse(file: &'a [u8]) -> Result<Self, BadBundle> {
        let mut reader = Reader(file);
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

    pub fn is_signed_by(&self, author: &SignPublic) -> bool {
        author.verifies(self.signed, &self.signature)
    }

    /// The packed content; `None` when it was not sealed to this key, or changed since.
    pub fn open(&self, key: &SealSecret) -> Option<Vec<u8>> {
        key.open(&self.encapsulated, self.sealed, self.bound)
    }
}

/// Makes a bundle's file of its packed content. `random` must never be used again.
///
/// # Errors
/// [`BadKey`] when the server's key is none.
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

/// A photo's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundledPhoto {
    pub mime: String,
    pub bytes: Vec<u8>,
}

impl BundledPhoto {
    /// Lower-case hex.
    pub fn sha256(&self) -> String {
        sha256_hex(&self.bytes)
    }
}

/// What a bundle holds, before it is packed: parts one after the other, each a kind, a length and so many bytes. Kinds that a
/// reader does not know are passed over.
///
/// | kind | bytes |
/// | --- | --- |
/// | 1 | a push request as JSON, exactly as it would be sent; in the order to be judged |
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

    /// Reads unpacked content of the device `header` names: each push within the limits of a push, and as many operations as
    /// the header says.
    pub fn parse(bytes: &[u8], header: &Header) -> Result<Self, BadBundle> {
        let mut reader = Reader(bytes);
        let mut content = Self::default();
        while !reader.0.is_empty() {
            let [kind] = reader.array()?;
            let len = reader.len()?;
            let mut part = Reader(reader.take(len)?);
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

    /// What a receiver does with a file; `None` where it stops.
    fn received(file: &[u8]) -> Option<Vec<u8>> {
        let (seal_key, sign_key) = keys();
        let bundle = Bundle::parse(file).ok()?;
        if !bundle.is_signed_by(&sign_key.public()) {
            return None;
        }
        bundle.open(&seal_key)
    }

    #[test]
    fn a_bundle_survives_the_way_out_and_in() {
        let file = file();
        assert_eq!(file.len(), FRAME_LEN + TAG_LEN + 14);
        assert_eq!(received(&file).as_deref(), Some(&b"packed content"[..]));
        let header = Bundle::parse(&file).unwrap().header;
        assert_eq!((header.device, header.created_ms, header.ops), (DeviceId(Uuid::from_u128(5)), 7, 2));
    }

    #[test]
    fn a_newer_format_is_told_apart_from_damage() {
        let mut file = file();
        file[9] = 2;
        assert_eq!(Bundle::parse(&file).unwrap_err(), BadBundle::NewerFormat(2));
        file[9] = 0;
        assert_eq!(Bundle::parse(&file).unwrap_err(), BadBundle::Damaged);
    }

    #[test]
    fn another_key_does_not_open_it_and_another_device_did_not_sign_it() {
        let file = file();
        let bundle = Bundle::parse(&file).unwrap();
        assert!(!bundle.is_signed_by(&SignSecret::new([5; 32]).public()));
        assert!(bundle.open(&SealSecret::derive([4; 32])).is_none());
    }

    #[test]
    fn photos_and_unknown_parts_do_not_disturb_each_other() {
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
        fn a_flipped_bit_anywhere_is_noticed(bit in 0..file().len() * 8) {
            let mut file = file();
            file[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(received(&file), None);
        }

        #[test]
        fn a_file_cut_anywhere_or_with_more_at_its_end_is_damaged(len in 0..file().len(), more in 1_usize..100) {
            let mut file = file();
            prop_assert_eq!(Bundle::parse(&file[..len]).unwrap_err(), BadBundle::Damaged);
            file.extend(std::iter::repeat_n(0, more));
            prop_assert_eq!(Bundle::parse(&file).unwrap_err(), BadBundle::Damaged);
        }

        #[test]
        fn no_bytes_whatever_make_reading_fail_otherwise(bytes: Vec<u8>) {
            let header = Header { device: DeviceId::NIL, key: KeyId([0; 8]), created_ms: 0, ops: 0 };
            let _ = Bundle::parse(&bytes);
            let _ = Content::parse(&bytes, &header);
        }
    }
}
