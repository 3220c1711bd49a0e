//! Writes and deletes records, and updates what depends on that one record alone: its search columns, the pairing table
//! and the names of areas. What depends on several records is only noted in the transaction.

use super::{error::Result, record, roster::pairing, tx::Tx};
use shared::{
    Kind, Row, RowId, domain,
    ids::{RecipientId, Rev},
};

/// Stores a record. `server_row` as in the table: `None` when it equals `local_row`, empty when the server has none.
pub(super) fn write(
    tx: &mut Tx<'_>,
    row: &Row,
    rev: Rev,
    local_row: &str,
    server_row: Option<&str>,
    counts: bool,
) -> Result<()> {
    let (happened, recipient) = (row.happened(), row.recipient());
    tx.prepare_cached(
        "INSERT INTO record (id, kind, rev, recipient, author, day, happened, void, counts, local_row, server_row, open)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (id) DO UPDATE SET kind = ?2, rev = ?3, recipient = ?4, author = ?5, day = ?6, happened = ?7,
           void = ?8, counts = ?9, local_row = ?10, server_row = ?11, open = ?12",
    )?
    .execute((
        row.id.as_bytes(),
        row.kind.word(),
        rev.0,
        recipient.as_ref().map(RecipientId::as_bytes),
        row.author.as_bytes(),
        domain::counted_on(row).number(),
        happened.utc_ms,
        row.is_void(),
        counts,
        local_row,
        server_row,
        counts && domain::is_open_need(row),
    ))?;
    match row.kind {
        Kind::Recipient | Kind::Visit => {
            if let Some(recipient) = recipient {
                tx.recipient_changed(recipient);
            }
        }
        Kind::Pairing => pairing::put(tx, row)?,
        Kind::RuleSet => tx.rules_changed(),
        Kind::Area => {
            if let (Some(code), Some(name)) = (row.fields.text("code"), row.fields.text("name")) {
                tx.prepare_cached("INSERT INTO area VALUES (?1, ?2) ON CONFLICT (code) DO UPDATE SET name = ?2")?
                    .execute((code, name))?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Deletes a record, if it is there. The bytes of a photo go with it once the server has verified them.
pub(super) fn delete(tx: &mut Tx<'_>, id: RowId) -> Result<()> {
    let Some(row) = record::local_row(tx, id)? else { return Ok(()) };
    tx.prepare_cached("DELETE FROM record WHERE id = ?1")?.execute([id.as_bytes()])?;
    match row.kind {
        Kind::Pairing => pairing::remove(tx, &row)?,
        Kind::RuleSet => tx.rules_changed(),
        Kind::Area => {
            tx.prepare_cached("DELETE FROM area WHERE code = ?1")?.execute([row.fields.text("code")])?;
        }
        Kind::Photo => {
            tx.prepare_cached("DELETE FROM photo WHERE id = ?1 AND state = 'verified'")?.execute([id.as_bytes()])?;
        }
        _ => {
            if let Some(recipient) = row.recipient() {
                tx.recipient_changed(recipient);
            }
        }
    }
    Ok(())
}
