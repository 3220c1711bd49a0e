//! Checks on the sources of the workspace that neither the compiler nor clippy makes.
//!
//! - [`cycles`]: the modules of a crate do not depend on each other in a circle.
//! - [`columns`]: no comment is longer than a line of the code may be.
//!
//! The checks read tokens and compile nothing, so they take a second for the whole workspace. `make lint` runs them
//! through `main.rs`; `tests/workspace.rs` runs them with the tests.

pub mod columns;
pub mod cycles;
pub mod resolve;
pub mod source;
pub mod tokens;
mod uses;

use std::{
    io,
    path::{Path, PathBuf},
};

/// Source folders of the workspace's crates, relative to its root.
pub const SOURCE_FOLDERS: [&str; 7] = [
    "shared/src",
    "shared/presentation/src",
    "app/core/src",
    "app/src",
    "sync-server/src",
    "tests/src",
    "scripts/structure/src",
];

/// The root of the workspace, from the place of this crate.
pub fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every `.rs` file below `folder`, sorted, without build output.
///
/// # Errors
///
/// When a folder cannot be read.
pub fn rust_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !name.starts_with("target") && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
