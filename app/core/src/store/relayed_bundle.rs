//! Colleagues' bundles on their way: kept until the server has acknowledged them, shown with what it said.

use super::{Result, StoreError, Tx};
use rusqlite::{Connection, OptionalExtension};
use shared::{
    Moment,
    chain::sha256_hex,
    wire::{BundleVerdict, ErrorCode, bundle::Header},
};

/// A file without its bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    pub id: i64,
    /// When its author made it.
    pub created_ms: i64,
    pub ops: u32,
    pub size: u64,
    pub added: Moment,
    /// `None` while it waits.
    pub verdict: Option<BundleVerdict>,
    /// The server would not even look at it.
    pub error: Option<ErrorCode>,
}

/// Keeps a file; the same one again is the same, and one that was refused waits anew. Gives its id.
pub fn add(tx: &mut Tx<'_>, header: &Header, bytes: &[u8]) -> Result<i64> {
    Ok(tx
        .prepare_cached(
            "INSERT INTO carried (sha256, created, ops, size, added, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
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

/// Every file, the newest first.
pub fn list(conn: &Connection) -> Result<Vec<Carried>> {
    let mut statement =
        conn.prepare_cached("SELECT id, created, ops, size, added, verdict, error FROM carried ORDER BY id DESC")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(r) = rows.next()? {
        found.push(Carried {
            id: r.get(0)?,
            created_ms: r.get(1)?,
            ops: r.get(2)?,
            size: r.get(3)?,
            added: r.get::<_, String>(4)?.parse().map_err(|_| StoreError::Unreadable("a carried file's moment"))?,
            verdict: r.get::<_, Option<String>>(5)?.map(|w| BundleVerdict::from(w.as_str())),
            error: r.get::<_, Option<String>>(6)?.map(|w| ErrorCode::from(w.as_str())),
        });
    }
    Ok(found)
}

/// Files that wait, with their tries: the least tried first, then the oldest.
pub fn waiting(conn: &Connection) -> Result<Vec<(i64, u32)>> {
    let mut statement = conn
        .prepare_cached("SELECT id, tries FROM carried WHERE verdict IS NULL AND error IS NULL ORDER BY tries, id")?;
    let found = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

pub fn bytes(conn: &Connection, id: i64) -> Result<Option<Vec<u8>>> {
    Ok(conn
        .prepare_cached("SELECT bytes FROM carried WHERE id = ?1")?
        .query_row([id], |r| r.get(0))
        .optional()?
        .flatten())
}

/// The server has said what became of it. Acknowledged, its bytes leave this phone.
pub fn set_verdict(tx: &mut Tx<'_>, id: i64, verdict: &BundleVerdict) -> Result<()> {
    tx.prepare_cached(
        "UPDATE carried SET verdict = ?2, error = NULL, bytes = CASE WHEN ?3 THEN NULL ELSE bytes END WHERE id = ?1",
    )?
    .execute((id, verdict.word(), verdict.is_delivered()))?;
    // 20 delivered ones are shown at most: they only say that it went well.
    tx.execute(
        "DELETE FROM carried WHERE bytes IS NULL AND id NOT IN
           (SELECT id FROM carried WHERE bytes IS NULL ORDER BY id DESC LIMIT 20)",
        [],
    )?;
    Ok(())
}

/// The server would not look at it, now or ever.
pub fn set_error(tx: &mut Tx<'_>, id: i64, error: &ErrorCode) -> Result<()> {
    tx.prepare_cached("UPDATE carried SET error = ?2 WHERE id = ?1")?.execute((id, error.word()))?;
    Ok(())
}

/// It did not get through this time.
pub fn tried(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.prepare_cached("UPDATE carried SET tries = tries + 1 WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// False when there is no such file.
pub fn remove(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    Ok(tx.prepare_cached("DELETE FROM carried WHERE id = ?1")?.execute([id])? > 0)
}
