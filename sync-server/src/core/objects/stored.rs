//! [`StoredObjects`]: the promises of [`Objects`] over any store of the `object_store` crate.

use super::{
    http::{Refused, in_words},
    storage::{Assembled, Objects, ObjectsError, ObjectsResult},
};
use futures_util::{StreamExt, TryStreamExt, future::BoxFuture};
use object_store::{Error, ObjectStore, ObjectStoreExt, local::LocalFileSystem, memory::InMemory, path::Path};
use std::{io, path::PathBuf, sync::Arc};

/// 8 chunks read at the same time when a photo is assembled: a photo of 8 MiB in chunks of 128 KiB from a storage 20 ms
/// away takes a fifth of a second.
const READS: usize = 8;

/// Photo bytes in a folder, in S3-compatible storage, or in memory.
pub struct StoredObjects {
    store: Arc<dyn ObjectStore>,
}

impl StoredObjects {
    /// Stores in a local folder, which is created if need be. Files and their folders are fsynced before a write
    /// returns.
    ///
    /// # Errors
    ///
    /// The folder cannot be created or opened.
    pub fn folder(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        std::fs::create_dir_all(&folder)?;
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(io::Error::other)?;
        Ok(Self::over(store.with_fsync(true).with_automatic_cleanup(true)))
    }

    /// Stores in memory, for tests and simulations.
    pub fn in_memory() -> Self {
        Self::over(InMemory::new())
    }

    /// Stores in any [`ObjectStore`].
    pub fn over(store: impl ObjectStore) -> Self {
        Self { store: Arc::new(store) }
    }

    /// The chunks of an upload as (offset, length, path), sorted.
    async fn parts(&self, upload: &str) -> ObjectsResult<Vec<(u64, u64, Path)>> {
        let found: Vec<_> = self.store.list(Some(&folder_of(upload))).try_collect().await.map_err(objects_error)?;
        let part = |meta: object_store::ObjectMeta| {
            let offset = meta.location.filename()?.parse().ok()?;
            Some((offset, meta.size, meta.location))
        };
        let mut parts: Vec<_> = found.into_iter().filter_map(part).collect();
        parts.sort();
        Ok(parts)
    }

    async fn get(&self, at: &Path) -> ObjectsResult<object_store::GetResult> {
        self.store.get(at).await.map_err(objects_error)
    }

    async fn bytes(&self, at: &Path) -> ObjectsResult<Vec<u8>> {
        Ok(self.get(at).await?.bytes().await.map_err(objects_error)?.into())
    }

    async fn put(&self, at: &Path, bytes: Vec<u8>) -> ObjectsResult<()> {
        match self.store.put(at, bytes.into()).await.map_err(objects_error) {
            Ok(_) => Ok(()),
            // The reply of a storage whose bucket does not exist.
            Err(ObjectsError::Missing) => Err(ObjectsError::Unavailable("no such bucket or folder".to_owned())),
            Err(error) => Err(error),
        }
    }

    async fn assemble(&self, upload: &str, size: u64) -> ObjectsResult<Assembled> {
        use sha2::{Digest, Sha256};
        // Sizes first: an upload with a gap is not read.
        let parts = self.parts(upload).await?;
        let mut end = 0;
        for (offset, length, _) in &parts {
            if *offset > end {
                break;
            }
            end = end.max(offset + length);
        }
        if end < size {
            return Ok(Assembled::Gap(end));
        }
        let reads = parts.into_iter().map(|(offset, _, at)| async move { (offset, self.bytes(&at).await) });
        let mut reads = futures_util::stream::iter(reads).buffered(READS);
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        let mut hasher = Sha256::new();
        while let Some((offset, part)) = reads.next().await {
            let end = bytes.len() as u64;
            if end >= size {
                break;
            }
            let part = match part {
                // Removed since it was listed: another process works on the same upload.
                Err(ObjectsError::Missing) => return Ok(Assembled::Gap(end)),
                part => part?,
            };
            if offset > end {
                return Ok(Assembled::Gap(end));
            }
            // Skip bytes that an earlier chunk had, and bytes beyond the end of the photo.
            let from = usize::try_from(end - offset).unwrap_or(usize::MAX).min(part.len());
            let until = usize::try_from(size - offset.min(size)).unwrap_or(usize::MAX).min(part.len());
            if from < until {
                hasher.update(&part[from..until]);
                bytes.extend_from_slice(&part[from..until]);
            }
        }
        match bytes.len() as u64 {
            end if end < size => Ok(Assembled::Gap(end)),
            _ => Ok(Assembled::Whole { bytes, sha256: hasher.finalize().into() }),
        }
    }

