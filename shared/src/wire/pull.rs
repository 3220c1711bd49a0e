//! Pull: what changed in a device's scopes since its cursors, a page at a time.

use super::{
    raw_row::RawRow,
    scope::{self, Scope},
};
use crate::{
    Moment, OpOutcome, RowId,
    digest::Digest,
    ids::{DeviceId, Epoch, OpId, Seq},
    seal::{KeyId, SealPublic, SignPublic},
};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// `POST /v1/pull`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PullRequest {
    pub proto: u16,
    pub device: DeviceId,
    /// The store the cursors belong to; absent before the first pull.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// What the device has of each scope; a scope not named starts from the beginning.
    #[serde(deserialize_with = "scope::known_cursors")]
    pub cursors: BTreeMap<Scope, Seq>,
    pub client_now: Moment,
    /// Operations of this device that an older server could not judge, at most [`super::limits::PULL_ASK_MAX`] of them: has a
    /// newer one meanwhile? Since version 2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ask: Vec<OpId>,
    /// What this device knows of the keys for bundles; absent from an app that makes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Keys>,
}

/// Keys for bundles, named in a pull so that a quiet one stays small: the server tells its own only when it is another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// Id of the server's key that this device seals to; absent while it knows none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<KeyId>,
    /// What this device signs with, until the server has been told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<SignPublic>,
}

/// One page. The device applies it and stores the cursors in one transaction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PullReply {
    pub epoch: Epoch,
    pub server_now: Moment,
    /// The scopes with news; a scope in force without news is named with its cursor and no rows.
    #[serde(deserialize_with = "known_pages")]
    pub scopes: Vec<ScopePage>,
    /// Scopes the device no longer may hold: their rows leave it, pending work stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "scope::known_scopes")]
    pub dropped: Vec<Scope>,
    /// More is waiting: ask again at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// What became of the operations in `ask` that were judged since; of the others there is nothing new. Since version 2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<OpOutcome>,
    /// What bundles are sealed to from now on, where the request named another key or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal_key: Option<SealPublic>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScopePage {
    pub scope: Scope,
    /// Start over: the cursor was of another epoch, or is one the server no longer can go on from. The device forgets
    /// which rows the scope held before it applies this page.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
    /// [`crate::Row`]s as JSON, in feed order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RawRow>,
    /// Rows that left the scope.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<RowId>,
    pub cursor: Seq,
    /// On the last page of the scope: what the device must now hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

impl PullReply {
    /// Reads the rows before they are asked for: on another thread than the one that will.
    pub fn read_ahead(&self) {
        for row in self.scopes.iter().flat_map(|page| &page.rows) {
            row.row();
        }
    }
}

/// Pages of the scopes this build knows; those of a newer server's kinds of scope block no other.
fn known_pages<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<ScopePage>, D::Error> {
    #[derive(Deserialize)]
    struct Page {
        scope: String,
        #[serde(default)]
        reset: bool,
        #[serde(default)]
        rows: Vec<RawRow>,
        #[serde(default)]
        gone: Vec<RowId>,
        cursor: Seq,
        #[serde(default)]
        digest: Option<Digest>,
    }
    let known = |page: Page| {
        let Page { scope, reset, rows, gone, cursor, digest } = page;
        Some(ScopePage { scope: scope.parse().ok()?, reset, rows, gone, cursor, digest })
    };
    Ok(Vec::<Page>::deserialize(d)?.into_iter().filter_map(known).collect())
}
