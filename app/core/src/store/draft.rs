//! Drafts: forms as typed, kept until they are saved or dropped.

use super::{
    error::{Result, StoreError},
    tx::Tx,
};
use rusqlite::{Connection, OptionalExtension};
use shared::Moment;

/// Stores the text of a draft.
///
/// # Errors
/// When the store cannot be written.
pub fn save(tx: &mut Tx<'_>, key: &str, json: &str) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO draft (key, json, updated) VALUES (?1, ?2, ?3)
         ON CONFLICT (key) DO UPDATE SET json = ?2, updated = ?3",
    )?
    .execute((key, json, tx.now().to_string()))?;
    Ok(())
}

/// The text of a draft; `None` for one of photos alone, and for an unknown key.
///
/// # Errors
/// When the store cannot be read.
pub fn load(conn: &Connection, key: &str) -> Result<Option<String>> {
    Ok(conn.prepare_cached("SELECT json FROM draft WHERE key = ?1")?.query_row([key], |r| r.get(0)).optional()?)
}

/// Removes the text of a draft; its photos are removed by [`super::photo::remove_draft`].
///
/// # Errors
/// When the store cannot be written.
pub fn remove(tx: &mut Tx<'_>, key: &str) -> Result<()> {
    tx.prepare_cached("DELETE FROM draft WHERE key = ?1")?.execute([key])?;
    Ok(())
}

/// Keys and when each draft last changed, newest first; photos alone make a draft too.
///
/// # Errors
/// When the store cannot be read.
pub fn list(conn: &Connection) -> Result<Vec<(String, Moment)>> {
    let mut statement = conn.prepare_cached(
        "SELECT key, max(updated) FROM (
           SELECT key, updated FROM draft UNION ALL SELECT draft, taken FROM photo WHERE draft IS NOT NULL)
         GROUP BY key ORDER BY 2 DESC",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(r) = rows.next()? {
        let updated: String = r.get(1)?;
        found.push((r.get(0)?, updated.parse().map_err(|_| StoreError::Unreadable("a draft's moment"))?));
    }
    Ok(found)
}
