//! The bundle of unsent work that was sealed when access was withdrawn: a file in the device's folder that can be
//! handed over without a PIN.

use crate::{
    store::StoreError,
    views::{BundleView, SealedView},
};
use shared::wire::bundle::Bundle;
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The folder, inside the device's own, that holds the file.
const FOLDER: &str = "sealed";

/// The sealed bundle.
#[derive(Debug)]
pub(crate) struct SealedBundle {
    name: String,
    ops: u32,
    location: Location,
}

#[derive(Debug)]
enum Location {
    File(PathBuf),
    /// Where the device has no folder.
    Memory(Vec<u8>),
}

impl SealedBundle {
    /// Keeps a bundle in the device's folder, or in memory where there is none.
    pub fn keep(dir: Option<&Path>, view: BundleView) -> Result<Self, StoreError> {
        let location = match dir {
            Some(dir) => {
                let folder = dir.join(FOLDER);
                write_file(&folder, &view)?;
                Location::File(folder.join(&view.name))
            }
            None => Location::Memory(view.bytes),
        };
        Ok(Self { name: view.name, ops: view.ops, location })
    }

    /// The file that was sealed in an earlier run.
    pub fn find(dir: &Path) -> Option<Self> {
        let sealed = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().ok()?;
            let ops = Bundle::parse(&fs::read(entry.path()).ok()?).ok()?.header.ops;
            Some(Self { name, ops, location: Location::File(entry.path()) })
        };
        fs::read_dir(dir.join(FOLDER)).ok()?.flatten().find_map(sealed)
    }

    /// Removes the file.
    pub fn remove(self) {
        if let Location::File(path) = self.location
            && let Some(folder) = path.parent()
        {
            // A file left behind is found at the next start, and is as harmless then.
            let _ = fs::remove_dir_all(folder);
        }
    }

    /// The bundle, to be handed over.
    pub fn read(&self) -> Result<BundleView, StoreError> {
        let bytes = match &self.location {
            Location::File(path) => fs::read(path)?,
            Location::Memory(bytes) => bytes.clone(),
        };
        Ok(BundleView { name: self.name.clone(), bytes, ops: self.ops, photos: 0, ops_left: 0, photos_left: 0 })
    }

    pub fn view(&self) -> SealedView {
        SealedView { name: self.name.clone(), ops: self.ops }
    }
}

/// Writes the file atomically, then removes older ones.
fn write_file(folder: &Path, view: &BundleView) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let arriving = folder.join("arriving");
    let mut file = fs::File::create(&arriving)?;
    file.write_all(&view.bytes)?;
    file.sync_all()?;
    fs::rename(&arriving, folder.join(&view.name))?;
    if cfg!(unix) {
        fs::File::open(folder)?.sync_all()?;
    }
    for entry in fs::read_dir(folder)?.flatten() {
        if entry.file_name() != view.name.as_str() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
