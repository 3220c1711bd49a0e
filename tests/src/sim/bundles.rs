//! Unsent work as a file: made on a device, or sealed when access ended; brought to the office, or carried to the server by a
//! colleague's device; more than once, late, damaged, and beside the author's own push.

use super::{mutants::Bug, world::World};
use anyhow::Context;
use device_core::{Command, Reply, Step, StepReply, views::Phase};
use shared::{OpId, wire::BundleVerdict};
use sync_server::core::RelayedBy;

/// A file on its way.
pub struct File {
    /// Whose it is, for the trace.
    of: String,
    bytes: Vec<u8>,
    /// What waited on the device when the file was made.
    ops: Vec<OpId>,
    /// How often it is still handed over.
    left: u32,
}

impl World {
    /// Makes a file of what waits; after a revocation, takes the one that was sealed then.
    pub(super) fn export(&mut self, at: usize) -> anyhow::Result<()> {
        if self.handsets[at].full {
            return Ok(());
        }
        self.observe(at, false)?;
        let revoked = self.handsets[at].phase() == Phase::Revoked;
        let command = if revoked { Command::SealedBundle } else { Command::ExportBundle };
        let receipt = self.handsets[at].core.handle(command);
        if self.killed(at, false)? {
            return Ok(());
        }
        let Reply::Bundle(view) = receipt else { return Ok(()) };
        let waits = self.handsets[at].known.values().filter(|op| !op.acked);
        let ops: Vec<OpId> = waits.map(|op| op.id).take(view.ops as usize).collect();
        for op in &ops {
            self.ledger.ops.get_mut(op).context("every operation seen is in the ledger")?.offered = true;
        }
        let of = self.handsets[at].name.clone();
        let word = if revoked { "bundle: sealed when access ended" } else { "bundle: made on a device" };
        self.trace.reach(word);
        self.event(
            format!("{of} gives out a file with {} operations and {} photos", view.ops, view.photos),
            Vec::new(),
        );
        if self.bug == Some(Bug::ExportTakenForSent) {
            self.handsets[at].conn().execute("UPDATE op SET acked = 1 WHERE acked = 0", [])?;
        }
        let left = self.dice.between(1, 3) as u32;
        self.files.push(File { of, bytes: view.bytes, ops, left });
        self.observe(at, false)
    }

    /// A file is brought to the office, or given to somebody who passes by; it may come again.
    pub(super) async fn submit(&mut self) -> anyhow::Result<()> {
        let in_hand: Vec<usize> = (0..self.files.len()).filter(|file| self.files[*file].left > 0).collect();
        if in_hand.is_empty() {
            return Ok(());
        }
        let which = self.dice.one_of(&in_hand);
        self.files[which].left -= 1;
        let mut bytes = self.files[which].bytes.clone();
        let of = self.files[which].of.clone();
        if self.dice.chance(50) {
            let at = self.dice.below(bytes.len() as u64) as usize;
            bytes[at] ^= 1;
            self.note_fault("bundle damaged", format!("the file of {of} is damaged"));
        }
        let relayed_by = self.dice.below(self.handsets.len() as u64) as usize;
        let may = self.handsets[relayed_by].phase() == Phase::Ready
            && !self.handsets[relayed_by].full
            && !self.away(relayed_by);
        if may && self.dice.chance(500) {
            let text = format!("{} is given the file of {of}", self.handsets[relayed_by].name);
            self.event(text, Vec::new());
            self.handsets[relayed_by].core.handle(Command::RelayBundle { bytes });
            self.killed(relayed_by, false)?;
        } else {
            let process = self.dice.below(self.server.processes.len() as u64) as usize;
            let server = self.server.processes[process].clone();
            let verdict = server.import_bundle(bytes.clone(), RelayedBy::CommandLine).await?;
            self.event(format!("the office takes in the file of {of}: {}", verdict.word()), Vec::new());
            self.taken_in(&bytes, &verdict);
        }
        Ok(())
    }

    /// The server's word on a file that a colleague's device brought.
    pub(super) fn carried(&mut self, step: &Step, reply: &StepReply) {
        if let (Step::Bundle { bytes, .. }, StepReply::Bundle(Ok(reply))) = (step, reply) {
            self.taken_in(bytes, &reply.verdict);
        }
    }

    /// What is in a file that the server has taken is as durable as what was pushed.
    fn taken_in(&mut self, bytes: &[u8], verdict: &BundleVerdict) {
        self.trace.reach(match verdict {
            BundleVerdict::Accepted => "bundle: accepted",
            BundleVerdict::Repeated => "bundle: repeated",
            _ => "bundle: refused",
        });
        if !verdict.is_delivered() {
            return;
        }
        for op in self.files.iter().filter(|file| file.bytes == bytes).flat_map(|file| &file.ops) {
            if let Some(saved) = self.ledger.ops.get_mut(op) {
                saved.delivered_at = Some(self.server.restores);
            }
        }
    }
}
