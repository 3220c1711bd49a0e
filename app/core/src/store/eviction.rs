//! Removes rows that are in no scope of this device any more, once nothing about them is pending.

use super::{error::Result, local_row, member, outbox::entry, record_write::delete, tx::Tx};
use shared::{Change, RowId, wire::Scope};
use uuid::Uuid;

/// Removes a row. False when an operation on it is pending, or an outcome was not looked at: it then stays until a
/// later [`sweep`].
///
/// # Errors
/// When the store cannot be read or written.
pub fn evict(tx: &mut Tx<'_>, id: RowId) -> Result<bool> {
    let pending: bool = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM op WHERE row = ?1 AND settled = 0)
                 OR EXISTS (SELECT 1 FROM op WHERE row = ?1 AND outcome IS NOT NULL AND seen = 0)
                 OR EXISTS (SELECT 1 FROM op WHERE recipient = ?1 AND settled = 0)",
        )?
        .query_row([id.as_bytes()], |r| r.get(0))?;
    if pending {
        member::mark_for_eviction(tx, id)?;
        drop_lost_server_row(tx, id)?;
        return Ok(false);
    }
    delete(tx, id)?;
    tx.prepare_cached("DELETE FROM pending_eviction WHERE row = ?1")?.execute([id.as_bytes()])?;
    Ok(true)
}

/// The worker's own record is in the worker's own scope as long as the server has it. A record that is not, and is kept
/// here because something about it is pending, is unknown to a server that was restored from a backup: it must not
/// count as confirmed any longer.
fn drop_lost_server_row(tx: &mut Tx<'_>, id: RowId) -> Result<()> {
    let Some(identity) = tx.identity_if_any()? else { return Ok(()) };
    let worker = identity.enrolment.worker;
    let own: bool = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM record WHERE id = ?1 AND author = ?2 AND rev > 0)")?
        .query_row((id.as_bytes(), worker.as_bytes()), |r| r.get(0))?;
    if !own || !member::cursors(tx)?.contains_key(&Scope::Worker(worker)) {
        return Ok(());
    }
    let entries = entry::of_row(tx, id)?;
    let made_here = entries.iter().any(|e| e.op().is_ok_and(|op| matches!(op.change, Change::Create(_))));
    if !made_here && !entry::unsettled(tx, id)?.is_empty() {
        // Another device of the same worker made the record and offers it again; the pending operations apply to it.
        return Ok(());
    }
    tx.prepare_cached("UPDATE record SET server_row = '', rev = 0, counts = 0, open = 0 WHERE id = ?1")?
        .execute([id.as_bytes()])?;
    if made_here {
        local_row::replay(tx, id)?;
    }
    Ok(())
}

/// Removes the rows that are in no scope any more and returns how many. Runs at the end of a pull, not during it: after
/// a reset, rows are in no scope until their page has come.
///
/// # Errors
/// When the store cannot be read or written.
pub fn sweep(tx: &mut Tx<'_>) -> Result<u32> {
    tx.replay_changed()?;
    tx.execute(
        "DELETE FROM pending_eviction WHERE EXISTS
           (SELECT 1 FROM scope CROSS JOIN member ON scope = scope.no AND member.row = pending_eviction.row)",
        [],
    )?;
    let rows: Vec<[u8; 16]> = {
        let mut statement = tx.prepare_cached("SELECT row FROM pending_eviction")?;
        statement.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    let mut evicted = 0;
    for row in rows {
        evicted += u32::from(evict(tx, RowId(Uuid::from_bytes(row)))?);
    }
    Ok(evicted)
}
