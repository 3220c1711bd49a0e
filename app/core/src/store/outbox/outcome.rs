//! What the server, or a supervisor, said of operations, and when server rows include them.

use super::entry::Entry;
use crate::store::{error::Result, tx::Tx};
use rusqlite::{Connection, OptionalExtension};
use shared::{OpOutcome, Outcome, RowId, ids::OpId, op::Rejection};
use uuid::Uuid;

/// Stores the outcome of an operation. An operation that this device does not know is skipped.
///
/// # Errors
/// When the store cannot be read or written.
pub fn set_outcome(tx: &mut Tx<'_>, received: &OpOutcome) -> Result<()> {
    let incarnation = tx.incarnation()?;
    let known: Option<(u64, [u8; 16])> = tx
        .prepare_cached("SELECT no, row FROM op WHERE id = ?1 OR (?2 AND incarnation = ?3 AND wire_no = ?4)")?
        .query_row((received.op_id.as_bytes(), received.op_id.is_nil(), incarnation.0, received.op_no.0), |r| {
            Ok((r.get(0)?, r.get(1)?))
        })
        .optional()?;
    let Some((no, row)) = known else { return Ok(()) };
    let json = received.outcome.needs_attention().then(|| serde_json::to_string(&received.outcome)).transpose()?;
    // The same outcome received twice stays put aside.
    tx.prepare_cached("UPDATE op SET seen = CASE WHEN outcome IS ?2 THEN seen ELSE 0 END, outcome = ?2 WHERE no = ?1")?
        .execute((no, json))?;
    tx.ops_changed(RowId(Uuid::from_bytes(row)));
    Ok(())
}

/// A pull that began when `through` was acknowledged has ended: server rows now include these operations, which are no
/// longer replayed.
///
/// # Errors
/// When the store cannot be read or written.
pub fn settle(tx: &mut Tx<'_>, through: u64) -> Result<()> {
    // A record whose two sides are the same needs no replay.
    let rows: Vec<[u8; 16]> = {
        let mut statement = tx.prepare_cached(
            "SELECT DISTINCT op.row FROM op LEFT JOIN record ON record.id = op.row
             WHERE settled = 0 AND acked = 1 AND no <= ?1 AND (record.id IS NULL OR record.server_row IS NOT NULL)",
        )?;
        statement.query_map([through], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    tx.prepare_cached("UPDATE op SET settled = 1 WHERE settled = 0 AND acked = 1 AND no <= ?1")?.execute([through])?;
    for row in rows {
        tx.ops_changed(RowId(Uuid::from_bytes(row)));
    }
    Ok(())
}

/// Operations that an older server could not evaluate, with their local numbers: at most `limit`, beginning after local
/// number `after`, then from the start. A pull asks for their late outcomes.
///
/// # Errors
/// When the store cannot be read.
pub fn awaiting_late_outcome(conn: &Connection, after: u64, limit: usize) -> Result<Vec<(u64, OpId)>> {
    let rejected = serde_json::to_string(&Outcome::Rejected(Rejection::NeedsNewerServer))?;
    let mut statement = conn.prepare_cached(
        "SELECT no, id FROM op WHERE outcome IS NOT NULL AND outcome = ?1 AND acked = 1 ORDER BY no <= ?2, no LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found =
        statement.query_map((rejected, after, limit), |r| Ok((r.get(0)?, OpId(Uuid::from_bytes(r.get(1)?)))))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// How many outcomes need attention.
///
/// # Errors
/// When the store cannot be read.
pub fn attention_count(conn: &Connection) -> Result<u32> {
    Ok(conn
        .prepare_cached("SELECT count(*) FROM op WHERE outcome IS NOT NULL AND seen = 0")?
        .query_row([], |r| r.get(0))?)
}

/// A supervisor has decided about an operation of this device: it needs attention once more, and is in force or not.
///
/// # Errors
/// When the store cannot be written.
pub fn mark_decided(tx: &mut Tx<'_>, op: OpId) -> Result<()> {
    let row: Option<[u8; 16]> = tx
        .prepare_cached("UPDATE op SET seen = 0 WHERE id = ?1 AND outcome IS NOT NULL RETURNING row")?
        .query_row([op.as_bytes()], |r| r.get(0))
        .optional()?;
    if let Some(row) = row {
        tx.ops_changed(RowId(Uuid::from_bytes(row)));
    }
    Ok(())
}

/// Puts an outcome aside; the operation stays in the outbox.
///
/// # Errors
/// When the store cannot be written.
pub fn set_seen(tx: &mut Tx<'_>, entry: &Entry) -> Result<()> {
    tx.prepare_cached("UPDATE op SET seen = 1 WHERE no = ?1")?.execute([entry.no])?;
    tx.ops_changed(entry.row);
    Ok(())
}
