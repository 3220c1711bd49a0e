//! The server's photo storage: a folder that a restore may replace by an older copy or empty, independently of the
//! database.

use super::{files::copy_folder, mutants::Bug};
use futures_util::future::BoxFuture;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};
use sync_server::core::{
    Objects, StoredObjects,
    objects::{Assembled, ObjectsResult},
};

pub struct SimPhotos {
    folder: PathBuf,
    /// The storage in use, its folder, and the number of folders so far, for their names.
    now: RwLock<(Arc<StoredObjects>, PathBuf, u32)>,
    bug: Option<Bug>,
}

impl SimPhotos {
    pub fn new(folder: &Path, bug: Option<Bug>) -> anyhow::Result<Self> {
        let first = folder.join("photos-0");
        let now = RwLock::new((Arc::new(StoredObjects::folder(&first)?), first, 1));
        Ok(Self { folder: folder.to_owned(), now, bug })
    }

    /// Copies all photos.
    ///
    /// # Errors
    /// When a file cannot be copied.
    pub fn back_up(&self, name: &str) -> anyhow::Result<PathBuf> {
        let to = self.folder.join(name);
        copy_folder(&self.at(), &to)?;
        Ok(to)
    }

    /// Continues with the photos of a copy, or with none.
    ///
    /// # Errors
    /// When a file cannot be copied.
    pub fn put_back(&self, copy: Option<&Path>) -> anyhow::Result<()> {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        let to = self.folder.join(format!("photos-{}", now.2));
        if let Some(copy) = copy {
            copy_folder(copy, &to)?;
        }
        *now = (Arc::new(StoredObjects::folder(&to)?), to, now.2 + 1);
        Ok(())
    }

    /// Whether the folder holds a photo of this size.
    pub fn really_holds(&self, sha256: &str, size: u64) -> bool {
        let file = self.at().join(sha256.get(..2).unwrap_or("00")).join(sha256);
        std::fs::metadata(file).is_ok_and(|found| found.len() == size)
    }

    fn at(&self) -> PathBuf {
        self.now.read().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    fn stored(&self) -> Arc<StoredObjects> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Runs `work` on the storage in use.
    fn with<'a, T: Send + 'a>(
        &'a self,
        work: impl for<'s> FnOnce(&'s StoredObjects) -> BoxFuture<'s, ObjectsResult<T>> + Send + 'a,
    ) -> BoxFuture<'a, ObjectsResult<T>> {
        let stored = self.stored();
        Box::pin(async move { work(&stored).await })
    }
}

impl Objects for SimPhotos {
    fn write_at(&self, upload: String, offset: u64, bytes: Vec<u8>) -> BoxFuture<'_, ObjectsResult<()>> {
        self.with(move |stored| stored.write_at(upload, offset, bytes))
    }
    fn assemble(&self, upload: String, size: u64) -> BoxFuture<'_, ObjectsResult<Assembled>> {
        self.with(move |stored| Objects::assemble(stored, upload, size))
    }
    fn keep(&self, sha256: String, bytes: Vec<u8>) -> BoxFuture<'_, ObjectsResult<()>> {
        self.with(move |stored| stored.keep(sha256, bytes))
    }
    fn forget(&self, upload: String) -> BoxFuture<'_, ObjectsResult<()>> {
        self.with(move |stored| Objects::forget(stored, upload))
    }
    fn read(&self, sha256: String) -> BoxFuture<'_, ObjectsResult<Vec<u8>>> {
        self.with(move |stored| stored.read(sha256))
    }
    fn holds(&self, sha256: String, size: u64) -> BoxFuture<'_, ObjectsResult<bool>> {
        if self.bug == Some(Bug::LostPhotosReportedHeld) {
            return Box::pin(async { Ok(true) });
        }
        self.with(move |stored| stored.holds(sha256, size))
    }
    fn probe(&self) -> BoxFuture<'_, ObjectsResult<()>> {
        self.with(|stored| stored.probe())
    }
}
