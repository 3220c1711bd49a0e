//! What people were told is saved: every operation of every device, and what may excuse its absence later.

use super::{clock::DAY_MS, handset::OwnOp, world::World};
use anyhow::Context;
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
    /// The same for when the server said that it has it from a file.
    pub delivered_at: Option<u32>,
    /// A device let go of it, since no server would ever ask for it again.
    pub folded: bool,
}

/// 59 days of the true time: the device counts 60 by the server's calendar and by its own clock.
const FOLD_MS: i64 = 59 * DAY_MS;

impl OwnOp {
    /// It may have been folded away by now: settled and in force for long enough.
    fn folded_by(&self, now_ms: i64, saved: &Saved) -> bool {
        // The reply that lets go of it may also be the one that says what a newer server made of it.
        let settles = |outcome: &String| outcome.starts_with("{\"merged\":") || outcome.contains("needs_newer_server");
        let in_force = self.outcome.as_ref().is_none_or(settles);
        self.acked && in_force && now_ms - saved.made_ms >= FOLD_MS
    }
}

#[derive(Debug, Default)]
pub struct Ledger {
    pub ops: BTreeMap<OpId, Saved>,
}

impl World {
    /// Nothing follows any more from how wrong the clock of this device was: neither for it nor for its twins.
    pub(super) fn not_plain(&mut self, at: usize) {
        let device = self.handsets[at].device;
        self.handsets[at].plain = false;
        for saved in self.ledger.ops.values_mut().filter(|s| s.device == device) {
            saved.skew_ms = None;
        }
    }

    /// Compares a device's operations with what it had, and keeps the ledger. `undo`: an operation may have been taken
    /// back just now.
    pub(super) fn observe(&mut self, at: usize, undo: bool) -> anyhow::Result<()> {
        let ops = self.handsets[at].own_ops()?;
        let before = std::mem::replace(&mut self.handsets[at].known, ops.clone());
        self.new_in_ledger(at, &ops);
        let restores = self.handsets[at].answered_in;
        for (no, op) in before {
            if let Some(now) = ops.get(&no).filter(|now| now.id == op.id) {
                // Heard just now, from the server as it was when it answered; what an old copy of a device remembers proves
                // nothing.
                if now.acked
                    && !op.acked
                    && let Some(saved) = self.ledger.ops.get_mut(&op.id)
                {
                    saved.acked_at = Some(restores);
                }
                continue;
            }
            let (name, twin) = (self.handsets[at].name.clone(), self.has_twin(at));
            let saved = self.ledger.ops.get_mut(&op.id).context("every operation seen is in the ledger")?;
            // A twin knows nothing of what is taken back here: it may have offered it, or may do so yet. An old copy cannot, as
            // what it brings back counts as never taken back.
            if undo && twin {
                continue;
            }
            if op.folded_by(self.clock.now_ms(), saved) {
                saved.folded = true;
                self.trace.reach("outbox: folded");
                continue;
            }
            if undo && !saved.offered {
                saved.taken_back = true;
                self.trace.reach("saved and taken back");
            } else {
                let days = (self.clock.now_ms() - saved.made_ms) / DAY_MS;
                let stood = format!("acknowledged: {}, outcome {:?}, {days} days old", op.acked, op.outcome);
                self.fail("saved means saved", format!("{name} lost {} of {}, {stood}", op.id, op.kind), vec![op.row]);
            }
        }
        Ok(())
    }

    /// Another device goes under the same id.
    fn has_twin(&self, at: usize) -> bool {
        let device = self.handsets[at].device;
        self.handsets.iter().enumerate().any(|(other, handset)| other != at && handset.device == device)
    }

    fn new_in_ledger(&mut self, at: usize, ops: &BTreeMap<u64, OwnOp>) {
        let handset = &self.handsets[at];
        let skew_ms = handset.plain.then(|| handset.skew_ms());
        for op in ops.values() {
            self.ledger.ops.entry(op.id).or_insert_with(|| Saved {
                worker: handset.worker,
                device: handset.device,
                row: op.row,
                kind: op.kind.as_str().into(),
                json: op.json.clone(),
                made_ms: self.clock.now_ms(),
                skew_ms,
                offered: false,
                taken_back: false,
                foreign: false,
                acked_at: None,
                delivered_at: None,
                folded: false,
            });
        }
    }
}
