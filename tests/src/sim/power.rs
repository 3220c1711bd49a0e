//! Power cuts: what a device wrote without waiting for the disk is gone, as if those replies had been lost. Its files are kept as they
//! were before such a reply, for as long as nothing has waited for the disk since.

use super::{handset::Handset, mutants::Bug, world::World};
use std::path::PathBuf;

impl Handset {
    fn durable(&self) -> u64 {
        self.core.store_for_tests().map_or(0, device_core::store::Store::durable_for_tests)
    }

    /// Keeps its files as they are now, unless those of an earlier moment are what a power cut leaves.
    pub fn keep_synced(&mut self) -> anyhow::Result<()> {
        if self.synced.as_ref().is_none_or(|(_, durable)| *durable != self.durable()) {
            self.forget_synced();
            self.synced = Some((self.copy_files()?, self.durable()));
        }
        Ok(())
    }

    /// What a power cut at this moment leaves where that is less than what was written: the files as they were kept, unless
    /// something has waited for the disk since. `for_good` is the bug that nothing waits.
    pub fn left_by_power_cut(&mut self, for_good: bool) -> Option<PathBuf> {
        let durable = self.durable();
        Some(self.synced.take_if(|(_, then)| for_good || *then == durable)?.0)
    }

    pub fn forget_synced(&mut self) {
        if let Some((files, _)) = self.synced.take() {
            // Of no use to anyone; that they cannot be removed harms nothing.
            let _ = std::fs::remove_dir_all(files);
        }
    }
}

impl World {
    /// The battery falls out: what had not waited for the disk may be gone, as if those replies had been lost.
    pub(super) fn cut_power(&mut self, at: usize) -> anyhow::Result<()> {
        let for_good = self.bug == Some(Bug::SaveDoesNotWaitForDisk);
        // On the first device from here on for which it makes a difference.
        let count = self.handsets.len();
        for at in (at..at + count).map(|at| at % count) {
            if let Some(files) = self.handsets[at].left_by_power_cut(for_good) {
                return self.restart_from(at, files, "power cut that takes replies back", false);
            }
        }
        Ok(())
    }
}
