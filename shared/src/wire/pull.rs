//! Pull: the rows that changed in a device's scopes since its cursors, page by page.

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
    /// The epoch to which the cursors belong; absent before the first pull.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// How far the device has read each scope; a scope without cursor is read from the beginning.
    #[serde(deserialize_with = "scope::known_cursors")]
    pub cursors: BTreeMap<Scope, Seq>,
    pub client_now: Moment,
    /// Operations of this device that are in quarantine, at most [`super::limits::PULL_ASK_MAX`]: the reply's `told`
    /// has the outcomes of those that a newer server has evaluated since. Since version 2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ask: Vec<OpId>,
    /// The keys for bundles that this device knows; absent from an app that makes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Keys>,
}

/// The keys for bundles. The server sends its key only when the device names another, so that a pull without news stays
/// small.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// The id of the server's key to which this device seals; absent while it knows none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<KeyId>,
    /// The public key that verifies this device's bundles, until the server has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<SignPublic>,
}

/// One page. The device applies the rows and stores the cursors in one transaction.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PullReply {
    pub epoch: Epoch,
    pub server_now: Moment,
    /// Every scope of the device; one without news has its cursor and no rows.
    #[serde(deserialize_with = "known_pages")]
    pub scopes: Vec<ScopePage>,
    /// Scopes that the device may no longer hold: it deletes their rows, except for those with pending work.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "scope::known_scopes")]
    pub dropped: Vec<Scope>,
    /// There are more pages: pull again at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// Late outcomes: those of the operations in `ask` that were evaluated since. Since version 2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<OpOutcome>,
    /// The key to which bundles are to be sealed, when the request named another key or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal_key: Option<SealPublic>,
}

/// The news of one scope.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScopePage {
    pub scope: Scope,
    /// The scope starts over, since the cursor belongs to another epoch or is older than the pruned tombstones. The
    /// device forgets which rows the scope held before it applies this page.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
    /// [`crate::Row`]s as JSON, in feed order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RawRow>,
    /// Tombstones: rows that left the scope.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<RowId>,
    pub cursor: Seq,
    /// On the last page of the scope: the digest of the rows that the device must now hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

impl PullReply {
    /// Parses the rows early, so that the thread that applies them does not have to.
    pub fn read_ahead(&self) {
        for row in self.scopes.iter().flat_map(|page| &page.rows) {
            row.row();
        }
    }
}

/// The pages without those of scopes that only a newer server knows.
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
