//! Copies of a device's folder, and the torn log of a kill.

use std::path::Path;

/// Appends bytes that are no whole frame to the log: the last write before a kill reached the disk in part.
///
/// # Errors
/// When the log cannot be written.
pub fn tear_log(files: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write;
    let mut log = std::fs::OpenOptions::new().append(true).create(true).open(files.join("store.db-wal"))?;
    Ok(log.write_all(bytes)?)
}

/// Copies databases and their logs. SQLite creates the shared memory file again; a copy of it would be inconsistent.
///
/// # Errors
/// When a file cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_folder(&from, &to)?;
        } else if !entry.file_name().to_string_lossy().ends_with("-shm") {
            std::fs::copy(from, to)?;
        }
    }
    Ok(())
}
