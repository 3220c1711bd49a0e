//! The data folder: one server's whole state, and who may open it. With PostgreSQL the store is elsewhere and open to
//! several; the folder then holds the photos.
//!
//! | entry | what |
//! | --- | --- |
//! | `lianxin.db` (and `-wal`, `-shm`) | the store |
//! | `photos/` | photo bytes, content-addressed; not there when `--objects` names another place |
//! | `lock` | held by whoever has the store open |
//! | `control.sock` | where a running server takes commands; owner only |

use crate::{
    core::{CoreError, Env, Objects, ServerCore, Settings, StoredObjects},
    store::{AnyStore, StoreError, postgres::DatabaseUrl},
};
use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The core as the binary runs it.
pub type LocalCore = ServerCore<AnyStore>;

#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Another process has it open.
    #[error("the data folder is in use")]
    InUse,
    #[error("the data folder {0}: {1}")]
    Folder(PathBuf, io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Core(#[from] CoreError),
}

#[derive(Clone, Debug)]
pub struct DataDir {
    folder: PathBuf,
    /// A PostgreSQL database in place of the file.
    database: Option<DatabaseUrl>,
}

/// Held while the store is open; dropping it lets the next one in. The system drops it too when the process is killed.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

impl DataDir {
    /// Makes the folder, readable by its owner only, where there is none.
    pub fn new(folder: impl Into<PathBuf>) -> Result<Self, DataError> {
        let folder = folder.into();
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder).map_err(|e| DataError::Folder(folder.clone(), e))?;
        Ok(Self { folder, database: None })
    }

    /// With the store in a database, where one is named.
    pub fn with_database(self, database: Option<DatabaseUrl>) -> Self {
        Self { database, ..self }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }
    pub fn store(&self) -> PathBuf {
        self.folder.join("lianxin.db")
    }
    pub fn photos(&self) -> PathBuf {
        self.folder.join("photos")
    }
    pub fn control(&self) -> PathBuf {
        self.folder.join("control.sock")
    }

    /// True where only one process may have the store open, which it then shows by the lock.
    pub fn is_for_one(&self) -> bool {
        self.database.is_none()
    }

    /// Takes the folder for this process.
    pub fn lock(&self) -> Result<DataLock, DataError> {
        let failed = |e| DataError::Folder(self.folder.clone(), e);
        let file =
            File::options().create(true).truncate(false).write(true).open(self.folder.join("lock")).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(DataLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(DataError::InUse),
            Err(TryLockError::Error(e)) => Err(failed(e)),
        }
    }

    /// Opens the core on this folder. Whoever calls holds the lock where it is for one.
    pub async fn open(&self, env: Arc<dyn Env>, settings: Settings) -> Result<LocalCore, DataError> {
        let photos = StoredObjects::folder(self.photos()).map_err(|e| DataError::Folder(self.photos(), e))?;
        self.open_with(Arc::new(photos), env, settings).await
    }

    /// As [`DataDir::open`], with photos that lie elsewhere.
    pub async fn open_with(
        &self,
        photos: Arc<dyn Objects>,
        env: Arc<dyn Env>,
        settings: Settings,
    ) -> Result<LocalCore, DataError> {
        let store = AnyStore::open(self.database.as_ref(), &self.store()).await?;
        Ok(ServerCore::open(store, photos, env, settings).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_opened_by_one_at_a_time() {
        let temp = crate::testing::TempDir::new();
        let data = DataDir::new(temp.path()).unwrap();
        let held = data.lock().unwrap();
        assert!(matches!(data.lock(), Err(DataError::InUse)));
        drop(held);
        assert!(data.lock().is_ok());
    }
}
