//! Takes in rows that the server sends.

use super::{error::Result, local_row, outbox, record, record_write::write, tx::Tx};
use shared::{Kind, Row, merge::review::decision_of, records::Review};

/// Stores a row as the server sent it; `raw` is its JSON, kept byte for byte. This device's operations that it does not
/// include yet are replayed over it.
///
/// # Errors
/// When the store cannot be read or written.
pub fn put(tx: &mut Tx<'_>, row: &Row, raw: &str) -> Result<()> {
    let pending = tx.has_unsettled()?
        && tx
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM op WHERE row = ?1 AND settled = 0 AND NOT (acked = 1 AND no <= ?2))",
            )?
            .query_row((row.id.as_bytes(), tx.included_through()), |r| r.get(0))?;
    let was_decided =
        row.kind == Kind::Review && record::local_row(tx, row.id)?.as_ref().and_then(decision_of).is_some();
    if pending {
        write(tx, row, row.rev, raw, Some(raw), true)?;
        local_row::replay(tx, row.id)?;
    } else {
        write(tx, row, row.rev, raw, None, true)?;
    }
    if row.kind == Kind::Review
        && !was_decided
        && decision_of(row).is_some()
        && let Ok(review) = row.view::<Review>()
    {
        outbox::mark_decided(tx, review.op.id)?;
    }
    Ok(())
}
