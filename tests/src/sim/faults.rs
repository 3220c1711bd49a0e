//! Faults besides those of the network: devices are killed, cloned and restored, clocks jump, disks fill up, access
//! ends, and the server or its photos are restored.

use super::{
    device::CallState, fault::Fault, files::tear_log, fixture::days, profile::weighted, simulation::Simulation,
};
use device_core::views::Phase;
use std::sync::atomic::Ordering;

/// 9: with more devices a run costs more than it finds.
const DEVICES_MAX: usize = 9;

impl Simulation {
    pub(super) async fn inject_fault(&mut self) -> anyhow::Result<()> {
        let weights: Vec<u64> = self.profile.faults.iter().map(|(_, weight)| *weight).collect();
        let Some(which) = weighted(&mut self.dice, weights) else { return Ok(()) };
        let at = self.dice.below(self.devices.len() as u64) as usize;
        match self.profile.faults[which].0 {
            Fault::DeviceKilled => self.kill(at),
            Fault::PowerCut => self.cut_power(at),
            Fault::DeviceCloned if self.devices.len() < DEVICES_MAX => self.clone_device(at),
            Fault::DeviceCloned => Ok(()),
            Fault::DeviceRestored => self.restore_device(at),
            Fault::DeviceDiskFull => self.toggle_full_disk(at),
            Fault::ClockJumps => self.jump_clock(at),
            Fault::DeviceRevoked => self.revoke(at).await,
            Fault::DeviceEnrolledAgain => self.enrol_again(at).await,
            Fault::ServerRestored => self.restore_server().await,
            Fault::PhotosPutBack => self.lose_photos().await,
            Fault::ServerRestarted => {
                let process = self.dice.below(self.server.processes.len() as u64) as usize;
                self.note_fault("server restarted", format!("server process {process} starts anew"));
                self.server.replace_process(process).await
            }
            Fault::WorkerLeaves => self.worker_leaves().await,
            Fault::UnreadableOperation => self.insert_unknown_operation(at, true),
            Fault::NewerOperation => self.insert_unknown_operation(at, false),
            Fault::NewerWordFromOffice => self.newer_console_writes().await,
            Fault::ServerUpgraded => self.upgrade_server().await,
        }
    }

    /// Kills the app: a new one opens the files as they were on the disk.
    fn kill(&mut self, at: usize) -> anyhow::Result<()> {
        if self.dice.chance(500) {
            // The kill happens within one of its next actions.
            let transaction = self.dice.below(4) as u32;
            self.devices[at].plan_kill(transaction);
            return Ok(());
        }
        let device = &mut self.devices[at];
        let mid_sync = !matches!(device.call, CallState::Idle);
        let files = device.copy_files()?;
        let kind = if mid_sync { "device killed in mid-sync" } else { "device killed" };
        self.restart_from(at, files, kind, false)
    }

    /// Called after each action of a device. True when a planned kill happened within it, and the device was restarted.
    pub(super) fn killed(&mut self, at: usize, undo: bool) -> anyhow::Result<bool> {
        let Some(files) = self.devices[at].killed() else { return Ok(false) };
        self.restart_from(at, files, "device killed between two transactions", undo)?;
        Ok(true)
    }

    pub(super) fn restart_from(
        &mut self,
        at: usize,
        files: std::path::PathBuf,
        kind: &'static str,
        undo: bool,
    ) -> anyhow::Result<()> {
        if self.dice.chance(300) {
            let torn = self.dice.bytes::<100>();
            tear_log(&files, &torn)?;
        }
        self.devices[at].restart_from_files(files)?;
        self.note_fault(kind, format!("{kind}: {} starts again", self.devices[at].name));
        self.observe(at, undo)
    }

    fn clone_device(&mut self, at: usize) -> anyhow::Result<()> {
        self.streams += 1;
        let stream = self.streams;
        let device = &mut self.devices[at];
        let files = device.copy_files()?;
        let name = format!("{}'", device.name);
        let twin = device.clone_onto(files, name, stream)?;
        self.note_fault("device cloned", format!("{} is cloned: {}", self.devices[at].name, twin.name));
        self.forget_skew(at);
        self.devices.push(twin);
        Ok(())
    }

