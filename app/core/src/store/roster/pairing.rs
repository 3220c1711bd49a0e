//! Who cares for whom, from which day to which; derived from pairing records.

use crate::store::{error::Result, tx::Tx};
use shared::{
    AreaCode, Day, Row,
    domain::{CarePeriod, care_since, in_force},
    ids::RecipientId,
    records::Role,
};

/// Stores what a pairing record says; a void one is removed.
pub(crate) fn put(tx: &mut Tx<'_>, row: &Row) -> Result<()> {
    let Some(care) = CarePeriod::of(row) else { return remove(tx, row) };
    tx.prepare_cached(
        "INSERT INTO pairing VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET recipient = ?2, worker = ?3, starts = ?4, ends = ?5",
    )?
    .execute((
        row.id.as_bytes(),
        care.recipient.as_bytes(),
        care.worker.as_bytes(),
        care.start.number(),
        care.end.map(Day::number),
    ))?;
    tx.recipient_changed(care.recipient);
    Ok(())
}

pub(crate) fn remove(tx: &mut Tx<'_>, row: &Row) -> Result<()> {
    tx.prepare_cached("DELETE FROM pairing WHERE id = ?1")?.execute([row.id.as_bytes()])?;
    if let Some(recipient) = row.recipient() {
        tx.recipient_changed(recipient);
    }
    Ok(())
}

/// Whether the recipient is in this worker's care today, and since when in anybody's. `recorded`: the day on which the
/// recipient was recorded.
pub(super) fn care(tx: &mut Tx<'_>, id: RecipientId, area: AreaCode, recorded: Day) -> Result<(bool, Day)> {
    let Some(identity) = tx.identity_if_any()? else { return Ok((false, recorded)) };
    let today = tx.today();
    let mut statement = tx.prepare_cached("SELECT worker = ?2, starts, ends FROM pairing WHERE recipient = ?1")?;
    let pairings: Vec<(bool, Day)> = statement
        .query_map((id.as_bytes(), identity.enrolment.worker.as_bytes()), |r| {
            let end = r.get::<_, Option<i32>>(2)?.map(Day::from_number);
            Ok((r.get(0)?, Day::from_number(r.get(1)?), end))
        })?
        .filter(|pairing| pairing.as_ref().map_or(true, |(_, start, end)| in_force(*start, *end, today)))
        .map(|pairing| pairing.map(|(own, start, _)| (own, start)))
        .collect::<rusqlite::Result<_>>()?;
    let serves_village =
        matches!(identity.enrolment.role, Role::Worker) && identity.enrolment.areas.iter().any(|a| a.contains(&area));
    let own = pairings.iter().any(|(own, _)| *own);
    Ok((own || serves_village, care_since(pairings.into_iter().map(|(_, start)| start), recorded)))
}
