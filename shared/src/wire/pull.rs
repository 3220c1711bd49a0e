//! Pull: what changed in a device's scopes since its cursors, a page at a time.

use super::Scope;
use crate::{
    Moment, RowId,
    digest::Digest,
    ids::{DeviceId, Epoch, Seq},
    seal::{KeyId, SealPublic, SignPublic},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
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
    pub cursors: BTreeMap<Scope, Seq>,
    pub client_now: Moment,
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
    pub scopes: Vec<ScopePage>,
    /// Scopes the device no longer may hold: their rows leave it, pending work stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<Scope>,
    /// More is waiting: ask again at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
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
    pub rows: Vec<Box<RawValue>>,
    /// Rows that left the scope.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<RowId>,
    pub cursor: Seq,
    /// On the last page of the scope: what the device must now hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}
