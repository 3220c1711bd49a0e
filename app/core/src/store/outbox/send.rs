//! What to send next, what the server acknowledged, and the numbers that operations are sent under.

use crate::store::{error::Result, meta, tx::Tx};
use rusqlite::Connection;
use shared::{
    Op,
    ids::{Incarnation, OpNo, RecipientId},
};
use std::collections::HashSet;
use uuid::Uuid;

/// An operation ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// Local number, for [`offered`](crate::store::undo::UndoWindow::offered).
    pub no: u64,
    pub wire_no: OpNo,
    /// Exactly as saved; the chain is computed over these bytes.
    pub json: String,
}

/// The oldest operations not acknowledged, after local number `after` and up to `through`: at most `limit_ops`, and at
/// most `limit_bytes` of JSON, but always one if there is any.
///
/// # Errors
/// When the store cannot be read.
pub fn unsent(
    conn: &Connection,
    after: u64,
    through: u64,
    limit_ops: usize,
    limit_bytes: usize,
) -> Result<Vec<Outgoing>> {
    let mut statement = conn.prepare_cached(
        "SELECT no, wire_no, json FROM op WHERE acked = 0 AND no > ?1 AND no <= ?2 ORDER BY no LIMIT ?3",
    )?;
    let through = i64::try_from(through).unwrap_or(i64::MAX);
    let mut rows = statement.query((after, through, i64::try_from(limit_ops).unwrap_or(i64::MAX)))?;
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while let Some(r) = rows.next()? {
        let out = Outgoing { no: r.get(0)?, wire_no: OpNo(r.get(1)?), json: r.get(2)? };
        bytes += out.json.len();
        if bytes > limit_bytes && !batch.is_empty() {
            break;
        }
        batch.push(out);
    }
    Ok(batch)
}

/// Notes that everything of this incarnation up to `through`, whose local number is `no`, is durable on the server.
/// Returns how many operations are newly acknowledged.
///
/// # Errors
/// When the store cannot be written.
pub fn ack_through(tx: &mut Tx<'_>, through: OpNo, no: u64) -> Result<usize> {
    let incarnation = tx.incarnation()?;
    // The inner query visits only what waits up to `no`: neither a long outbox nor a long backlog makes a push slower.
    // Within an incarnation, numbers on the wire are in the order of local numbers.
    Ok(tx
        .prepare_cached(
            "UPDATE op SET acked = 1 WHERE no IN (
               SELECT no FROM op INDEXED BY op_unsent WHERE acked = 0 AND no <= ?3
             ) AND incarnation = ?1 AND wire_no <= ?2",
        )?
        .execute((incarnation.0, through.0, no))?)
}

/// The server was restored and has less than it once acknowledged: operations after `have` wait again. Returns how
/// many.
///
/// # Errors
/// When the store cannot be written.
pub fn unack_after(tx: &mut Tx<'_>, have: OpNo) -> Result<usize> {
    let incarnation = tx.incarnation()?;
    Ok(tx
        .prepare_cached("UPDATE op SET acked = 0, settled = 0 WHERE incarnation = ?1 AND wire_no > ?2 AND acked = 1")?
        .execute((incarnation.0, have.0))?)
}

/// After a server was restored: acknowledged operations after local number `after` wait again, of whichever
/// incarnation.
///
/// # Errors
/// When the store cannot be written.
pub fn unack_behind(tx: &mut Tx<'_>, after: u64) -> Result<()> {
    tx.prepare_cached("UPDATE op SET acked = 0, settled = 0 WHERE no > ?1 AND acked = 1")?.execute([after])?;
    Ok(())
}

/// The last local number that is acknowledged; 0 for none. Taken when a pull begins, for
/// [`settle`](super::outcome::settle).
///
/// # Errors
/// When the store cannot be read.
pub fn acked_through(conn: &Connection) -> Result<u64> {
    Ok(conn.prepare_cached("SELECT coalesce(max(no), 0) FROM op WHERE acked = 1")?.query_row([], |r| r.get(0))?)
}

/// Whether an operation after local number `after` was acknowledged under another incarnation than this one.
///
/// # Errors
/// When the store cannot be read.
pub fn acked_elsewhere(conn: &Connection, incarnation: Incarnation, after: u64) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM op WHERE no > ?1 AND acked = 1 AND incarnation <> ?2)")?
        .query_row((after, incarnation.0), |r| r.get(0))?)
}

/// Continues under `incarnation`: everything not acknowledged is numbered from 1, under the same operation ids. Returns
/// how many operations wait.
///
/// # Errors
/// When the store cannot be read or written.
pub fn restart(tx: &mut Tx<'_>, incarnation: Incarnation) -> Result<u64> {
    meta::set(tx, meta::key::INCARNATION, &incarnation)?;
    let waiting: Vec<u64> = {
        let mut statement = tx.prepare_cached("SELECT no FROM op WHERE acked = 0 ORDER BY no")?;
        statement.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    // Negative numbers first: numbers are unique within an incarnation, and old and new ones overlap.
    tx.execute("UPDATE op SET wire_no = -wire_no WHERE acked = 0", [])?;
    for (n, no) in (1..).zip(&waiting) {
        renumber(tx, *no, incarnation, OpNo(n))?;
    }
    tx.forget_numbers();
    Ok(waiting.len() as u64)
}

/// Gives an operation that was never acknowledged under its number another one.
pub(crate) fn renumber(tx: &mut Tx<'_>, no: u64, incarnation: Incarnation, wire_no: OpNo) -> Result<()> {
    let json: String = tx.prepare_cached("SELECT json FROM op WHERE no = ?1")?.query_row([no], |r| r.get(0))?;
    // Through the typed form where this build can read it: the same bytes on every build. Fields of an operation that a
    // newer build saved are kept.
    let json = match serde_json::from_str::<Op>(&json) {
        Ok(op) => serde_json::to_string(&Op { no: wire_no, ..op })?,
        Err(_) => {
            let mut op: serde_json::Value = serde_json::from_str(&json)?;
            op["op_no"] = wire_no.0.into();
            op.to_string()
        }
    };
    tx.prepare_cached("UPDATE op SET incarnation = ?2, wire_no = ?3, json = ?4 WHERE no = ?1")?.execute((
        no,
        incarnation.0,
        wire_no.0,
        json,
    ))?;
    Ok(())
}

/// How many operations wait, and their bytes as JSON.
///
/// # Errors
/// When the store cannot be read.
pub fn waiting(conn: &Connection) -> Result<(u32, u64)> {
    Ok(conn
        .prepare_cached("SELECT count(*), coalesce(sum(length(CAST(json AS BLOB))), 0) FROM op WHERE acked = 0")?
        .query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?)
}

/// Recipients that a waiting operation is about.
///
/// # Errors
/// When the store cannot be read.
pub fn recipients_waiting(conn: &Connection) -> Result<HashSet<RecipientId>> {
    let mut statement =
        conn.prepare_cached("SELECT DISTINCT recipient FROM op WHERE acked = 0 AND recipient IS NOT NULL")?;
    let ids = statement.query_map([], |r| Ok(RecipientId(Uuid::from_bytes(r.get(0)?))))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}
