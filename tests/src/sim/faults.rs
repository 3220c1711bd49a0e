//! What goes wrong beyond the network: devices die, are copied and put back, clocks jump, disks fill up, rights end, the
//! server is restored, or its photos are.

use super::{fixture::days, profile::weighted, world::World};
use device_core::views::Phase;
use std::sync::atomic::Ordering;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    DeviceKilled,
    PowerCut,
    DeviceCloned,
    DeviceRestored,
    DeviceDiskFull,
    ClockJumps,
    DeviceRevoked,
    DeviceEnrolledAgain,
    ServerRestored,
    PhotosPutBack,
    ServerRestarted,
    WorkerLeaves,
    UnreadableOperation,
    NewerOperation,
    NewerWordFromOffice,
    ServerUpgraded,
}

impl Fault {
    pub const ALL: [Self; 16] = [
        Self::DeviceKilled,
        Self::PowerCut,
        Self::DeviceCloned,
        Self::DeviceRestored,
        Self::DeviceDiskFull,
        Self::ClockJumps,
        Self::DeviceRevoked,
        Self::DeviceEnrolledAgain,
        Self::ServerRestored,
        Self::PhotosPutBack,
        Self::ServerRestarted,
        Self::WorkerLeaves,
        Self::UnreadableOperation,
        Self::NewerOperation,
        Self::NewerWordFromOffice,
        Self::ServerUpgraded,
    ];
}

/// A device more than eight, and a run costs more than it finds.
const DEVICES_MAX: usize = 9;

impl World {
    pub(super) async fn something_breaks(&mut self) -> anyhow::Result<()> {
        let weights: Vec<u64> = self.profile.faults.iter().map(|(_, weight)| *weight).collect();
        let Some(which) = weighted(&mut self.dice, weights) else { return Ok(()) };
        let at = self.dice.below(self.handsets.len() as u64) as usize;
        match self.profile.faults[which].0 {
            Fault::DeviceKilled => self.kill(at),
            Fault::PowerCut => self.cut_power(at),
            Fault::DeviceCloned if self.handsets.len() < DEVICES_MAX => self.clone_device(at),
            Fault::DeviceCloned => Ok(()),
            Fault::DeviceRestored => self.put_back(at),
            Fault::DeviceDiskFull => self.fill_or_free(at),
            Fault::ClockJumps => self.set_clock(at),
            Fault::DeviceRevoked => self.revoke(at).await,
            Fault::DeviceEnrolledAgain => self.enrol_again(at).await,
            Fault::ServerRestored => self.restore_server().await,
            Fault::PhotosPutBack => self.lose_photos().await,
            Fault::ServerRestarted => {
                let process = self.dice.below(self.server.processes.len() as u64) as usize;
                self.note_fault("server restarted", format!("server process {process} starts anew"));
                self.server.replace_process(process).await
            }
            Fault::WorkerLeaves => self.somebody_leaves().await,
            Fault::UnreadableOperation => self.foreign_operation(at, true),
            Fault::NewerOperation => self.foreign_operation(at, false),
            Fault::NewerWordFromOffice => self.newer_word().await,
            Fault::ServerUpgraded => self.upgrade_server().await,
        }
    }

    /// The app is killed: a new one opens what was on the disk at that moment.
    fn kill(&mut self, at: usize) -> anyhow::Result<()> {
        if self.dice.chance(500) {
            // It dies in the middle of what it does next.
            let transaction = self.dice.below(4) as u32;
            self.handsets[at].plan_kill(transaction);
            return Ok(());
        }
        let handset = &mut self.handsets[at];
        let mid_sync = !matches!(handset.flight, super::handset::Flight::Idle);
        let files = handset.copy_files()?;
        let kind = if mid_sync { "device killed in mid-sync" } else { "device killed" };
        self.restart_from(at, files, kind, false)
    }

