//! What people were told is saved: every operation of every device, and what may excuse its absence later.

use shared::{DeviceId, Kind, OpId, RowId, WorkerId};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct Saved {
    pub worker: WorkerId,
    pub device: DeviceId,
    pub row: RowId,
    pub kind: Kind,
    pub json: String,
    /// The true time at which it was saved.
    pub made_ms: i64,
    /// How wrong the device's clock was then; absent once that clock was set anew, or the device is not alone under its
    /// id any more, since then nothing follows from it.
    pub skew_ms: Option<i64>,
    /// It was in a request that went out.
    pub offered: bool,
    /// Undone before it was offered.
    pub taken_back: bool,
    /// It reached the device by another way than its own screens: what a newer or broken build would have written.
    pub foreign: bool,
    /// How often the server had been put back when a device last had it acknowledged.
    pub acked_at: Option<u32>,
}

#[derive(Debug, Default)]
pub struct Ledger {
    pub ops: BTreeMap<OpId, Saved>,
}
