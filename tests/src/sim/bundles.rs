//! Bundles of unsent work: exported on a device, or sealed when its access ended; then imported by the office or
//! relayed by a colleague's device, more than once, late, damaged, and beside the author's own push.

use super::{
    mutants::Bug,
    simulation::{BundleFile, Simulation},
};
use anyhow::Context;
use device_core::{Command, Reply, ReplyBody, Step, StepReply, views::Phase};
use shared::{OpId, wire::BundleVerdict};
use sync_server::core::RelayedBy;

impl Simulation {
    /// Exports a bundle; after a revocation, takes the bundle that was sealed then.
    pub(super) fn export(&mut self, at: usize) -> anyhow::Result<()> {
        if self.devices[at].full {
            return Ok(());
        }
        self.observe(at, false)?;
        let revoked = self.devices[at].phase() == Phase::Revoked;
        let command = if revoked { Command::SealedBundle } else { Command::ExportBundle };
        let receipt = self.devices[at].core.handle(command);
        if self.killed(at, false)? {
            return Ok(());
        }
        let Reply::Bundle(view) = receipt else { return Ok(()) };
        let waits = self.devices[at].known.values().filter(|op| !op.acked);
        let ops: Vec<OpId> = waits.map(|op| op.id).take(view.ops as usize).collect();
        for op in &ops {
            self.ledger.ops.get_mut(op).context("every operation seen is in the ledger")?.sent = true;
        }
        let of = self.devices[at].name.clone();
        let label = if revoked { "bundle: sealed when access ended" } else { "bundle: made on a device" };
        self.trace.reach(label);
        self.event(
            format!("{of} gives out a file with {} operations and {} photos", view.ops, view.photos),
            Vec::new(),
        );
        if self.bug == Some(Bug::ExportCountsAsSent) {
            self.devices[at].conn().execute("UPDATE op SET acked = 1 WHERE acked = 0", [])?;
        }
        let left = self.dice.between(1, 3) as u32;
        self.files.push(BundleFile { of, bytes: view.bytes, ops, left });
        self.observe(at, false)
    }

    /// Gives a bundle to the office or to another device. The same bundle may come again.
    pub(super) async fn submit_bundle(&mut self) -> anyhow::Result<()> {
        let deliverable: Vec<usize> = (0..self.files.len()).filter(|file| self.files[*file].left > 0).collect();
        if deliverable.is_empty() {
            return Ok(());
        }
        let which = self.dice.one_of(&deliverable);
        self.files[which].left -= 1;
        let mut bytes = self.files[which].bytes.clone();
        let of = self.files[which].of.clone();
        if self.dice.chance(50) {
            let at = self.dice.below(bytes.len() as u64) as usize;
            bytes[at] ^= 1;
            self.note_fault("bundle damaged", format!("the file of {of} is damaged"));
        }
        let relayed_by = self.dice.below(self.devices.len() as u64) as usize;
        let may = self.devices[relayed_by].phase() == Phase::Ready
            && !self.devices[relayed_by].full
            && !self.away(relayed_by);
        if may && self.dice.chance(500) {
            let text = format!("{} is given the file of {of}", self.devices[relayed_by].name);
            self.event(text, Vec::new());
            self.devices[relayed_by].core.handle(Command::RelayBundle { bytes });
            self.killed(relayed_by, false)?;
        } else {
            let process = self.dice.below(self.server.processes.len() as u64) as usize;
            let server = self.server.processes[process].clone();
            let verdict = server.import_bundle(bytes.clone(), RelayedBy::CommandLine).await?;
            self.event(format!("the office takes in the file of {of}: {}", verdict.word()), Vec::new());
            self.note_delivery(&bytes, &verdict);
        }
        Ok(())
    }

    /// Notes the server's verdict on a relayed bundle.
    pub(super) fn note_relayed(&mut self, step: &Step, reply: &StepReply) {
        if let (Step::Bundle { bytes, .. }, Ok(ReplyBody::Bundle(reply))) = (step, reply) {
            self.note_delivery(bytes, &reply.verdict);
        }
    }

    /// Operations in a delivered bundle are as durable as pushed ones.
    fn note_delivery(&mut self, bytes: &[u8], verdict: &BundleVerdict) {
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
                saved.delivered_in = Some(self.server.restores);
            }
        }
    }
}
