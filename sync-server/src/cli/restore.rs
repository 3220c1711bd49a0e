//! `sync-server restore`: replaces the store by a backup. The old store stays beside it under another name. Devices see
//! the new epoch and send again what they sent since the backup. A database is not replaced: its backup goes into
//! another, empty database.

use super::{args::Restore, failure::Failure};
use crate::{
    core::{Settings, SystemEnv},
    data::{DataDir, DataError},
    store::postgres::{self, DatabaseUrl},
    text::{Lang, tr_with},
};
use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The first bytes of every SQLite database.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Runs the command.
///
/// # Errors
/// Refused: a file that is no backup. Unusable: a running server, a folder that cannot be written, a backup that cannot
/// be opened (the old store is then back in its place), a database that holds a store already.
pub async fn run(options: Restore, lang: Lang) -> Result<String, Failure> {
    if let Some(url) = options.data.database() {
        return into_database(url, &options, lang).await;
    }
    let failed = |error: DataError| Failure::of_data(&error, lang);
    if !is_store(&options.from) {
        return Err(not_a_backup(&options, lang));
    }
    let data = DataDir::new(&options.data.data).map_err(failed)?;
    let _lock = data.lock().map_err(|error| match error {
        DataError::InUse => Failure::unusable(lang, "cli-stop-first", &[]),
        other => failed(other),
    })?;
    let folder_failed = |e: io::Error| failed(DataError::Folder(data.folder().to_owned(), e));
    // Copied in full before anything is moved: on a full disk the old store stays in its place.
    let incoming = with_suffix(&data.store(), ".arriving");
    fs::copy(&options.from, &incoming).and_then(|_| fs::File::open(&incoming)?.sync_all()).map_err(folder_failed)?;
    let aside = put_aside(&data.store()).map_err(folder_failed)?;
    fs::rename(&incoming, data.store()).map_err(folder_failed)?;
    let opened = match data.open(Arc::new(SystemEnv), Settings::default()).await {
        Ok(core) => core.new_epoch().await.map(drop).map_err(DataError::from),
        Err(error) => Err(error),
    };
    if let Err(error) = opened {
        // Put the old store back rather than leave one that cannot be opened.
        if let Some(aside) = &aside {
            bring_back(aside, &data.store()).map_err(folder_failed)?;
        }
        return Err(failed(error));
    }
    let aside = aside.map_or_else(|| "-".to_owned(), |path| path.display().to_string());
    Ok(tr_with(lang, "cli-restore-done", &[("aside", aside.into())]))
}

async fn into_database(url: &DatabaseUrl, options: &Restore, lang: Lang) -> Result<String, Failure> {
    let failed = |error: DataError| Failure::of_data(&error, lang);
    if !postgres::is_dump(&options.from) {
        return Err(not_a_backup(options, lang));
    }
    postgres::restore(url, &options.from).await.map_err(|e| failed(e.into()))?;
    let data = DataDir::new(&options.data.data).map_err(failed)?.with_database(Some(url.clone()));
    let core = data.open(Arc::new(SystemEnv), Settings::default()).await.map_err(failed)?;
    core.new_epoch().await.map_err(|e| failed(e.into()))?;
    Ok(tr_with(lang, "cli-restore-done-database", &[("database", url.to_string().into())]))
}

fn not_a_backup(options: &Restore, lang: Lang) -> Failure {
    Failure::refused(lang, "cli-not-a-backup", &[("file", options.from.display().to_string().into())])
}

fn is_store(path: &Path) -> bool {
    let mut head = [0; 16];
    fs::File::open(path).and_then(|mut file| io::Read::read_exact(&mut file, &mut head)).is_ok() && head == *MAGIC
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Suffixes of the files of a database: without its log a database is incomplete.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

fn put_aside(store: &Path) -> io::Result<Option<PathBuf>> {
    if !store.exists() {
        return Ok(None);
    }
    let stamp = chrono::Utc::now().format("%Y%m%dT%H%M%S%3fZ");
    let aside = with_suffix(store, &format!(".before-restore-{stamp}"));
    move_parts(store, &aside)?;
    Ok(Some(aside))
}

fn bring_back(aside: &Path, store: &Path) -> io::Result<()> {
    for part in PARTS {
        let _ = fs::remove_file(with_suffix(store, part));
    }
    move_parts(aside, store)
}

fn move_parts(from: &Path, to: &Path) -> io::Result<()> {
    for part in PARTS {
        let from = with_suffix(from, part);
        if from.exists() {
            fs::rename(from, with_suffix(to, part))?;
        }
    }
    Ok(())
}