    async fn forget(&self, upload: &str) -> ObjectsResult<()> {
        let parts = self.parts(upload).await?;
        let names = futures_util::stream::iter(parts.into_iter().map(|(_, _, at)| Ok(at))).boxed();
        let mut gone = self.store.delete_stream(names);
        while let Some(result) = gone.next().await {
            match result.map_err(objects_error) {
                // Another process was faster.
                Ok(_) | Err(ObjectsError::Missing) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn folder_of(upload: &str) -> Path {
    Path::from_iter(["incoming", upload])
}

/// Zero padded, so that names sort as offsets do.
fn part_at(upload: &str, offset: u64) -> Path {
    Path::from_iter(["incoming".to_owned(), upload.to_owned(), format!("{offset:020}")])
}

/// Two digits of the hash first: no folder grows too long to list.
fn object_at(sha256: &str) -> Path {
    Path::from_iter([sha256.get(..2).unwrap_or("00"), sha256])
}

impl Objects for StoredObjects {
    fn write_at(&self, upload: String, offset: u64, bytes: Vec<u8>) -> BoxFuture<'_, ObjectsResult<()>> {
        Box::pin(async move { self.put(&part_at(&upload, offset), bytes).await })
    }

    fn assemble(&self, upload: String, size: u64) -> BoxFuture<'_, ObjectsResult<Assembled>> {
        Box::pin(async move { Self::assemble(self, &upload, size).await })
    }

    /// Overwrites an object with the same bytes: a second call changes nothing, and an object that a broken disk
    /// damaged is repaired by the next device that sends it.
    fn keep(&self, sha256: String, bytes: Vec<u8>) -> BoxFuture<'_, ObjectsResult<()>> {
        Box::pin(async move { self.put(&object_at(&sha256), bytes).await })
    }

    fn forget(&self, upload: String) -> BoxFuture<'_, ObjectsResult<()>> {
        Box::pin(async move { Self::forget(self, &upload).await })
    }

    fn read(&self, sha256: String) -> BoxFuture<'_, ObjectsResult<Vec<u8>>> {
        Box::pin(async move { self.bytes(&object_at(&sha256)).await })
    }

    fn holds(&self, sha256: String, size: u64) -> BoxFuture<'_, ObjectsResult<bool>> {
        Box::pin(async move {
            match self.store.head(&object_at(&sha256)).await.map_err(objects_error) {
                Ok(found) => Ok(found.size == size),
                // A missing bucket gives the same error, and then no photo is lost.
                Err(ObjectsError::Missing) => self.probe().await.map(|()| false),
                Err(error) => Err(error),
            }
        })
    }

    fn probe(&self) -> BoxFuture<'_, ObjectsResult<()>> {
        Box::pin(async move {
            match self.store.list(Some(&folder_of("probe"))).next().await {
                Some(Err(error)) => match objects_error(error) {
                    ObjectsError::Missing => Err(ObjectsError::Unavailable("no such bucket".to_owned())),
                    error => Err(error),
                },
                _ => Ok(()),
            }
        })
    }
}

/// Converts an error of `object_store`. Its text may contain a response body, in which some storages repeat the access
/// key: only known harmless parts are taken over.
pub(super) fn objects_error(error: Error) -> ObjectsError {
    if let Error::NotFound { .. } = error {
        return ObjectsError::Missing;
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<Refused>() {
            return if refused.is_full() { ObjectsError::Full } else { ObjectsError::Unavailable(refused.to_string()) };
        }
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return match error.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ObjectsError::Full,
                _ => ObjectsError::Unavailable(error.to_string()),
            };
        }
        if let Some(error) = error.downcast_ref::<reqwest::Error>() {
            return ObjectsError::Unavailable(in_words(error).to_owned());
        }
        cause = error.source();
    }
    ObjectsError::Unavailable("for a reason of its own".to_owned())
}
