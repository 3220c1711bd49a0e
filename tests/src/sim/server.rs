//! The server: several processes over one store, backups of it, and what a restore puts back.

use super::{
    clock::{Clock, ServerEnv},
    fixture::{Town, days},
    mutants::Bug,
    older::UPGRADED,
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

/// 20 days: phones offer again what was acknowledged in the 30 days before the server was last heard of, by clocks that are up to 5
/// days wrong here.
const BACKUP_DAYS: i64 = 20;

pub type Process = ServerCore<SimStore>;

pub struct Server {
    pub store: SimStore,
    pub processes: Vec<Process>,
    pub photos: Arc<SimPhotos>,
    clock: Clock,
    folder: PathBuf,
    backups: Vec<Backup>,
    /// How many store files there were, for their names.
    files: u32,
    seed: u64,
    started: u64,
    /// It is of a build that does not understand everything yet.
    pub older: bool,
    bug: Option<Bug>,
    /// How often the server was put back.
    pub restores: u32,
    /// How many epochs came after the first.
    pub epochs: u32,
    /// Operations that a newer build looked at again and judged.
    pub quarantine_retry: u64,
}

/// A backup with the photos beside it, and with what the office believed when it was made.
struct Backup {
    store: PathBuf,
    photos: PathBuf,
    town: Town,
    made_ms: i64,
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

    /// Another process on the same store.
    async fn process(&mut self) -> anyhow::Result<Process> {
        self.started += 1;
        let dice = Mutex::new(Dice::new(self.seed, 1_000_000 + self.started));
        let env = Arc::new(ServerEnv { clock: self.clock.clone(), dice });
        let process = ServerCore::open(self.store.clone(), self.photos.clone(), env, Settings::default())
            .await
            .context("a server process starts")?;
        if !self.older && self.bug != Some(Bug::KeptAsideForGood) {
            self.quarantine_retry += process.quarantine_retry(UPGRADED).await?;
        }
        Ok(process)
    }

    /// All processes are stopped, and those of a newer build take their place.
    pub async fn upgrade(&mut self) -> anyhow::Result<()> {
        self.older = false;
        for at in 0..self.processes.len() {
            self.replace_process(at).await?;
        }
        Ok(())
    }

    /// The process died; another takes its place.
    pub async fn replace_process(&mut self, at: usize) -> anyhow::Result<()> {
        let process = self.process().await?;
        self.processes[at] = process;
        Ok(())
    }

    pub async fn back_up(&mut self, town: &Town) -> anyhow::Result<()> {
        let store = self.folder.join(format!("backup-{}.db", self.backups.len()));
        self.store.backup(store.clone()).await?;
        let photos = self.photos.back_up(&format!("backup-photos-{}", self.backups.len()))?;
        self.backups.push(Backup { store, photos, town: town.clone(), made_ms: self.clock.now_ms() });
        Ok(())
    }

    pub fn backups(&self) -> usize {
        self.backups.len()
    }

    /// Any backup that is not too old to be put back.
    pub fn recent_backup(&self, dice: &mut Dice) -> Option<usize> {
        let oldest = self.clock.now_ms() - days(BACKUP_DAYS);
        let recent: Vec<usize> = (0..self.backups.len()).filter(|b| self.backups[*b].made_ms >= oldest).collect();
        if recent.is_empty() { None } else { Some(dice.one_of(&recent)) }
    }

    /// Puts a backup in the store's place, with a new epoch, and returns what the office believed then.
    pub async fn restore(&mut self, which: usize) -> anyhow::Result<Town> {
        let backup = &self.backups[which];
        let to = self.folder.join(format!("store-{}.db", self.files));
        std::fs::copy(&backup.store, &to)?;
        let sqlite = SqliteStore::open(to)?;
        let town = backup.town.clone();
        self.files += 1;
        self.restores += 1;
        self.store.replace(sqlite);
        for at in 0..self.processes.len() {
            self.replace_process(at).await?;
        }
        self.new_epoch().await?;
        Ok(town)
    }

    /// Devices are to offer again what they have.
    pub async fn new_epoch(&mut self) -> anyhow::Result<()> {
        self.epochs += 1;
        self.processes[0].new_epoch().await?;
        Ok(())
    }

    /// Puts the photos back to what the backup held, or to nothing, whatever the database is put back to.
    pub fn restore_photos(&self, which: Option<usize>) -> anyhow::Result<()> {
        self.photos.put_back(which.map(|which| self.backups[which].photos.as_path()))
    }
}
