//! Saves exported files into the downloads folder, where people find them. The folders that an app may write without
//! asking differ by platform; they are tried in order.

use crate::home::{home, package};
use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

/// Writes a file into the downloads folder, whole or not at all, and returns its path. A file of the same name is not
/// replaced: the new one gets a number.
///
/// # Errors
/// The error of the last folder, if none of them accepts the file: it cannot be created, written or synced, or a
/// hundred files of this name exist.
pub fn save(name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let mut failed = io::Error::from(io::ErrorKind::NotFound);
    for folder in folders(std::env::consts::OS, var, package().as_deref()) {
        match put(&folder, name, bytes) {
            Ok(path) => return Ok(path),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// The folders, best first.
fn folders(os: &str, var: impl Fn(&str) -> Option<String>, package: Option<&str>) -> Vec<PathBuf> {
    // Tests and demos keep exported files beside their store.
    if let Some(home) = var("LIANXIN_HOME") {
        return vec![Path::new(&home).join("Downloads")];
    }
    let user = var("HOME").map_or_else(home, PathBuf::from);
    match os {
        // The shared folder accepts files of any app since Android 11; older versions use the app's own, visible over
        // USB.
        "android" => {
            let shared = Path::new("/storage/emulated/0");
            let own = package.map(|p| shared.join("Android/data").join(p).join("files/Download"));
            [Some(shared.join("Download")), own].into_iter().flatten().collect()
        }
        "ios" => vec![user.join("Documents")],
        _ => {
            let chosen = var("XDG_DOWNLOAD_DIR").map(PathBuf::from);
            let usual = var("USERPROFILE").map_or(user.clone(), PathBuf::from).join("Downloads");
            [chosen, Some(usual), Some(user)].into_iter().flatten().collect()
        }
    }
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let names = std::iter::once(name.to_owned()).chain((2..100).map(|n| format!("{stem} ({n}).{ending}")));
    for name in names {
        let path = folder.join(name);
        match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                let written = file.write_all(bytes).and_then(|()| file.sync_all());
                // A partial file would be taken for a whole one.
                if written.is_err() {
                    let _ = fs::remove_file(&path);
                }
                return written.map(|()| path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(os: &str, vars: &[(&str, &str)]) -> Vec<PathBuf> {
        let find = |name: &str| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        folders(os, find, Some("cn.example.app"))
    }

    #[test]
    fn each_platform_has_a_folder_that_people_find() {
        assert_eq!(on("linux", &[("HOME", "/home/u")])[0], Path::new("/home/u/Downloads"));
        let chosen = [("HOME", "/home/u"), ("XDG_DOWNLOAD_DIR", "/d")];
        assert_eq!(on("linux", &chosen)[0], Path::new("/d"));
        assert_eq!(on("windows", &[("USERPROFILE", "/u")])[0], Path::new("/u/Downloads"));
        let android = on("android", &[]);
        assert_eq!(android[0], Path::new("/storage/emulated/0/Download"));
        assert_eq!(android[1], Path::new("/storage/emulated/0/Android/data/cn.example.app/files/Download"));
        assert_eq!(on("android", &[("LIANXIN_HOME", "/t")]), [Path::new("/t/Downloads")]);
    }

    #[test]
    fn an_existing_file_is_not_replaced() {
        let folder = std::env::temp_dir().join(format!("lianxin-downloads-{}", std::process::id()));
        let first = put(&folder, "a.lxb", b"1").unwrap();
        let second = put(&folder, "a.lxb", b"2").unwrap();
        assert_eq!(second.file_name().unwrap(), "a (2).lxb");
        assert_eq!((fs::read(first).unwrap(), fs::read(second).unwrap()), (b"1".to_vec(), b"2".to_vec()));
        fs::remove_dir_all(folder).unwrap();
    }
}
