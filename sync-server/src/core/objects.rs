//! Photo bytes: content-addressed, outside the database. A local folder now; an object store fits behind the same trait.

use futures_util::future::BoxFuture;
use std::{
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// Where photo bytes lie. `upload` names an unfinished one, `sha256` (lower-case hex) a finished one.
pub trait Objects: Send + Sync + 'static {
    /// Writes durably at `offset` of an unfinished upload; writing the same again changes nothing.
    fn write_at(&self, upload: String, offset: u64, bytes: Vec<u8>) -> BoxFuture<'_, io::Result<()>>;
    /// SHA-256 of the first `size` bytes of an unfinished upload, and its first bytes (up to 16).
    fn inspect(&self, upload: String, size: u64) -> BoxFuture<'_, io::Result<([u8; 32], Vec<u8>)>>;
    /// Makes an unfinished upload the object `sha256`, in one step.
    fn keep(&self, upload: String, sha256: String) -> BoxFuture<'_, io::Result<()>>;
    /// Forgets an unfinished upload; none is fine.
    fn forget(&self, upload: String) -> BoxFuture<'_, io::Result<()>>;
    fn exists(&self, sha256: String) -> BoxFuture<'_, io::Result<bool>>;
    fn read(&self, sha256: String) -> BoxFuture<'_, io::Result<Vec<u8>>>;
}

/// `<folder>/ab/abcdef…` for objects, `<folder>/incoming/` for unfinished uploads.
pub struct FolderObjects {
    folder: PathBuf,
}

impl FolderObjects {
    /// Makes the folder if need be.
    pub fn open(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        std::fs::create_dir_all(folder.join("incoming"))?;
        Ok(Self { folder })
    }
    fn incoming(&self, upload: &str) -> PathBuf {
        self.folder.join("incoming").join(upload)
    }
    fn object(&self, sha256: &str) -> PathBuf {
        self.folder.join(sha256.get(..2).unwrap_or("00")).join(sha256)
    }
}

/// File work off the async threads.
fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> BoxFuture<'static, io::Result<T>> {
    Box::pin(async move { tokio::task::spawn_blocking(work).await.map_err(io::Error::other)? })
}

fn sync_folder(path: &Path) -> io::Result<()> {
    // A renamed file survives a power cut only once its folder is on disk; Windows has no such call.
    if cfg!(unix) { std::fs::File::open(path)?.sync_all() } else { Ok(()) }
}

impl Objects for FolderObjects {
    fn write_at(&self, upload: String, offset: u64, bytes: Vec<u8>) -> BoxFuture<'_, io::Result<()>> {
        let path = self.incoming(&upload);
        blocking(move || {
            let mut file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
            file.seek(SeekFrom::Start(offset))?;
            file.write_all(&bytes)?;
            file.sync_data()
        })
    }

    fn inspect(&self, upload: String, size: u64) -> BoxFuture<'_, io::Result<([u8; 32], Vec<u8>)>> {
        let path = self.incoming(&upload);
        blocking(move || {
            use sha2::{Digest, Sha256};
            let mut file = std::fs::File::open(path)?.take(size);
            let (mut hasher, mut head, mut buffer) = (Sha256::new(), Vec::new(), vec![0; 64 << 10]);
            loop {
                let n = file.read(&mut buffer)?;
                if n == 0 {
                    return Ok((hasher.finalize().into(), head));
                }
                if head.is_empty() {
                    head.extend_from_slice(&buffer[..n.min(16)]);
                }
                hasher.update(&buffer[..n]);
            }
        })
    }

    fn keep(&self, upload: String, sha256: String) -> BoxFuture<'_, io::Result<()>> {
        let (from, to) = (self.incoming(&upload), self.object(&sha256));
        blocking(move || {
            let parent = to.parent().map(Path::to_owned).unwrap_or_default();
            std::fs::create_dir_all(&parent)?;
            std::fs::File::open(&from)?.sync_all()?;
            std::fs::rename(&from, &to)?;
            sync_folder(&parent)
        })
    }

    fn forget(&self, upload: String) -> BoxFuture<'_, io::Result<()>> {
        let path = self.incoming(&upload);
        blocking(move || match std::fs::remove_file(path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        })
    }

    fn exists(&self, sha256: String) -> BoxFuture<'_, io::Result<bool>> {
        let path = self.object(&sha256);
        blocking(move || path.try_exists())
    }

    fn read(&self, sha256: String) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        let path = self.object(&sha256);
        blocking(move || std::fs::read(path))
    }
}
