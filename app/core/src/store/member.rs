//! Scopes: which rows came with which scope, how far each scope was pulled, and which rows may have to be evicted.

use super::{error::Result, tx::Tx};
use rusqlite::{Connection, OptionalExtension};
use shared::{
    RowId,
    digest::{Buckets, Digest, bucket_of},
    ids::{Rev, Seq},
    wire::Scope,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// How far each scope was pulled.
///
/// # Errors
/// When the store cannot be read.
pub fn cursors(conn: &Connection) -> Result<BTreeMap<Scope, Seq>> {
    let mut statement = conn.prepare_cached("SELECT scope, seq FROM cursor")?;
    let mut rows = statement.query([])?;
    let mut cursors = BTreeMap::new();
    while let Some(r) = rows.next()? {
        // A scope that this build cannot parse is pulled from the start by a build that can.
        if let Ok(scope) = r.get::<_, String>(0)?.parse() {
            cursors.insert(scope, Seq(r.get(1)?));
        }
    }
    Ok(cursors)
}

/// Notes how far a scope was pulled.
///
/// # Errors
/// When the store cannot be written.
pub fn set_cursor(tx: &mut Tx<'_>, scope: &Scope, seq: Seq) -> Result<()> {
    tx.prepare_cached("INSERT INTO cursor VALUES (?1, ?2) ON CONFLICT (scope) DO UPDATE SET seq = ?2")?
        .execute((scope.to_string(), seq.0))?;
    Ok(())
}

/// Forgets all cursors: the next pull starts over. Rows and members stay until pages with `reset` replace them.
///
/// # Errors
/// When the store cannot be written.
pub fn clear_cursors(tx: &mut Tx<'_>) -> Result<()> {
    tx.execute("DELETE FROM cursor", [])?;
    Ok(())
}

/// The number of a scope in this store, by which members refer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeNo(i64);

/// The number of a scope, assigned with its first row.
///
/// # Errors
/// When the store cannot be read or written.
pub fn number(tx: &mut Tx<'_>, scope: &Scope) -> Result<ScopeNo> {
    if let Some(known) = known(tx, scope)? {
        return Ok(known);
    }
    tx.prepare_cached("INSERT INTO scope (name) VALUES (?1)")?.execute([scope.to_string()])?;
    Ok(ScopeNo(tx.last_insert_rowid()))
}

fn known(conn: &Connection, scope: &Scope) -> Result<Option<ScopeNo>> {
    let mut statement = conn.prepare_cached("SELECT no FROM scope WHERE name = ?1")?;
    Ok(statement.query_row([scope.to_string()], |r| r.get(0).map(ScopeNo)).optional()?)
}

/// Adds a row to a scope.
///
/// # Errors
/// When the store cannot be written.
pub fn add(tx: &mut Tx<'_>, scope: ScopeNo, row: RowId) -> Result<()> {
    tx.prepare_cached("INSERT OR IGNORE INTO member VALUES (?1, ?2)")?.execute((scope.0, row.as_bytes()))?;
    Ok(())
}

/// Removes a row from a scope; a later [`sweep`](super::eviction::sweep) evicts it if it is in no other.
///
/// # Errors
/// When the store cannot be written.
pub fn remove(tx: &mut Tx<'_>, scope: &Scope, row: RowId) -> Result<()> {
    if let Some(ScopeNo(no)) = known(tx, scope)? {
        tx.prepare_cached("DELETE FROM member WHERE scope = ?1 AND row = ?2")?.execute((no, row.as_bytes()))?;
    }
    mark_for_eviction(tx, row)
}

/// Removes all rows from a scope (a reset): those that do not come back are evicted at the next sweep.
///
/// # Errors
/// When the store cannot be written.
pub fn forget(tx: &mut Tx<'_>, scope: &Scope) -> Result<()> {
    let Some(ScopeNo(no)) = known(tx, scope)? else { return Ok(()) };
    tx.execute("INSERT OR IGNORE INTO pending_eviction SELECT row FROM member WHERE scope = ?1", [no])?;
    tx.execute("DELETE FROM member WHERE scope = ?1", [no])?;
    Ok(())
}

/// Forgets a scope that this device may no longer hold.
///
/// # Errors
/// When the store cannot be written.
pub fn drop_scope(tx: &mut Tx<'_>, scope: &Scope) -> Result<()> {
    forget(tx, scope)?;
    tx.execute("DELETE FROM cursor WHERE scope = ?1", [scope.to_string()])?;
    Ok(())
}

/// Notes that a row may be in no scope any more.
pub(super) fn mark_for_eviction(tx: &mut Tx<'_>, row: RowId) -> Result<()> {
    tx.prepare_cached("INSERT OR IGNORE INTO pending_eviction VALUES (?1)")?.execute([row.as_bytes()])?;
    Ok(())
}

/// Count and checksum of the rows of a scope as this device holds them.
///
/// # Errors
/// When the store cannot be read.
pub fn digest(conn: &Connection, scope: &Scope) -> Result<Digest> {
    let mut digest = Digest::default();
    each(conn, scope, |row, rev| digest.add(row, rev))?;
    Ok(digest)
}

/// The checksums of a scope's buckets as this device holds them.
///
/// # Errors
/// When the store cannot be read.
pub fn buckets(conn: &Connection, scope: &Scope) -> Result<Buckets> {
    let mut buckets = Buckets::default();
    each(conn, scope, |row, rev| buckets.add(row, rev))?;
    Ok(buckets)
}

fn each(conn: &Connection, scope: &Scope, mut each: impl FnMut(RowId, Rev)) -> Result<()> {
    let Some(ScopeNo(no)) = known(conn, scope)? else { return Ok(()) };
    let mut statement =
        conn.prepare_cached("SELECT m.row, r.rev FROM member m JOIN record r ON r.id = m.row WHERE m.scope = ?1")?;
    let mut rows = statement.query([no])?;
    while let Some(r) = rows.next()? {
        each(RowId(Uuid::from_bytes(r.get(0)?)), Rev(r.get(1)?));
    }
    Ok(())
}

/// The rows of a scope, bucket by bucket.
///
/// # Errors
/// When the store cannot be read.
pub fn by_bucket(conn: &Connection, scope: &Scope) -> Result<HashMap<u8, Vec<RowId>>> {
    let mut buckets: HashMap<u8, Vec<RowId>> = HashMap::new();
    let Some(ScopeNo(no)) = known(conn, scope)? else { return Ok(buckets) };
    let mut statement = conn.prepare_cached("SELECT row FROM member WHERE scope = ?1")?;
    let mut rows = statement.query([no])?;
    while let Some(r) = rows.next()? {
        let row = RowId(Uuid::from_bytes(r.get(0)?));
        buckets.entry(bucket_of(row)).or_default().push(row);
    }
    Ok(buckets)
}
