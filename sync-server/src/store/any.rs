//! [`AnyStore`]: the backend that an operator chose. It is chosen once, when the store is opened.

use super::{
    error::Stored,
    job::{Job, Store},
    postgres::{DatabaseUrl, PgStore},
    sqlite::SqliteStore,
};
use std::path::{Path, PathBuf};

/// One of the backends.
pub enum AnyStore {
    Sqlite(SqliteStore),
    Postgres(PgStore),
}

impl AnyStore {
    /// Opens the database where one is given, else the file.
    ///
    /// # Errors
    /// As [`PgStore::open`] and [`SqliteStore::open`].
    pub async fn open(database: Option<&DatabaseUrl>, file: &Path) -> Stored<Self> {
        match database {
            Some(url) => PgStore::open(url).await.map(Self::Postgres),
            None => SqliteStore::open(file).map(Self::Sqlite),
        }
    }
}

impl Store for AnyStore {
    fn in_order(&self) -> bool {
        match self {
            Self::Sqlite(store) => store.in_order(),
            Self::Postgres(store) => store.in_order(),
        }
    }
    async fn write<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        match self {
            Self::Sqlite(store) => store.write(job).await,
            Self::Postgres(store) => store.write(job).await,
        }
    }
    async fn read<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        match self {
            Self::Sqlite(store) => store.read(job).await,
            Self::Postgres(store) => store.read(job).await,
        }
    }
    async fn backup(&self, path: PathBuf) -> Stored<()> {
        match self {
            Self::Sqlite(store) => store.backup(path).await,
            Self::Postgres(store) => store.backup(path).await,
        }
    }
}
