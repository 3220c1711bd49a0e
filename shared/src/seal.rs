//! Sealing for the server and signing by a device, as bundles need it. HPKE (RFC 9180) in base mode with DHKEM(X25519,
//! HKDF-SHA256), HKDF-SHA256 and ChaCha20-Poly1305, and Ed25519 (RFC 8032). Pure: every random byte is an argument.

use crate::chain::{hex, unhex};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable,
    aead::ChaCha20Poly1305,
    kdf::HkdfSha256,
    kem::X25519HkdfSha256,
    rand_core::{TryCryptoRng, TryRng},
    single_shot_open, single_shot_seal_with_rng,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::convert::Infallible;

/// HPKE's `info`: binds every seal to this product and purpose.
const INFO: &[u8] = b"lianxin bundle";
/// Length of an encapsulated key in bytes.
pub const ENCAPSULATED_LEN: usize = 32;
/// Bytes that sealing adds to its content: the authentication tag.
pub const TAG_LEN: usize = 16;
/// Length of a signature in bytes.
pub const SIGNATURE_LEN: usize = 64;

macro_rules! key_bytes {
    ($($(#[$doc:meta])* $name:ident($len:literal)),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub [u8; $len]);

        /// Lower-case hex.
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&hex(&self.0)) }
        }
        impl std::str::FromStr for $name {
            type Err = BadKey;
            fn from_str(text: &str) -> Result<Self, BadKey> {
                unhex(text).and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(BadKey)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                crate::text::deserialize(d, str::parse)
            }
        }
    )+};
}

key_bytes!(
    /// The server's public key (X25519), to which bundles are sealed.
    SealPublic(32),
    /// A device's public key (Ed25519), which verifies its bundles.
    SignPublic(32),
    /// The id of a [`SealPublic`]: the first eight bytes of its SHA-256.
    KeyId(8),
);

impl std::fmt::Debug for SealPublic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealPublic({})", self.id())
    }
}
impl std::fmt::Debug for SignPublic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignPublic({})", hex(&self.0[..8]))
    }
}
impl std::fmt::Debug for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A text, or bytes, that are no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key")]
pub struct BadKey;

impl SealPublic {
    /// The id of the key.
    pub fn id(&self) -> KeyId {
        let digest = Sha256::digest(self.0);
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        KeyId(id)
    }

    /// Seals `content` so that only the holder of the secret half opens it. `bound` travels in the clear; opening fails
    /// if it was changed. `random` must never be used again. Returns the encapsulated key and the sealed bytes.
    ///
    /// # Errors
    /// [`BadKey`] when these 32 bytes are no point of the curve from which a secret can be derived.
    pub fn seal(
        &self,
        content: &[u8],
        bound: &[u8],
        random: [u8; 32],
    ) -> Result<([u8; ENCAPSULATED_LEN], Vec<u8>), BadKey> {
        let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&self.0).map_err(|_| BadKey)?;
        let mut rng = SeededRng { seed: random, block: 0 };
        let (encapsulated, sealed) = single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &key,
            INFO,
            content,
            bound,
            &mut rng,
        )
        .map_err(|_| BadKey)?;
        Ok((encapsulated.to_bytes().into(), sealed))
    }
}

/// The server's secret key. It never leaves the server's database.
#[derive(Clone, PartialEq, Eq)]
pub struct SealSecret([u8; 32]);

impl std::fmt::Debug for SealSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealSecret(…)")
    }
}

impl SealSecret {
    /// Derives a key from 32 random bytes as RFC 9180 says.
    pub fn derive(random: [u8; 32]) -> Self {
        Self(X25519HkdfSha256::derive_keypair(&random).0.to_bytes().into())
    }

    /// From 64 hex digits; `None` for any other text.
    pub fn from_hex(text: &str) -> Option<Self> {
        unhex(text)?.try_into().ok().map(Self)
    }

    /// The key as hex, for storage.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// The public half.
    pub fn public(&self) -> SealPublic {
        let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&self.0);
        let secret = secret.expect("any 32 bytes are a secret of X25519");
        SealPublic(X25519HkdfSha256::sk_to_pk(&secret).to_bytes().into())
    }

    /// Opens bytes that were sealed to the public half; `None` when any bit of them or of `bound` was changed.
    pub fn open(&self, encapsulated: &[u8; ENCAPSULATED_LEN], sealed: &[u8], bound: &[u8]) -> Option<Vec<u8>> {
        let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&self.0).ok()?;
        let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
        single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &secret,
            &encapsulated,
            INFO,
            sealed,
            bound,
        )
        .ok()
    }
}

