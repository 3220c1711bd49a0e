//! Where the pictures of the screens go: a folder that is emptied first, so that nothing old passes for new.

use anyhow::Context;
use std::path::{Path, PathBuf};

pub struct Gallery {
    folder: PathBuf,
    count: usize,
}

impl Gallery {
    /// `screens` in the folder that everything is built into.
    pub fn standard() -> anyhow::Result<Self> {
        // The program lies in <target>/debug or <target>/debug/deps.
        let program = std::env::current_exe()?;
        let target = program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => target.context("this program does not lie in a target folder; set CARGO_TARGET_DIR")?.to_owned(),
        };
        Self::empty(target.join("screens"))
    }

    /// An empty gallery in `folder`; pictures that were there are taken down.
    pub fn empty(folder: PathBuf) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        for entry in std::fs::read_dir(&folder)?.flatten() {
            if entry.path().extension().is_some_and(|ending| ending == "png") {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(Self { folder, count: 0 })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn hang(&mut self, name: &str, png: &[u8]) -> anyhow::Result<()> {
        let path = self.folder.join(format!("{name}.png"));
        std::fs::write(&path, png).with_context(|| path.display().to_string())?;
        self.count += 1;
        println!("{}", path.display());
        Ok(())
    }

    pub fn count(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::Folder;

    #[test]
    fn a_gallery_shows_only_the_pictures_of_this_time() {
        let folder = Folder::temporary("gallery").unwrap();
        std::fs::write(folder.join("old.png"), b"old").unwrap();
        std::fs::write(folder.join("notes.txt"), b"stays").unwrap();
        let mut gallery = Gallery::empty(folder.path().to_owned()).unwrap();
        gallery.hang("01-welcome.zh", b"new").unwrap();
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(
            (names.as_slice(), gallery.count()),
            (["01-welcome.zh.png".into(), "notes.txt".into()].as_slice(), 1)
        );
    }
}
