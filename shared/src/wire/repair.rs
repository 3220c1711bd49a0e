//! Repair: a scope of which device and server hold something else is mended where it differs, instead of being fetched
//! anew. Since version 2.
//!
//! ```text
//!   device                                        server, each time from one snapshot
//!   sums of its 256 buckets ────────────────────► compares
//!   drops what is not listed ◄──────────────────  buckets that differ: row ids and revisions
//!   rows it has not (as listed) ────────────────► those still in the scope
//!   keeps them               ◄──────────────────  rows
//! ```
//!
//! A repair never moves a cursor, so it can skip no commit: whatever changed since the cursor comes by the next pull too,
//! and taking a row in twice changes nothing.

use super::{raw_row::RawRow, scope::Scope};
use crate::{
    Moment, RowId,
    digest::Buckets,
    ids::{DeviceId, Epoch, Rev, Seq},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Number of a bucket, two lower-case hex digits on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(pub u8);

impl Serialize for Bucket {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&format_args!("{:02x}", self.0))
    }
}
impl<'de> Deserialize<'de> for Bucket {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let whole = text.len() == 2 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = if whole { u8::from_str_radix(&text, 16).ok() } else { None };
        number.map(Self).ok_or_else(|| serde::de::Error::custom("a bucket is two hex digits"))
    }
}

/// `POST /v1/repair`: either `buckets` or `want`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepairRequest {
    pub proto: u16,
    pub device: DeviceId,
    pub epoch: Epoch,
    pub scope: Scope,
    /// The device's cursor of the scope: it has read the scope to its end and still differs.
    pub cursor: Seq,
    /// What the device holds of the scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buckets: Option<Buckets>,
    /// Buckets before this one are not compared: they were in an earlier reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Bucket>,
    /// Rows to be sent, at most [`super::limits::REPAIR_WANT_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub want: Vec<RowId>,
    pub client_now: Moment,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RepairReply {
    pub epoch: Epoch,
    pub server_now: Moment,
    /// The snapshot this reply speaks of.
    pub seq: Seq,
    /// The cursor is of another epoch, or ahead of the server: there is nothing to compare, a pull starts over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
    /// The buckets that differ, in order, each with every row the server has in it. What a device holds in such a bucket
    /// and does not find here is not in the scope.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differ: Vec<Differing>,
    /// [`crate::Row`]s as JSON: those asked for that are in the scope; and of a bucket where the device holds nothing, as
    /// many as there was room for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RawRow>,
    /// There was not room for all: go on from the bucket after the last one here, or ask again for the rows that did not
    /// come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// A bucket as the server holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Differing {
    pub bucket: Bucket,
    pub rows: Vec<(RowId, Rev)>,
}