impl SignPublic {
    /// Verifies strictly: weak keys and malleable signatures are refused.
    pub fn verifies(&self, message: &[u8], signature: &[u8; SIGNATURE_LEN]) -> bool {
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
    }
}

/// A device's secret key, kept in its encrypted store.
#[derive(Clone, PartialEq, Eq)]
pub struct SignSecret([u8; 32]);

impl std::fmt::Debug for SignSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignSecret(…)")
    }
}

impl SignSecret {
    /// From 32 random bytes; any value is a key.
    pub fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// From 64 hex digits; `None` for any other text.
    pub fn from_hex(text: &str) -> Option<Self> {
        unhex(text)?.try_into().ok().map(Self)
    }

    /// The key as hex, for storage.
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// The public half.
    pub fn public(&self) -> SignPublic {
        SignPublic(SigningKey::from_bytes(&self.0).verifying_key().to_bytes())
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        SigningKey::from_bytes(&self.0).sign(message).to_bytes()
    }
}

/// The random bytes that the caller passed, as the generator that HPKE requires. HPKE draws 32 bytes; if a later
/// version draws more, each further block is a hash of seed and block number.
struct SeededRng {
    seed: [u8; 32],
    block: u32,
}

impl SeededRng {
    fn next(&mut self) -> [u8; 32] {
        let block = match self.block {
            0 => self.seed,
            n => Sha256::new().chain_update(self.seed).chain_update(n.to_be_bytes()).finalize().into(),
        };
        self.block += 1;
        block
    }
}

impl TryRng for SeededRng {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let [a, b, c, d, ..] = self.next();
        Ok(u32::from_le_bytes([a, b, c, d]))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let [a, b, c, d, e, f, g, h, ..] = self.next();
        Ok(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for part in bytes.chunks_mut(32) {
            part.copy_from_slice(&self.next()[..part.len()]);
        }
        Ok(())
    }
}
impl TryCryptoRng for SeededRng {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_bytes_open_only_with_the_right_key_and_the_right_bound_bytes() {
        let secret = SealSecret::derive([7; 32]);
        let (encapsulated, sealed) = secret.public().seal(b"visit", b"head", [9; 32]).unwrap();
        assert_eq!(sealed.len(), 5 + TAG_LEN);
        assert_eq!(secret.open(&encapsulated, &sealed, b"head").as_deref(), Some(&b"visit"[..]));
        assert_eq!(secret.open(&encapsulated, &sealed, b"hEad"), None);
        assert_eq!(SealSecret::derive([8; 32]).open(&encapsulated, &sealed, b"head"), None);
        let other = secret.public().seal(b"visit", b"head", [10; 32]).unwrap();
        assert_ne!((encapsulated, sealed), other, "other random bytes, another seal");
    }

    /// RFC 9180, A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode: the key pair of the
    /// receiver.
    #[test]
    fn key_pairs_are_derived_as_the_rfc_says() {
        let ikm = unhex("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df").unwrap();
        let secret = SealSecret::derive(ikm.try_into().unwrap());
        let public = "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a";
        assert_eq!(secret.public().to_string(), public);
        // The RFC's own notation of the key: X25519 ignores five of its bits.
        let secret = SealSecret::from_hex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb").unwrap();
        assert_eq!(secret.public().to_string(), public);
    }

    /// RFC 8032, 7.1, test 2.
    #[test]
    fn a_signature_equals_that_of_the_rfc_and_verifies_its_message_only() {
        let secret = SignSecret::from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").unwrap();
        assert_eq!(secret.public().to_string(), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        let signature = secret.sign(&[0x72]);
        assert_eq!(
            hex(&signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
        assert!(secret.public().verifies(&[0x72], &signature));
        assert!(!secret.public().verifies(&[0x73], &signature));
        assert!(!SignPublic([0; 32]).verifies(&[0x72], &signature), "a weak key verifies nothing");
    }

    #[test]
    fn debug_output_hides_secrets() {
        let text = format!("{:?} {:?}", SealSecret::derive([1; 32]), SignSecret::new([1; 32]));
        assert_eq!(text, "SealSecret(…) SignSecret(…)");
    }
}
