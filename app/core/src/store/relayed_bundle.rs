//! Colleagues' bundles that this device hands to the server: kept until the server has acknowledged them, and listed
//! with its verdict.

use super::{
    error::{Result, StoreError},
    tx::Tx,
};
use rusqlite::{Connection, OptionalExtension};
use shared::{
    Moment,
    chain::sha256_hex,
    wire::{BundleVerdict, ErrorCode, bundle::Header},
};

/// A bundle without its bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct RelayedBundle {
    pub id: i64,
    /// When its author created it, UTC ms.
    pub created_ms: i64,
    pub ops: u32,
    pub size: u64,
    pub added: Moment,
    /// `None` while it waits.
    pub verdict: Option<BundleVerdict>,
    /// The request itself was refused.
    pub error: Option<ErrorCode>,
}

/// Stores a bundle and returns its id. The same bytes added again keep their id, and wait again if they were refused.
///
/// # Errors
/// When the store cannot be written.
pub fn add(tx: &mut Tx<'_>, header: &Header, bytes: &[u8]) -> Result<i64> {
    Ok(tx
        .prepare_cached(
            "INSERT INTO relayed_bundle (sha256, created, ops, size, added, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (sha256) DO UPDATE SET bytes = excluded.bytes, verdict = NULL, error = NULL, tries = 0
             RETURNING id",
        )?
        .query_row(
            (
                sha256_hex(bytes),
                header.created_ms,
                header.ops,
                u64::try_from(bytes.len()).unwrap_or(u64::MAX),
                tx.now().to_string(),
                bytes,
            ),
            |r| r.get(0),
        )?)
}

/// All bundles, the newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn list(conn: &Connection) -> Result<Vec<RelayedBundle>> {
    let mut statement = conn
        .prepare_cached("SELECT id, created, ops, size, added, verdict, error FROM relayed_bundle ORDER BY id DESC")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(r) = rows.next()? {
        found.push(RelayedBundle {
            id: r.get(0)?,
            created_ms: r.get(1)?,
            ops: r.get(2)?,
            size: r.get(3)?,
            added: r.get::<_, String>(4)?.parse().map_err(|_| StoreError::Unreadable("a bundle's moment"))?,
            verdict: r.get::<_, Option<String>>(5)?.map(|w| BundleVerdict::from(w.as_str())),
            error: r.get::<_, Option<String>>(6)?.map(|w| ErrorCode::from(w.as_str())),
        });
    }
    Ok(found)
}

/// Waiting bundles with their tries: the least tried first, then the oldest.
///
/// # Errors
/// When the store cannot be read.
pub fn waiting(conn: &Connection) -> Result<Vec<(i64, u32)>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, tries FROM relayed_bundle WHERE verdict IS NULL AND error IS NULL ORDER BY tries, id",
    )?;
    let found = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The bytes of a bundle; `None` once the server has acknowledged it.
///
/// # Errors
/// When the store cannot be read.
pub fn bytes(conn: &Connection, id: i64) -> Result<Option<Vec<u8>>> {
    Ok(conn
        .prepare_cached("SELECT bytes FROM relayed_bundle WHERE id = ?1")?
        .query_row([id], |r| r.get(0))
        .optional()?
        .flatten())
}

/// Stores the server's verdict. Once acknowledged, the bytes are removed from this device.
///
/// # Errors
/// When the store cannot be written.
pub fn set_verdict(tx: &mut Tx<'_>, id: i64, verdict: &BundleVerdict) -> Result<()> {
    tx.prepare_cached(
        "UPDATE relayed_bundle SET verdict = ?2, error = NULL, bytes = CASE WHEN ?3 THEN NULL ELSE bytes END WHERE id = ?1",
    )?
    .execute((id, verdict.word(), verdict.is_delivered()))?;
    // 20: delivered bundles are listed only to confirm that they arrived.
    tx.execute(
        "DELETE FROM relayed_bundle WHERE bytes IS NULL AND id NOT IN
           (SELECT id FROM relayed_bundle WHERE bytes IS NULL ORDER BY id DESC LIMIT 20)",
        [],
    )?;
    Ok(())
}

/// The server refused the request for good.
///
/// # Errors
/// When the store cannot be written.
pub fn set_error(tx: &mut Tx<'_>, id: i64, error: &ErrorCode) -> Result<()> {
    tx.prepare_cached("UPDATE relayed_bundle SET error = ?2 WHERE id = ?1")?.execute((id, error.word()))?;
    Ok(())
}

/// Counts a try that failed.
///
/// # Errors
/// When the store cannot be written.
pub fn tried(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.prepare_cached("UPDATE relayed_bundle SET tries = tries + 1 WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Removes a bundle; false when there is none with this id.
///
/// # Errors
/// When the store cannot be written.
pub fn remove(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    Ok(tx.prepare_cached("DELETE FROM relayed_bundle WHERE id = ?1")?.execute([id])? > 0)
}
