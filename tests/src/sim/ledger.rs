//! The ledger of confirmed saves: every operation of every device, and what may excuse its absence later.

use super::{clock::DAY_MS, device::OwnOp};
use shared::{DeviceId, Kind, OpId, RowId, WorkerId};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct SavedOp {
    pub worker: WorkerId,
    pub device: DeviceId,
    pub row: RowId,
    pub kind: Kind,
    pub json: String,
    /// The true time of the save.
    pub saved_ms: i64,
    /// The skew of the device's clock at the save; absent once that clock was set or another device has the same id,
    /// since the skew is then unknown.
    pub skew_ms: Option<i64>,
    /// A request or a bundle held it.
    pub sent: bool,
    /// Undone before it was sent.
    pub undone: bool,
    /// Written as a newer or broken build would have written it.
    pub other_build: bool,
    /// How often the server had been restored when it last acknowledged the operation.
    pub acked_in: Option<u32>,
    /// The same for when the server had it from a bundle.
    pub delivered_in: Option<u32>,
    /// A device removed it by compaction.
    pub compacted: bool,
}

/// 59 days of true time: the device counts 60 days of the server's calendar and of its own clock.
const COMPACTED_AFTER_MS: i64 = 59 * DAY_MS;

impl OwnOp {
    /// Whether compaction may have removed it: settled and in force for long enough.
    pub fn compacted_by(&self, now_ms: i64, saved: &SavedOp) -> bool {
        // The reply that leads to its removal may also bring its late outcome.
        let settles = |outcome: &String| outcome.starts_with("{\"merged\":") || outcome.contains("needs_newer_server");
        let in_force = self.outcome.as_ref().is_none_or(settles);
        self.acked && in_force && now_ms - saved.saved_ms >= COMPACTED_AFTER_MS
    }
}

#[derive(Debug, Default)]
pub struct Ledger {
    pub ops: BTreeMap<OpId, SavedOp>,
}
