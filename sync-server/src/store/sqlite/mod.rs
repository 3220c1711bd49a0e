//! SQLite, the default backend: one writer thread that owns its connection and commits in groups, and a few readers.

use super::{Job, Store, Stored, StoreError};
use std::path::{Path, PathBuf};

pub struct SqliteStore;

impl SqliteStore {
    /// Opens or makes the file at `path` and brings it to the newest schema.
    pub fn open(path: impl AsRef<Path>) -> Stored<Self> {
        let _ = path;
        todo!()
    }
}

impl Store for SqliteStore {
    async fn write<J: Job>(&self, _job: J) -> Result<J::Out, J::Err> {
        Err(StoreError::Closed.into())
    }
    async fn read<J: Job>(&self, _job: J) -> Result<J::Out, J::Err> {
        Err(StoreError::Closed.into())
    }
    async fn backup(&self, _path: PathBuf) -> Stored<()> {
        Err(StoreError::Closed)
    }
}