    /// After each thing that a device does: was it killed in the middle? True when it was.
    pub(super) fn killed(&mut self, at: usize, undo: bool) -> anyhow::Result<bool> {
        let Some(files) = self.handsets[at].killed() else { return Ok(false) };
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
            super::handset::tear_log(&files, &torn)?;
        }
        self.handsets[at].go_on_from(files)?;
        self.note_fault(kind, format!("{kind}: {} starts again", self.handsets[at].name));
        self.observe(at, undo)
    }

    fn clone_device(&mut self, at: usize) -> anyhow::Result<()> {
        self.streams += 1;
        let stream = self.streams;
        let handset = &mut self.handsets[at];
        let files = handset.copy_files()?;
        let name = format!("{}'", handset.name);
        let twin = handset.clone_onto(files, name, stream)?;
        self.note_fault("device cloned", format!("{} is cloned: {}", self.handsets[at].name, twin.name));
        self.not_plain(at);
        self.handsets.push(twin);
        Ok(())
    }

    /// The device is put back to an old copy; if there is none yet, one is made.
    fn put_back(&mut self, at: usize) -> anyhow::Result<()> {
        if self.handsets[at].old_copies.is_empty() || self.dice.chance(300) {
            let copy = self.handsets[at].copy_files()?;
            self.handsets[at].old_copies.push(copy);
            return Ok(());
        }
        let which = self.dice.below(self.handsets[at].old_copies.len() as u64) as usize;
        let old = self.handsets[at].old_copies.swap_remove(which);
        let handset = &mut self.handsets[at];
        handset.go_on_from(old)?;
        let name = handset.name.clone();
        self.not_plain(at);
        self.note_fault("device restored from an old copy", format!("{name} is put back to an old copy"));
        // What only the younger image held is gone with it, as with a phone that drowned.
        let ops = self.handsets[at].own_ops()?;
        // And what had been taken back since is there again, as if it never had been.
        for op in ops.values() {
            if let Some(saved) = self.ledger.ops.get_mut(&op.id) {
                saved.taken_back = false;
            }
        }
        self.handsets[at].known = ops;
        Ok(())
    }

    fn fill_or_free(&mut self, at: usize) -> anyhow::Result<()> {
        if self.handsets[at].full {
            return self.handsets[at].free_disk();
        }
        self.handsets[at].fill_disk()?;
        self.note_fault("device disk full", format!("the disk of {} is full", self.handsets[at].name));
        Ok(())
    }

    fn set_clock(&mut self, at: usize) -> anyhow::Result<()> {
        let by = self.dice.one_of(&[-days(2), -3_600_000, -30_000, 30_000, 3_600_000, days(1), days(3)]);
        let handset = &self.handsets[at];
        let skew = (handset.skew_ms() + by).clamp(-days(5), days(5));
        handset.skew.store(skew, Ordering::SeqCst);
        self.not_plain(at);
        let text = format!("the clock of {} is set, and now off by {} s", self.handsets[at].name, skew / 1000);
        self.note_fault("clock jumps", text);
        Ok(())
    }

    async fn revoke(&mut self, at: usize) -> anyhow::Result<()> {
        let (device, name) = (self.handsets[at].device, self.handsets[at].name.clone());
        // A device that the restored server never heard of cannot be revoked there.
        if self.server.processes[0].revoke_device(device).await.is_ok() {
            self.note_fault("device revoked", format!("{name} is revoked"));
        }
        Ok(())
    }

    async fn enrol_again(&mut self, at: usize) -> anyhow::Result<()> {
        let ready = self.handsets[at].phase() == Phase::Ready;
        let left = self.town.person(self.handsets[at].worker).left;
        if left || ready && !self.dice.chance(300) {
            return Ok(());
        }
        self.note_fault("device enrolled again", format!("{} enrols again", self.handsets[at].name));
        self.begin_enrolment(at).await
    }

    async fn restore_server(&mut self) -> anyhow::Result<()> {
        let backups = self.server.backups();
        if backups == 0 || self.dice.chance(400) {
            self.event("the office makes a backup".into(), Vec::new());
            return self.server.back_up(&self.town).await;
        }
        let Some(which) = self.server.recent_backup(&mut self.dice) else {
            return self.server.back_up(&self.town).await;
        };
        // What the office entered since is the office's to enter again; what the server knew of pairings is the backup's.
        self.town = self.server.restore(which).await?;
        self.judged.clear();
        self.strays.clear();
        self.note_fault("server restored", format!("the server is put back to backup {which}"));
        if self.dice.chance(500) {
            self.put_photos_back()?;
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

    /// Only the photos are lost, and the office gives the database a new epoch, so that phones look after theirs.
    async fn lose_photos(&mut self) -> anyhow::Result<()> {
        self.put_photos_back()?;
        self.server.new_epoch().await
    }

    /// The photo storage goes back to what one of the backups held, or begins empty.
    fn put_photos_back(&mut self) -> anyhow::Result<()> {
        let which = self.dice.below(self.server.backups() as u64 + 1) as usize;
        let which = (which < self.server.backups()).then_some(which);
        self.server.restore_photos(which)?;
        let text = which.map_or("the photos are lost".to_owned(), |n| format!("the photos are those of backup {n}"));
        self.note_fault("photos lost or put back", text);
        Ok(())
    }
}
