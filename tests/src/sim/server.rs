//! The server: several processes over one store, its backups and restores.

use super::{
    clock::{Clock, ServerEnv},
    fixture::{Fixture, days},
    mutants::Bug,
    older_server::UPGRADED,
    photos::SimPhotos,
    profile::Profile,
    store::SimStore,
};
use crate::city::dice::Dice;
use anyhow::Context;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use sync_server::{
    core::{ServerCore, Settings},
    store::{SqliteStore, Store},
};

/// 20 days: phones offer again the operations of the 30 days before the last contact, by clocks that are up to 5 days
/// wrong here.
const BACKUP_DAYS: i64 = 20;

pub type Process = ServerCore<SimStore>;

pub struct Server {
    pub store: SimStore,
    pub processes: Vec<Process>,
    pub photos: Arc<SimPhotos>,
    clock: Clock,
    folder: PathBuf,
    backups: Vec<Backup>,
    /// The number of store files so far, for their names.
    files: u32,
    seed: u64,
    started: u64,
    /// It is of an older build that cannot read all operations.
    pub older: bool,
    bug: Option<Bug>,
    /// How often the server was restored.
    pub restores: u32,
    /// The number of epochs after the first.
    pub epochs: u32,
    /// Quarantined operations that an upgraded process evaluated.
    pub quarantine_retry: u64,
}

/// A backup of the store and the photos, with what the office believed at its time.
struct Backup {
    store: PathBuf,
    photos: PathBuf,
    fixture: Fixture,
    saved_ms: i64,
}

impl Server {
    pub async fn start(
        profile: &Profile,
        folder: &Path,
        clock: Clock,
        seed: u64,
        bug: Option<Bug>,
    ) -> anyhow::Result<Self> {
        let folder = folder.join("server");
        std::fs::create_dir_all(&folder)?;
        let sqlite = SqliteStore::open(folder.join("store-0.db"))?;
        let photos = Arc::new(SimPhotos::new(&folder, bug)?);
        let store = SimStore::new(sqlite, bug);
        let mut server = Self {
            store,
            processes: Vec::new(),
            photos,
            clock,
            folder,
            backups: Vec::new(),
            files: 1,
            seed,
            started: 0,
            older: profile.older,
            bug,
            restores: 0,
            epochs: 0,
            quarantine_retry: 0,
        };
        for _ in 0..profile.processes {
            let process = server.process().await?;
            server.processes.push(process);
        }
        Ok(server)
    }

    /// Starts a process on the store.
    async fn process(&mut self) -> anyhow::Result<Process> {
        self.started += 1;
        let dice = Mutex::new(Dice::new(self.seed, 1_000_000 + self.started));
        let env = Arc::new(ServerEnv { clock: self.clock.clone(), dice });
        let process = ServerCore::open(self.store.clone(), self.photos.clone(), env, Settings::default())
            .await
            .context("a server process starts")?;
        if !self.older && self.bug != Some(Bug::QuarantineNeverRetried) {
            self.quarantine_retry += process.quarantine_retry(UPGRADED).await?;
        }
        Ok(process)
    }

    /// Replaces all processes by those of a newer build.
    ///
    /// # Errors
    /// When a process does not start.
    pub async fn upgrade(&mut self) -> anyhow::Result<()> {
        self.older = false;
        for at in 0..self.processes.len() {
            self.replace_process(at).await?;
        }
        Ok(())
    }

    /// Replaces a process that crashed.
    ///
    /// # Errors
    /// When the process does not start.
    pub async fn replace_process(&mut self, at: usize) -> anyhow::Result<()> {
        let process = self.process().await?;
        self.processes[at] = process;
        Ok(())
    }

    pub async fn back_up(&mut self, fixture: &Fixture) -> anyhow::Result<()> {
        let store = self.folder.join(format!("backup-{}.db", self.backups.len()));
        self.store.backup(store.clone()).await?;
        let photos = self.photos.back_up(&format!("backup-photos-{}", self.backups.len()))?;
        self.backups.push(Backup { store, photos, fixture: fixture.clone(), saved_ms: self.clock.now_ms() });
        Ok(())
    }

    pub fn backups(&self) -> usize {
        self.backups.len()
    }

    /// A random backup that is young enough to be restored.
    pub fn recent_backup(&self, dice: &mut Dice) -> Option<usize> {
        let oldest = self.clock.now_ms() - days(BACKUP_DAYS);
        let recent: Vec<usize> = (0..self.backups.len()).filter(|b| self.backups[*b].saved_ms >= oldest).collect();
        if recent.is_empty() { None } else { Some(dice.one_of(&recent)) }
    }

    /// Restores a backup of the store under a new epoch. Returns what the office believed at its time.
    ///
    /// # Errors
    /// When the backup cannot be copied, or a process does not start.
    pub async fn restore(&mut self, which: usize) -> anyhow::Result<Fixture> {
        let backup = &self.backups[which];
        let to = self.folder.join(format!("store-{}.db", self.files));
        std::fs::copy(&backup.store, &to)?;
        let sqlite = SqliteStore::open(to)?;
        let fixture = backup.fixture.clone();
        self.files += 1;
        self.restores += 1;
        self.store.replace(sqlite);
        for at in 0..self.processes.len() {
            self.replace_process(at).await?;
        }
        self.new_epoch().await?;
        Ok(fixture)
    }

    /// Begins a new epoch, so that devices offer their operations again.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn new_epoch(&mut self) -> anyhow::Result<()> {
        self.epochs += 1;
        self.processes[0].new_epoch().await?;
        Ok(())
    }

    /// Restores the photos of a backup, or none, independently of the database.
    ///
    /// # Errors
    /// When a file cannot be copied.
    pub fn restore_photos(&self, which: Option<usize>) -> anyhow::Result<()> {
        self.photos.put_back(which.map(|which| self.backups[which].photos.as_path()))
    }
}
