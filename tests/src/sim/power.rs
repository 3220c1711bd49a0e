//! Power cuts: transactions that did not wait for the disk are lost, as if their replies had been lost. The files
//! before such a transaction are kept until another transaction is durable.

use super::{device::SimDevice, mutants::Bug, simulation::Simulation};
use std::path::PathBuf;

impl SimDevice {
    fn durable(&self) -> u64 {
        self.core.store_for_tests().map_or(0, device_core::store::Store::durable_for_tests)
    }

    /// Copies its files, unless an earlier copy is still the state that a power cut leaves.
    ///
    /// # Errors
    /// When a file cannot be copied.
    pub fn keep_synced(&mut self) -> anyhow::Result<()> {
        if self.synced.as_ref().is_none_or(|(_, durable)| *durable != self.durable()) {
            self.forget_synced();
            self.synced = Some((self.copy_files()?, self.durable()));
        }
        Ok(())
    }

    /// The files that a power cut leaves now, if it loses anything. With `for_good`, the planted bug, even durable
    /// transactions are lost.
    pub fn left_by_power_cut(&mut self, for_good: bool) -> Option<PathBuf> {
        let durable = self.durable();
        Some(self.synced.take_if(|(_, then)| for_good || *then == durable)?.0)
    }

    pub fn forget_synced(&mut self) {
        if let Some((files, _)) = self.synced.take() {
            // Best effort: files that stay behind only cost room.
            let _ = std::fs::remove_dir_all(files);
        }
    }
}

impl Simulation {
    /// Cuts the power of a device: transactions that did not wait for the disk are lost.
    pub(super) fn cut_power(&mut self, at: usize) -> anyhow::Result<()> {
        let for_good = self.bug == Some(Bug::SaveNotSynced);
        // The first device from here on that loses anything.
        let count = self.devices.len();
        for at in (at..at + count).map(|at| at % count) {
            if let Some(files) = self.devices[at].left_by_power_cut(for_good) {
                return self.restart_from(at, files, "power cut that takes replies back", false);
            }
        }
        Ok(())
    }
}
