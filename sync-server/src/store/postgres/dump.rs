//! Backups by PostgreSQL's own programs, which know every version of it. They read the password from the environment.

use super::{pool::holds_store, url::DatabaseUrl};
use crate::store::error::{StoreError, Stored};
use std::{
    ffi::OsStr,
    io::Read,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::process::Command;

/// The first bytes of what `pg_dump` writes in its custom format.
const MAGIC: &[u8; 5] = b"PGDMP";

/// Copies the database, as of one moment, into a new file while servers run.
pub async fn dump(url: &DatabaseUrl, to: &Path) -> Stored<()> {
    let partial = to.with_extension("partial");
    let file = [OsStr::new("--format=custom"), OsStr::new("--no-owner"), OsStr::new("--file"), partial.as_os_str()];
    run("pg_dump", url, &file).await?;
    let io = |e: std::io::Error| StoreError::Backend(e.to_string());
    std::fs::File::open(&partial).and_then(|f| f.sync_all()).map_err(io)?;
    std::fs::rename(&partial, to).map_err(io)
}

/// Fills an empty database from such a file, all or nothing.
///
/// # Errors
/// [`StoreError::Backend`] where the database holds a store already or cannot be reached, and where `pg_restore` is
/// missing or fails.
pub async fn restore(url: &DatabaseUrl, from: &Path) -> Stored<()> {
    if holds_store(url).await? {
        return Err(StoreError::Backend(
            "this database holds a store already, and a restore overwrites none: make an empty database with createdb \
             and restore into that"
                .into(),
        ));
    }
    let options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"].map(OsStr::new);
    run("pg_restore", url, &[&options[..], &[from.as_os_str()]].concat()).await
}

/// True for a file that `pg_dump` wrote in its custom format.
pub fn is_dump(path: &Path) -> bool {
    let mut head = [0; MAGIC.len()];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == *MAGIC
}

async fn run(program: &str, url: &DatabaseUrl, options: &[&OsStr]) -> Stored<()> {
    let Some(path) = find(program) else {
        return Err(StoreError::Backend(format!(
            "{program} is not on this machine: install postgresql-client, of the database's version or a newer one"
        )));
    };
    let mut command = Command::new(path);
    command.arg("--dbname").arg(url.without_password()).args(options);
    // In English, like the rest of the log.
    command.env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    if url.leaves_the_machine() {
        command.env("PGSSLMODE", "require");
    }
    if let Some(password) = url.password() {
        command.env("PGPASSWORD", String::from_utf8_lossy(password).as_ref());
    }
    let io = |e: std::io::Error| StoreError::Backend(format!("{program}: {e}"));
    let output = command.output().await.map_err(io)?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    // The last line says what failed; lines before it may quote statements.
    let why = stderr.lines().find(|l| l.contains("error")).or_else(|| stderr.lines().last()).unwrap_or_default();
    Err(StoreError::Backend(format!("{program} failed: {why}")))
}

/// Finds a program of PostgreSQL's on the path, else the newest version in Debian's folder for them.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
    on_path.or_else(|| {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
        let number = |folder: &PathBuf| folder.file_name().and_then(|n| n.to_str()?.parse::<u32>().ok());
        let file = |folder: PathBuf| Some((number(&folder)?, folder.join("bin").join(program)));
        let files = versions.filter_map(|v| file(v.path())).filter(|(_, file)| file.is_file());
        files.max_by_key(|(version, _)| *version).map(|(_, file)| file)
    })
}
