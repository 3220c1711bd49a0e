//! Opening an encrypted file with its key.

use super::{error::Result, key::StoreKey};
use rusqlite::Connection;
use std::path::Path;

/// How SQLCipher authenticates each page. Processors of phones have instructions for SHA-256 and hardly any for
/// SHA-512, which took a third of the time of applying a page of a pull.
#[derive(Clone, Copy)]
pub(super) enum Hmac {
    Sha256,
    /// SQLCipher's default, used by earlier builds.
    Sha512,
}

/// Opens or creates the file at `path`; `None` opens a database in memory.
///
/// # Errors
/// `WrongKey` when the file is not a store under this key and HMAC.
pub(super) fn connect(path: Option<&Path>, key: &StoreKey, hmac: Hmac) -> Result<Connection> {
    let conn = match path {
        Some(path) => Connection::open(path)?,
        None => Connection::open_in_memory()?,
    };
    // A raw key: 32 random bytes need no derivation, so the store opens at once.
    conn.execute_batch(&format!("PRAGMA key = \"x'{}'\"", shared::chain::hex(&key.0)))?;
    if matches!(hmac, Hmac::Sha256) {
        conn.execute_batch("PRAGMA cipher_hmac_algorithm = HMAC_SHA256")?;
    }
    // The first read of the file tells whether the key fits.
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(conn)
}
