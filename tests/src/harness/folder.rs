//! A temporary folder that goes away with its owner, whatever the outcome, unless told to stay.

use std::path::{Path, PathBuf};

#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    keep: bool,
}

impl Folder {
    /// A new folder under the system's temporary one; `name` only helps who finds it.
    pub fn temporary(name: &str) -> std::io::Result<Self> {
        Self::under(&std::env::temp_dir(), name)
    }

    /// The same where files cost no disk, if there is such a place.
    pub fn in_memory_if_possible(name: &str) -> std::io::Result<Self> {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() { Self::under(memory, name) } else { Self::temporary(name) }
    }

    fn under(base: &Path, name: &str) -> std::io::Result<Self> {
        let unique = uuid::Uuid::from_u128(u128::from_be_bytes(random()?));
        let path = base.join(format!("lianxin-{name}-{unique}"));
        std::fs::create_dir_all(&path)?;
        Ok(Self { path, keep: false })
    }

    /// A folder of the user's choice, which stays.
    pub fn kept(path: PathBuf) -> std::io::Result<Self> {
        std::fs::create_dir_all(&path)?;
        Ok(Self { path, keep: true })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.keep {
            // Best effort: a folder left in the temporary one harms nobody.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// Random bytes for names of folders and for ids of made-up devices.
pub fn random<const N: usize>() -> std::io::Result<[u8; N]> {
    use std::io::Read;
    let mut bytes = [0; N];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}
