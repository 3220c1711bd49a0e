//! Digests, which prove that phone and server hold the same rows of a scope.

use crate::ids::{Rev, RowId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Count and sum of hashes over the rows of a scope. The sum wraps at 2^64. The order of rows does not matter, and a
/// row is removed by subtracting its hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    pub count: u64,
    /// A decimal string on the wire, since JSON numbers lose digits beyond 2^53 in some languages.
    #[serde(with = "as_text")]
    pub sum: u64,
}

/// The hash of a row: the first eight bytes, big-endian, of SHA-256(row id, 16 bytes ‖ rev, 8 bytes big-endian).
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
    /// Adds a row.
    pub fn add(&mut self, row: RowId, rev: Rev) {
        self.count = self.count.wrapping_add(1);
        self.sum = self.sum.wrapping_add(row_hash(row, rev));
    }
    /// Removes a row that was added with this revision.
    pub fn remove(&mut self, row: RowId, rev: Rev) {
        self.count = self.count.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(row_hash(row, rev));
    }
}

/// The bucket of a row: the first byte of SHA-256(row id, 16 bytes). Without the revision, so that a row stays in its
/// bucket; hashed, since the bytes of an id are not evenly distributed (the first ones are the time).
pub fn bucket_of(row: RowId) -> u8 {
    Sha256::digest(row.as_bytes())[0]
}

/// The sums of a scope's rows, bucket by bucket; an empty bucket is zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets(pub Box<[u64; 256]>);

impl Default for Buckets {
    fn default() -> Self {
        Self(Box::new([0; 256]))
    }
}

impl Buckets {
    /// Adds a row to its bucket.
    pub fn add(&mut self, row: RowId, rev: Rev) {
        let sum = &mut self.0[usize::from(bucket_of(row))];
        *sum = sum.wrapping_add(row_hash(row, rev));
    }

    /// The buckets whose sums differ.
    pub fn differing<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = u8> + 'a {
        (0..=u8::MAX).filter(|b| self.0[usize::from(*b)] != other.0[usize::from(*b)])
    }
}

/// On the wire `{"<bucket, 2 hex digits>": "<sum, 16 hex digits>"}`, without empty buckets: a worker with thirty rows
/// sends at most thirty sums.
impl Serialize for Buckets {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let filled = self.0.iter().enumerate().filter(|(_, sum)| **sum != 0);
        s.collect_map(filled.map(|(bucket, sum)| (format!("{bucket:02x}"), format!("{sum:016x}"))))
    }
}

impl<'de> Deserialize<'de> for Buckets {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let wrong = || serde::de::Error::custom("buckets are two hex digits, their sums sixteen");
        let mut buckets = Self::default();
        for (bucket, sum) in std::collections::BTreeMap::<String, String>::deserialize(d)? {
            let digits = |text: &str, n| text.len() == n && text.bytes().all(|b| b.is_ascii_hexdigit());
            if !digits(&bucket, 2) || !digits(&sum, 16) {
                return Err(wrong());
            }
            let bucket = u8::from_str_radix(&bucket, 16).map_err(|_| wrong())?;
            buckets.0[usize::from(bucket)] = u64::from_str_radix(&sum, 16).map_err(|_| wrong())?;
        }
        Ok(buckets)
    }
}

mod as_text {
    use serde::{Deserializer, Serializer};
    pub fn serialize<S: Serializer>(sum: &u64, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(sum)
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<u64, D::Error> {
        crate::text::deserialize(d, str::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn rows_are_removed_in_any_order() {
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
    fn every_revision_of_a_row_changes_the_same_bucket() {
        let row = RowId(Uuid::from_u128(7));
        let (mut a, mut b) = (Buckets::default(), Buckets::default());
        a.add(row, Rev(1));
        b.add(row, Rev(2));
        assert_eq!(a.differing(&b).collect::<Vec<_>>(), [bucket_of(row)]);
        let json = serde_json::to_string(&a).unwrap();
        assert_eq!(serde_json::from_str::<Buckets>(&json).unwrap(), a);
        for wrong in [r#"{"0":"0000000000000000"}"#, r#"{"00":"1"}"#, r#"{"+1":"0000000000000000"}"#] {
            assert!(serde_json::from_str::<Buckets>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn another_revision_has_another_hash() {
        let row = RowId(Uuid::from_u128(7));
        assert_ne!(row_hash(row, Rev(1)), row_hash(row, Rev(2)));
    }
}
