//! Repair: brings a scope with a wrong digest back in step by comparing buckets of rows, instead of fetching all of it.
//! Since version 2.
//!
//! ```text
//!   device                                        server, each time from one snapshot
//!   sums of its 256 buckets ────────────────────► compares
//!   drops rows not listed    ◄──────────────────  buckets that differ: row ids and revisions
//!   ids of missing rows      ───────────────────► those still in the scope
//!   stores them              ◄──────────────────  rows
//! ```
//!
//! A repair never moves a cursor, so it skips no commit: every row that changed since the cursor comes with the next
//! pull as well, and applying a row twice changes nothing.

use super::{raw_row::RawRow, scope::Scope};
use crate::{
    Moment, RowId,
    digest::Buckets,
    ids::{DeviceId, Epoch, Rev, Seq},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The number of a bucket; two lower-case hex digits on the wire.
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
    /// The sums of the rows that the device holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buckets: Option<Buckets>,
    /// Compare from this bucket on; the ones before it were in an earlier reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Bucket>,
    /// Rows that the device requests, at most [`super::limits::REPAIR_WANT_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub want: Vec<RowId>,
    pub client_now: Moment,
}

/// The reply to a repair.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RepairReply {
    pub epoch: Epoch,
    pub server_now: Moment,
    /// The position of the snapshot from which the reply was read.
    pub seq: Seq,
    /// The cursor belongs to another epoch or is ahead of the server: nothing was compared; the scope starts over in a
    /// pull.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
    /// The buckets that differ, in order, each with every row that the server has in it. Any other row that the device
    /// holds in such a bucket is not in the scope.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differ: Vec<Differing>,
    /// [`crate::Row`]s as JSON: the requested ones that are in the scope; and of a bucket in which the device holds
    /// nothing, as many as fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RawRow>,
    /// Not everything fitted: go on from the bucket after the last one here, or request the missing rows again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// The rows of one bucket on the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Differing {
    pub bucket: Bucket,
    pub rows: Vec<(RowId, Rev)>,
}
