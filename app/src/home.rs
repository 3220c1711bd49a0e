//! The folder that holds the store: `LIANXIN_HOME` where it is set (tests, demos), else where the platform keeps an
//! app's data.

use std::path::{Path, PathBuf};

const NAME: &str = "lianxin";

/// The folder of the store on this machine. It is not created.
pub fn home() -> PathBuf {
    folder(
        std::env::consts::OS,
        |name| std::env::var(name).ok().filter(|value| !value.is_empty()),
        package().as_deref(),
    )
}

/// The name of this app's package on Android, where it is the name of the process.
pub(crate) fn package() -> Option<String> {
    let line = std::fs::read("/proc/self/cmdline").ok()?;
    let name = line.split(|byte| *byte == 0).next()?;
    String::from_utf8(name.to_vec()).ok()
}

fn folder(os: &str, var: impl Fn(&str) -> Option<String>, package: Option<&str>) -> PathBuf {
    if let Some(home) = var("LIANXIN_HOME") {
        return home.into();
    }
    let user = var("HOME").unwrap_or_else(|| ".".to_owned());
    let user = Path::new(&user);
    match os {
        "android" => Path::new("/data/user/0").join(package.unwrap_or(NAME)).join("files"),
        "ios" | "macos" => user.join("Library/Application Support").join(NAME),
        "windows" => var("LOCALAPPDATA").map_or_else(|| user.join(NAME), |data| Path::new(&data).join(NAME)),
        _ => var("XDG_DATA_HOME").map_or_else(|| user.join(".local/share"), PathBuf::from).join(NAME),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(os: &str, vars: &[(&str, &str)]) -> PathBuf {
        let find = |name: &str| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        folder(os, find, Some("cn.example.app"))
    }

    #[test]
    fn an_explicit_folder_wins_on_every_platform() {
        for os in ["linux", "android", "ios", "macos", "windows"] {
            assert_eq!(on(os, &[("LIANXIN_HOME", "/tmp/a"), ("HOME", "/home/u")]), Path::new("/tmp/a"));
        }
    }

    #[test]
    fn each_platform_keeps_the_store_where_only_this_app_looks() {
        assert_eq!(on("linux", &[("HOME", "/home/u")]), Path::new("/home/u/.local/share/lianxin"));
        assert_eq!(on("linux", &[("HOME", "/home/u"), ("XDG_DATA_HOME", "/d")]), Path::new("/d/lianxin"));
        assert_eq!(on("android", &[]), Path::new("/data/user/0/cn.example.app/files"));
        assert_eq!(on("ios", &[("HOME", "/var/x")]), Path::new("/var/x/Library/Application Support/lianxin"));
    }
}
