//! Programs that tests need, where to find them, and what to install when they are missing. A test that cannot run
//! fails: passing by skipping would hide what no longer works.

use std::path::{Path, PathBuf};

/// A program from outside.
#[derive(Clone, Copy, Debug)]
pub enum Tool {
    Xvfb,
    WebKitWebDriver,
    Chromedriver,
    Chromium,
    /// This workspace's server, built.
    SyncServer,
    /// This workspace's app, built with feature `automation`.
    App,
}

impl Tool {
    /// Environment variable that names it, then names to look for on the path, then what helps.
    fn lookup(self) -> (&'static str, &'static [&'static str], &'static str) {
        match self {
            Self::Xvfb => ("XVFB_BIN", &["Xvfb"], "scripts/setup.sh test"),
            Self::WebKitWebDriver => ("WEBKIT_WEBDRIVER_BIN", &["WebKitWebDriver"], "scripts/setup.sh test"),
            Self::Chromedriver => {
                ("CHROMEDRIVER_BIN", &["chromedriver", "chromium.chromedriver"], "scripts/setup.sh test")
            }
            Self::Chromium => {
                ("CHROME_BIN", &["chromium", "google-chrome", "google-chrome-stable"], "scripts/setup.sh test")
            }
            Self::SyncServer => ("SYNC_SERVER_BIN", &[], "cargo build -p sync-server --bin sync-server"),
            Self::App => ("LIANXIN_APP_BIN", &[], "cargo build -p app --features automation --bin lianxin"),
        }
    }

    /// Where the program is.
    ///
    /// # Errors
    /// When it is nowhere: the message says what to run.
    pub fn path(self) -> anyhow::Result<PathBuf> {
        let (variable, names, help) = self.lookup();
        if let Some(path) = std::env::var_os(variable).filter(|v| !v.is_empty()) {
            let path = PathBuf::from(path);
            anyhow::ensure!(is_program(&path), "{variable} names {}, which is not there; run: {help}", path.display());
            return Ok(path);
        }
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let on_path = std::env::split_paths(&folders).flat_map(|f| names.iter().map(move |n| f.join(n)));
        let built: &[&str] = match self {
            Self::SyncServer => &["sync-server"],
            Self::App => &["lianxin"],
            _ => &[],
        };
        // Beside the running program, or one up from a test's `deps` folder.
        let here = std::env::current_exe().ok();
        let beside =
            here.iter().flat_map(|p| p.ancestors().skip(1).take(2)).flat_map(|f| built.iter().map(move |n| f.join(n)));
        match on_path.chain(beside).find(|p| is_program(p)) {
            Some(path) => Ok(path),
            None => anyhow::bail!("{self:?} is missing ({variable} is not set either); run: {help}"),
        }
    }
}

fn is_program(path: &Path) -> bool {
    path.is_file()
}
