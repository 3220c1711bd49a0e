//! Scopes: sets of rows that a device may hold, each with its own cursor.

use crate::{AreaCode, WorkerId, ids::Seq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// A set of rows. On the wire a word: `w:<worker id>`, `a:<area code>`, `r:<county code>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The recipients in a worker's care with their records, and the worker's own records.
    Worker(WorkerId),
    /// All records of an area within one county.
    Area(AreaCode),
    /// A county's reference data: areas, units, rule sets, tasks, notices.
    Reference(AreaCode),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Worker(id) => write!(f, "w:{id}"),
            Self::Area(code) => write!(f, "a:{code}"),
            Self::Reference(code) => write!(f, "r:{code}"),
        }
    }
}
impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
/// A text that is no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a scope")]
pub struct BadScope;

impl FromStr for Scope {
    type Err = BadScope;
    fn from_str(text: &str) -> Result<Self, BadScope> {
        match text.split_once(':') {
            Some(("w", id)) => id.parse().map(Self::Worker).map_err(|_| BadScope),
            Some(("a", code)) => code.parse().map(Self::Area).map_err(|_| BadScope),
            Some(("r", code)) => code.parse().map(Self::Reference).map_err(|_| BadScope),
            _ => Err(BadScope),
        }
    }
}
impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::text::deserialize(d, str::parse)
    }
}

/// A list of scopes without those that only a newer peer knows.
pub(super) fn known_scopes<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Scope>, D::Error> {
    Ok(Vec::<String>::deserialize(d)?.iter().filter_map(|word| word.parse().ok()).collect())
}

/// Cursors without those of scopes that only a newer peer knows.
pub(super) fn known_cursors<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<Scope, Seq>, D::Error> {
    let all = BTreeMap::<String, Seq>::deserialize(d)?;
    Ok(all.into_iter().filter_map(|(word, seq)| Some((word.parse().ok()?, seq))).collect())
}