    /// Restores the device from an old copy; makes a copy if there is none yet.
    fn restore_device(&mut self, at: usize) -> anyhow::Result<()> {
        if self.devices[at].old_copies.is_empty() || self.dice.chance(300) {
            let copy = self.devices[at].copy_files()?;
            self.devices[at].old_copies.push(copy);
            return Ok(());
        }
        let which = self.dice.below(self.devices[at].old_copies.len() as u64) as usize;
        let old = self.devices[at].old_copies.swap_remove(which);
        let device = &mut self.devices[at];
        device.restart_from_files(old)?;
        let name = device.name.clone();
        self.forget_skew(at);
        self.note_fault("device restored from an old copy", format!("{name} is put back to an old copy"));
        // Operations that only the newer files held are lost, as with a broken phone.
        let ops = self.devices[at].own_ops()?;
        // Operations undone since the copy are back.
        for op in ops.values() {
            if let Some(saved) = self.ledger.ops.get_mut(&op.id) {
                saved.undone = false;
            }
        }
        self.devices[at].known = ops;
        Ok(())
    }

    fn toggle_full_disk(&mut self, at: usize) -> anyhow::Result<()> {
        if self.devices[at].full {
            return self.devices[at].free_disk();
        }
        self.devices[at].fill_disk()?;
        self.note_fault("device disk full", format!("the disk of {} is full", self.devices[at].name));
        Ok(())
    }

    fn jump_clock(&mut self, at: usize) -> anyhow::Result<()> {
        let by = self.dice.one_of(&[-days(2), -3_600_000, -30_000, 30_000, 3_600_000, days(1), days(3)]);
        let device = &self.devices[at];
        let skew = (device.skew_ms() + by).clamp(-days(5), days(5));
        device.skew.store(skew, Ordering::SeqCst);
        self.forget_skew(at);
        let text = format!("the clock of {} is set, and now off by {} s", self.devices[at].name, skew / 1000);
        self.note_fault("clock jumps", text);
        Ok(())
    }

    async fn revoke(&mut self, at: usize) -> anyhow::Result<()> {
        let (device, name) = (self.devices[at].device, self.devices[at].name.clone());
        // A restored server may not know the device.
        if self.server.processes[0].revoke_device(device).await.is_ok() {
            self.note_fault("device revoked", format!("{name} is revoked"));
        }
        Ok(())
    }

    async fn enrol_again(&mut self, at: usize) -> anyhow::Result<()> {
        let ready = self.devices[at].phase() == Phase::Ready;
        let left = self.fixture.person(self.devices[at].worker).left;
        if left || ready && !self.dice.chance(300) {
            return Ok(());
        }
        self.note_fault("device enrolled again", format!("{} enrols again", self.devices[at].name));
        self.begin_enrolment(at).await
    }

    async fn restore_server(&mut self) -> anyhow::Result<()> {
        let backups = self.server.backups();
        if backups == 0 || self.dice.chance(400) {
            self.event("the office makes a backup".into(), Vec::new());
            return self.server.back_up(&self.fixture).await;
        }
        let Some(which) = self.server.recent_backup(&mut self.dice) else {
            return self.server.back_up(&self.fixture).await;
        };
        // The office believes what it believed at the time of the backup.
        self.fixture = self.server.restore(which).await?;
        self.evaluated.clear();
        self.old_requests.clear();
        self.note_fault("server restored", format!("the server is put back to backup {which}"));
        if self.dice.chance(500) {
            self.restore_photos()?;
        }
        Ok(())
    }

    pub(super) async fn upgrade_server(&mut self) -> anyhow::Result<()> {
        if self.server.older {
            self.note_fault("server upgraded", "the server is upgraded".to_owned());
            self.server.upgrade().await?;
        }
        Ok(())
    }

    /// Loses photos only. The office gives the database a new epoch, so that phones upload theirs again.
    async fn lose_photos(&mut self) -> anyhow::Result<()> {
        self.restore_photos()?;
        self.server.new_epoch().await
    }

    /// Restores the photo storage from a backup, or empties it.
    fn restore_photos(&mut self) -> anyhow::Result<()> {
        let which = self.dice.below(self.server.backups() as u64 + 1) as usize;
        let which = (which < self.server.backups()).then_some(which);
        self.server.restore_photos(which)?;
        let text = which.map_or("the photos are lost".to_owned(), |n| format!("the photos are those of backup {n}"));
        self.note_fault("photos lost or put back", text);
        Ok(())
    }
}
