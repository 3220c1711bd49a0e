//! SQLite's errors as those of the store.

use crate::store::error::StoreError;
use rusqlite::ErrorCode;

pub fn failed(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        _ => StoreError::Backend(error.to_string()),
    }
}
