//! What can go wrong with a store, and how a screen hears of it. Nothing here carries a value from a record.

use crate::Refusal;
use rusqlite::ErrorCode;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room for another page: nothing of the transaction was kept.
    #[error("the storage is full")]
    Full,
    /// The key does not fit the file, or it is no store at all.
    #[error("the store cannot be decrypted")]
    WrongKey,
    /// A store of a later build: going on would lose what this build does not know.
    #[error("the store was made by a newer version ({0})")]
    Newer(i64),
    /// SQLite's own code; the text around it may name tables, never values.
    #[error("database error {0}")]
    Database(i32),
    /// Something stored does not read back.
    #[error("stored data does not read: {0}")]
    Unreadable(&'static str),
    #[error("file: {0}")]
    File(std::io::ErrorKind),
}

pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error() {
            Some(e) if e.code == ErrorCode::DiskFull => Self::Full,
            Some(e) if e.code == ErrorCode::NotADatabase => Self::WrongKey,
            Some(e) => Self::Database(e.extended_code),
            // Conversions and counts of columns: a programming error or a damaged value, never shown with its value.
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
        // serde's message would quote the value.
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
