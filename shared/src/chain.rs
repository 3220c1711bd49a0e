//! The chain: a running hash over a device's operations. The chains of a device and its copy (a clone, a restored
//! backup) differ from the first operation on that only one of them has, and the server detects it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// The state of the chain after an operation; all zero before the first. Lower-case hex on the wire.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Chain(pub [u8; 32]);

impl Chain {
    /// The next state: SHA-256(previous state ‖ the operation's JSON exactly as sent).
    #[must_use]
    pub fn then(self, op_json: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(self.0);
        hasher.update(op_json.as_bytes());
        Self(hasher.finalize().into())
    }
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, b| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{b:02x}");
        text
    })
}

/// Bytes from hex; `None` for a text that is not hex.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).ok()).collect()
}

/// SHA-256 as lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Chain({})", hex(&self.0[..4]))
    }
}
impl Serialize for Chain {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&hex(&self.0))
    }
}
impl<'de> Deserialize<'de> for Chain {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::text::deserialize(d, |text| {
            let bytes = unhex(text).and_then(|b| <[u8; 32]>::try_from(b).ok());
            bytes.map(Self).ok_or("a chain is 64 hex digits")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_depends_on_order_and_content() {
        let ab = Chain::default().then("a").then("b");
        assert_ne!(ab, Chain::default().then("b").then("a"));
        assert_eq!(serde_json::from_str::<Chain>(&serde_json::to_string(&ab).unwrap()).unwrap(), ab);
    }
}
