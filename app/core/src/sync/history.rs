//! What the store remembers of past runs, for the sync screen.

use crate::views::SyncProblem;
use serde::{Deserialize, Serialize};
use shared::Moment;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SyncHistory {
    #[serde(default)]
    pub last_success: Option<Moment>,
    #[serde(default)]
    pub last_problem: Option<SyncProblem>,
    /// Wire bytes of the last run, to the server.
    #[serde(default, rename = "up")]
    pub bytes_up: u64,
    /// Wire bytes of the last run, from the server.
    #[serde(default, rename = "down")]
    pub bytes_down: u64,
    /// How often the digest of a scope differed from the server's.
    #[serde(default)]
    pub mismatches: u32,
}

/// Key of [`SyncHistory`] in the store.
pub(super) const SYNC_HISTORY: &str = "sync";
