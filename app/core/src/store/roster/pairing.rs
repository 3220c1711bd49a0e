//! Who cares for whom, from which day to which; derived from pairing records.

use crate::store::{error::Result, tx::Tx};
use shared::{AreaCode, Day, Row, ids::RecipientId, records::Pairing, records::Role};

/// Stores what a pairing record says; a void one is removed.
pub(crate) fn put(tx: &mut Tx<'_>, row: &Row) -> Result<()> {
    let pairing = match row.view::<Pairing>() {
        Ok(pairing) if !row.is_void() => pairing,
        _ => return remove(tx, row),
    };
    tx.prepare_cached(
        "INSERT INTO pairing VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET recipient = ?2, worker = ?3, starts = ?4, ends = ?5",
    )?
    .execute((
        row.id.as_bytes(),
        pairing.recipient.as_bytes(),
        pairing.worker.as_bytes(),
        pairing.start.number(),
        pairing.end.map(Day::number),
    ))?;
    tx.recipient_changed(pairing.recipient);
    Ok(())
}

pub(crate) fn remove(tx: &mut Tx<'_>, row: &Row) -> Result<()> {
    tx.prepare_cached("DELETE FROM pairing WHERE id = ?1")?.execute([row.id.as_bytes()])?;
    if let Some(recipient) = row.recipient() {
        tx.recipient_changed(recipient);
    }
    Ok(())
}

/// Whether the recipient is in this worker's care today, and since when; else since when in anybody's care.
pub(super) fn care(tx: &mut Tx<'_>, id: RecipientId, area: AreaCode) -> Result<(bool, Option<Day>)> {
    let Some(identity) = tx.identity_if_any()? else { return Ok((false, None)) };
    let (own, any): (Option<i32>, Option<i32>) = tx
        .prepare_cached(
            "SELECT min(CASE WHEN worker = ?3 THEN starts END), min(starts) FROM pairing
             WHERE recipient = ?1 AND starts <= ?2 AND (ends IS NULL OR ?2 < ends)",
        )?
        .query_row((id.as_bytes(), tx.today().number(), identity.enrolment.worker.as_bytes()), |r| {
            Ok((r.get(0)?, r.get(1)?))
        })?;
    let serves_village =
        matches!(identity.enrolment.role, Role::Worker) && identity.enrolment.areas.iter().any(|a| a.contains(&area));
    Ok((own.is_some() || serves_village, own.or(any).map(Day::from_number)))
}
