//! Rows from the server, as pages and repairs bring them.

use super::failure::SyncFailure;
use crate::store::{Tx, member, record, server_row};
use shared::{RowId, wire::RawRow};

/// Stores one row of a scope. `None` when this build cannot read the row's envelope: such a row blocks no other row,
/// and the digest reveals that it is missing.
///
/// # Errors
/// When the store cannot be written.
pub(super) fn store_row(tx: &mut Tx<'_>, scope: member::ScopeNo, raw: &RawRow) -> Result<Option<RowId>, SyncFailure> {
    let Some(row) = raw.row() else { return Ok(None) };
    server_row::put(tx, row, raw.get())?;
    member::add(tx, scope, row.id)?;
    tx.observe(record::latest_stamp(row));
    Ok(Some(row.id))
}
