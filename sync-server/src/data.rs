//! The data folder: the whole state of one server, and the lock on it. With PostgreSQL the store is in the database,
//! open to several servers, and the folder holds the photos only.
//!
//! | entry | what |
//! | --- | --- |
//! | `lianxin.db` (and `-wal`, `-shm`) | the store |
//! | `photos/` | photo bytes, content-addressed; absent where `--objects` names another place |
//! | `lock` | held by the process that has the store open |
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

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Another process has the folder open.
    #[error("the data folder is in use")]
    InUse,
    #[error("the data folder {0}: {1}")]
    Folder(PathBuf, io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Core(#[from] CoreError),
}

/// A data folder, with its database where there is one.
#[derive(Clone, Debug)]
pub struct DataDir {
    folder: PathBuf,
    /// A PostgreSQL database in place of the file.
    database: Option<DatabaseUrl>,
}

/// The lock on a folder, held while the store is open. The system releases it when the process ends.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

impl DataDir {
    /// Creates the folder, readable by its owner only, where it is missing.
    ///
    /// # Errors
    /// [`DataError::Folder`] where it cannot be created.
    pub fn new(folder: impl Into<PathBuf>) -> Result<Self, DataError> {
        let folder = folder.into();
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder).map_err(|e| DataError::Folder(folder.clone(), e))?;
        Ok(Self { folder, database: None })
    }

    /// Sets the database that holds the store in place of the file.
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

    /// True where only one process may have the store open. It must hold the lock.
    pub fn is_for_one(&self) -> bool {
        self.database.is_none()
    }

    /// Locks the folder for this process.
    ///
    /// # Errors
    /// [`DataError::InUse`] where another process holds the lock; [`DataError::Folder`] where the lock's file cannot be
    /// opened.
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

    /// Opens the core on this folder. The caller holds the lock where [`DataDir::is_for_one`].
    ///
    /// # Errors
    /// [`DataError::Folder`] where the folder for photos cannot be created; as [`DataDir::open_with`].
    pub async fn open(&self, env: Arc<dyn Env>, settings: Settings) -> Result<LocalCore, DataError> {
        let photos = StoredObjects::folder(self.photos()).map_err(|e| DataError::Folder(self.photos(), e))?;
        self.open_with(Arc::new(photos), env, settings).await
    }

    /// As [`DataDir::open`], with photos in another place.
    ///
    /// # Errors
    /// [`DataError::Store`] where the store cannot be opened or migrated; [`DataError::Core`] where its first facts
    /// cannot be read or written.
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
    fn one_process_at_a_time_locks_a_folder() {
        let temp = crate::testing::TempDir::new();
        let data = DataDir::new(temp.path()).unwrap();
        let held = data.lock().unwrap();
        assert!(matches!(data.lock(), Err(DataError::InUse)));
        drop(held);
        assert!(data.lock().is_ok());
    }
}
