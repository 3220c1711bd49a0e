//! Digests: how phone and server find out that they hold the same rows of a scope.

use crate::ids::{Rev, RowId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Count and sum over the rows of a scope. The sum wraps at 2^64; order does not matter, and a row is taken out by
/// subtracting what was added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    pub count: u64,
    /// As a decimal string on the wire: JSON numbers lose digits beyond 2^53 in some languages.
    #[serde(with = "as_text")]
    pub sum: u64,
}

/// The first eight bytes, big-endian, of SHA-256(row id, 16 bytes ‖ rev, 8 bytes big-endian).
pub fn row_hash(row: RowId, rev: Rev) -> u64 {
    let mut hasher = Sha256::new();
    hasher.update(row.as_bytes());
    hasher.update(rev.0.to_be_bytes());
    let hash = hasher.finalize();
    let mut head = [0; 8];
    head.copy_from_slice(&hash[..8]);
    u64::from_be_bytes(head)
}

impl Digest {
    pub fn add(&mut self, row: RowId, rev: Rev) {
        self.count = self.count.wrapping_add(1);
        self.sum = self.sum.wrapping_add(row_hash(row, rev));
    }
    pub fn remove(&mut self, row: RowId, rev: Rev) {
        self.count = self.count.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(row_hash(row, rev));
    }
}

mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};
    pub fn serialize<S: Serializer>(sum: &u64, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(sum)
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<u64, D::Error> {
        std::borrow::Cow::<str>::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_was_added_can_be_taken_out_in_any_order() {
        let rows: Vec<RowId> = (1..=5).map(|n| RowId(Uuid::from_u128(n))).collect();
        let mut a = Digest::default();
        rows.iter().for_each(|r| a.add(*r, Rev(1)));
        let mut b = Digest::default();
        rows.iter().rev().for_each(|r| b.add(*r, Rev(1)));
        assert_eq!(a, b);
        rows.iter().for_each(|r| b.remove(*r, Rev(1)));
        assert_eq!(b, Digest::default());
    }

    #[test]
    fn another_revision_is_another_hash() {
        let row = RowId(Uuid::from_u128(7));
        assert_ne!(row_hash(row, Rev(1)), row_hash(row, Rev(2)));
    }
}
