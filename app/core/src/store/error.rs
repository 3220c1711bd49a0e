//! Errors of the store, and the refusals that screens get for them. No error carries a value from a record.

use crate::reply::Refusal;
use rusqlite::ErrorCode;

/// Why a call of the store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room for another page; nothing of the transaction was kept.
    #[error("the storage is full")]
    Full,
    /// The key does not fit the file, or the file is not a store.
    #[error("the store cannot be decrypted")]
    WrongKey,
    /// A store of a later build. Opening it would lose what this build does not know.
    #[error("the store was made by a newer version ({0})")]
    Newer(i64),
    /// SQLite's extended error code.
    #[error("database error {0}")]
    Database(i32),
    /// A stored value cannot be parsed; the text says which, never its content.
    #[error("stored data does not read: {0}")]
    Unreadable(&'static str),
    /// A file beside the store could not be read or written.
    #[error("file: {0}")]
    File(std::io::ErrorKind),
}

/// Result of a call of the store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error() {
            Some(e) if e.code == ErrorCode::DiskFull => Self::Full,
            Some(e) if e.code == ErrorCode::NotADatabase => Self::WrongKey,
            Some(e) => Self::Database(e.extended_code),
            // A wrong type or number of columns: a bug or a damaged value. Its text could quote the value.
            None => Self::Unreadable("a column has another type than expected"),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::Full,
            kind => Self::File(kind),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(_: serde_json::Error) -> Self {
        // serde's message could quote the value.
        Self::Unreadable("a stored document is not the JSON it should be")
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::StorageFull,
            other => Self::Store { detail: other.to_string() },
        }
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}
