//! A real bundle with its keys, for other implementations: `golden/bundle.lxb` is the file; `golden/bundle.json` holds
//! the keys, the random bytes and the content from which it was made. `UPDATE_GOLDEN=1 cargo test -p shared --test
//! bundle` writes both again.

#![allow(clippy::unwrap_used)]

use serde::{Deserialize, Serialize};
use shared::{
    chain::{hex, unhex},
    ids::DeviceId,
    seal::{KeyId, SealPublic, SealSecret, SignPublic, SignSecret},
    wire::bundle::{Bundle, BundledPhoto, Content, Header, seal},
};
use std::path::PathBuf;
use uuid::Uuid;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Vector {
    /// HPKE: the input keying material of the server's key pair, and the pair.
    seal_ikm: String,
    seal_secret: String,
    seal_public: SealPublic,
    key_id: KeyId,
    /// Ed25519: the device's seed and its public key.
    sign_secret: String,
    sign_public: SignPublic,
    /// HPKE: the input keying material of the ephemeral key pair. Used twice in tests only.
    random: String,
    device: DeviceId,
    created_ms: i64,
    operations: u32,
    /// The content before compression: one push request and one photo.
    content: String,
    /// The same compressed with zstd, as it was sealed. Other compressors may produce other bytes.
    packed: String,
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    unhex(text).unwrap().try_into().unwrap()
}

fn write_golden_files() {
    let push = serde_json::from_str(&std::fs::read_to_string(path("push_request.json")).unwrap()).unwrap();
    let photo = BundledPhoto { mime: "image/jpeg".into(), bytes: vec![0xff, 0xd8, 0xff, 0xe0, 0xff, 0xd9] };
    let content = Content { pushes: vec![push], photos: vec![photo] }.to_bytes();
    let (seal_ikm, random) = ([0x11; 32], [0x33; 32]);
    let (secret, author) = (SealSecret::derive(seal_ikm), SignSecret::new([0x22; 32]));
    let vector = Vector {
        seal_ikm: hex(&seal_ikm),
        seal_secret: secret.to_hex(),
        seal_public: secret.public(),
        key_id: secret.public().id(),
        sign_secret: author.to_hex(),
        sign_public: author.public(),
        random: hex(&random),
        device: DeviceId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001)),
        created_ms: 1_795_399_320_000,
        operations: 1,
        packed: hex(&zstd::encode_all(&content[..], 3).unwrap()),
        content: hex(&content),
    };
    std::fs::write(path("bundle.lxb"), file_of(&vector)).unwrap();
    std::fs::write(path("bundle.json"), serde_json::to_string_pretty(&vector).unwrap() + "\n").unwrap();
}

/// Makes the file from a vector.
fn file_of(vector: &Vector) -> Vec<u8> {
    let header =
        Header { device: vector.device, key: vector.key_id, created_ms: vector.created_ms, ops: vector.operations };
    let author = SignSecret::from_hex(&vector.sign_secret).unwrap();
    seal(header, &unhex(&vector.packed).unwrap(), &vector.seal_public, &author, bytes(&vector.random)).unwrap()
}

#[test]
fn the_golden_bundle_is_reproduced_and_opens_with_its_keys() {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        write_golden_files();
    }
    let file = std::fs::read(path("bundle.lxb")).unwrap();
    let vector: Vector = serde_json::from_str(&std::fs::read_to_string(path("bundle.json")).unwrap()).unwrap();
    assert_eq!(file_of(&vector), file, "the same keys, random bytes and content make the same file");

    let secret = SealSecret::derive(bytes(&vector.seal_ikm));
    assert_eq!((secret.to_hex(), secret.public()), (vector.seal_secret.clone(), vector.seal_public));
    assert_eq!(secret.public().id(), vector.key_id);
    assert_eq!(SignSecret::from_hex(&vector.sign_secret).unwrap().public(), vector.sign_public);

    let bundle = Bundle::parse(&file).unwrap();
    assert_eq!((bundle.header.device, bundle.header.ops), (vector.device, vector.operations));
    assert!(bundle.is_signed_by(&vector.sign_public));
    let packed = bundle.open(&secret).unwrap();
    assert_eq!(hex(&packed), vector.packed);
    let content = zstd::decode_all(&packed[..]).unwrap();
    assert_eq!(hex(&content), vector.content);
    let read = Content::parse(&content, &bundle.header).unwrap();
    assert_eq!(read.to_bytes(), content);
    let golden: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path("push_request.json")).unwrap()).unwrap();
    assert_eq!(serde_json::to_value(&read.pushes[0]).unwrap(), golden);
    assert_eq!(read.photos[0].bytes[..3], [0xff, 0xd8, 0xff]);
}
