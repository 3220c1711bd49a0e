//! The server: several processes over one store, backups of it, and what a restore puts back.

use super::{
    clock::{Clock, ServerEnv},
    mutants::Bug,
    profile::Profile,
    store::{Backend, SimStore},
    town::Town,
};
use crate::city::dice::Dice;
use anyhow::Context;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use sync_server::{
    core::{ServerCore, Settings, StoredObjects},
    store::{MemoryStore, SqliteStore, Store},
};

pub type Process = ServerCore<SimStore>;

pub struct Server {
    pub store: SimStore,
    pub processes: Vec<Process>,
    objects: Arc<StoredObjects>,
    clock: Clock,
    folder: PathBuf,
    backups: Vec<Backup>,
    /// How many store files there were, for their names.
    files: u32,
    seed: u64,
    started: u64,
    /// How often the server was put back.
    pub restores: u32,
}

/// A backup with what the office believed when it was made.
struct Backup {
    of: Kept,
    town: Town,
}

enum Kept {
    Memory(MemoryStore),
    File(PathBuf),
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
        let backend = match profile.on_disk {
            true => Backend::Sqlite(SqliteStore::open(folder.join("store-0.db"))?),
            false => Backend::Memory(MemoryStore::new()),
        };
        let objects = Arc::new(StoredObjects::folder(folder.join("objects"))?);
        let store = SimStore::new(backend, bug);
        let mut server = Self {
            store,
            processes: Vec::new(),
            objects,
            clock,
            folder,
            backups: Vec::new(),
            files: 1,
            seed,
            started: 0,
            restores: 0,
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
        ServerCore::open(self.store.clone(), self.objects.clone(), env, Settings::default())
            .await
            .context("a server process starts")
    }

    /// The process died; another takes its place.
    pub async fn replace_process(&mut self, at: usize) -> anyhow::Result<()> {
        let process = self.process().await?;
        self.processes[at] = process;
        Ok(())
    }

    pub async fn back_up(&mut self, town: &Town) -> anyhow::Result<()> {
        let of = match &*self.store.backend() {
            Backend::Memory(store) => Kept::Memory(store.copy()),
            Backend::Sqlite(store) => {
                let path = self.folder.join(format!("backup-{}.db", self.backups.len()));
                store.backup(path.clone()).await?;
                Kept::File(path)
            }
        };
        self.backups.push(Backup { of, town: town.clone() });
        Ok(())
    }

    pub fn backups(&self) -> usize {
        self.backups.len()
    }

    /// Puts a backup in the store's place, with a new epoch, and returns what the office believed then.
    pub async fn restore(&mut self, which: usize) -> anyhow::Result<Town> {
        let backup = &self.backups[which];
        let backend = match &backup.of {
            Kept::Memory(store) => Backend::Memory(store.copy()),
            Kept::File(path) => {
                let to = self.folder.join(format!("store-{}.db", self.files));
                std::fs::copy(path, &to)?;
                Backend::Sqlite(SqliteStore::open(to)?)
            }
        };
        let town = backup.town.clone();
        self.files += 1;
        self.restores += 1;
        self.store.replace(backend);
        for at in 0..self.processes.len() {
            self.replace_process(at).await?;
        }
        self.processes[0].new_epoch().await?;
        Ok(town)
    }
}
