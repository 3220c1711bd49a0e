//! Keeps the ledger: compares the operations of a device with those it had before.

use super::{clock::DAY_MS, device::OwnOp, ledger::SavedOp, simulation::Simulation};
use anyhow::Context;
use std::collections::BTreeMap;

impl Simulation {
    /// The skew at past saves is no longer known, for this device and its twins.
    pub(super) fn forget_skew(&mut self, at: usize) {
        let device = self.devices[at].device;
        self.devices[at].known_skew = false;
        for saved in self.ledger.ops.values_mut().filter(|s| s.device == device) {
            saved.skew_ms = None;
        }
    }

    /// Compares a device's operations with those it had before, and updates the ledger. With `undo`, one may have been
    /// undone just now.
    pub(super) fn observe(&mut self, at: usize, undo: bool) -> anyhow::Result<()> {
        let ops = self.devices[at].own_ops()?;
        let before = std::mem::replace(&mut self.devices[at].known, ops.clone());
        self.new_in_ledger(at, &ops);
        let restores = self.devices[at].restores_then;
        for (no, op) in before {
            if let Some(now) = ops.get(&no).filter(|now| now.id == op.id) {
                // Acknowledged by the last reply, so by the server in the state it had then. An acknowledgement in an
                // old copy of a device proves nothing.
                if now.acked
                    && !op.acked
                    && let Some(saved) = self.ledger.ops.get_mut(&op.id)
                {
                    saved.acked_in = Some(restores);
                }
                continue;
            }
            let (name, twin) = (self.devices[at].name.clone(), self.has_twin(at));
            let saved = self.ledger.ops.get_mut(&op.id).context("every operation seen is in the ledger")?;
            // A twin may have sent the operation, or may do so later. A restored copy cannot, since its operations
            // count as never undone.
            if undo && twin {
                continue;
            }
            if op.compacted_by(self.clock.now_ms(), saved) {
                saved.compacted = true;
                self.trace.reach("outbox: folded");
                continue;
            }
            if undo && !saved.sent {
                saved.undone = true;
                self.trace.reach("saved and taken back");
            } else {
                let days = (self.clock.now_ms() - saved.saved_ms) / DAY_MS;
                let stood = format!("acknowledged: {}, outcome {:?}, {days} days old", op.acked, op.outcome);
                self.fail("saved means saved", format!("{name} lost {} of {}, {stood}", op.id, op.kind), vec![op.row]);
            }
        }
        Ok(())
    }

    /// Whether another device has the same id.
    fn has_twin(&self, at: usize) -> bool {
        let device = self.devices[at].device;
        self.devices.iter().enumerate().any(|(other, d)| other != at && d.device == device)
    }

    fn new_in_ledger(&mut self, at: usize, ops: &BTreeMap<u64, OwnOp>) {
        let device = &self.devices[at];
        let skew_ms = device.known_skew.then(|| device.skew_ms());
        for op in ops.values() {
            self.ledger.ops.entry(op.id).or_insert_with(|| SavedOp {
                worker: device.worker,
                device: device.device,
                row: op.row,
                kind: op.kind.as_str().into(),
                json: op.json.clone(),
                saved_ms: self.clock.now_ms(),
                skew_ms,
                sent: false,
                undone: false,
                other_build: false,
                acked_in: None,
                delivered_in: None,
                compacted: false,
            });
        }
    }
}
