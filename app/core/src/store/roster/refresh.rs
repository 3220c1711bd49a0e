//! Computes roster entries from records: at the commit that changed them, at the end of a pull for those that its pages
//! deferred, and on a new day for those whose pairing began or ended.

use super::{
    entry::{self, Entry, changed_since, next_stamp},
    pairing::care,
};
use crate::store::{error::Result, initials, meta, record, tx::Tx};
use rusqlite::Connection;
use shared::{
    Day, Kind, Moment, Row,
    due::{DueFor, seen_on},
    ids::RecipientId,
    records::Recipient,
};
use uuid::Uuid;

/// Computes a recipient's entry again. A recipient who is no longer on this device leaves the roster.
///
/// # Errors
/// When the store cannot be read or written.
pub fn refresh(tx: &mut Tx<'_>, id: RecipientId) -> Result<()> {
    let row = record::local_row(tx, id.into())?.filter(|r| !r.is_void() && r.kind == Kind::Recipient);
    let recipient = row.as_ref().and_then(|r| r.view::<Recipient>().ok());
    let (Some(row), Some(recipient)) = (row, recipient) else { return entry::remove(tx, id) };
    let (mine, since) = care(tx, id, recipient.area, Moment::shanghai(row.hlc.ms()).day())?;
    let (last_visit, last_contact) = last_seen(tx, id)?;
    let mut entry = Entry {
        id,
        initials: initials::initials(&recipient.name),
        active: recipient.is_active(),
        name: recipient.name,
        category: recipient.category,
        area: recipient.area,
        household: recipient.household,
        tags: recipient.tags,
        mine,
        since,
        last_visit,
        last_contact,
        due_on: None,
    };
    entry.due_on = entry.due(&tx.rules()?.in_force(entry.area)).map(|d| d.on);
    entry::put(tx, &entry)
}

/// Notes recipients whose entries [`catch_up`] computes.
pub(crate) fn mark_due(tx: &Tx<'_>, recipients: impl IntoIterator<Item = RecipientId>) -> Result<()> {
    let mut statement = tx.prepare_cached("INSERT OR IGNORE INTO roster_due VALUES (?1)")?;
    for recipient in recipients {
        statement.execute([recipient.as_bytes()])?;
    }
    Ok(())
}

/// True when [`catch_up`] has something to do.
///
/// # Errors
/// When the store cannot be read.
pub fn is_behind(conn: &Connection) -> Result<bool> {
    Ok(conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM roster_due)")?.query_row([], |r| r.get(0))?)
}

/// Computes deferred entries; all but `leave` of them, which the next page of a pull is likely to change again.
///
/// # Errors
/// When the store cannot be read or written.
pub fn catch_up(tx: &mut Tx<'_>, leave: u32) -> Result<()> {
    let behind: u32 = tx.prepare_cached("SELECT count(*) FROM roster_due")?.query_row([], |r| r.get(0))?;
    let ids: Vec<[u8; 16]> = tx
        .prepare_cached("DELETE FROM roster_due WHERE id IN (SELECT id FROM roster_due LIMIT ?1) RETURNING id")?
        .query_map([behind.saturating_sub(leave)], |r| r.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in ids {
        refresh(tx, RecipientId(Uuid::from_bytes(id)))?;
    }
    Ok(())
}

/// The days of the last home visit where somebody was met, and of the last other contact.
fn last_seen(conn: &Connection, id: RecipientId) -> Result<(Option<Day>, Option<Day>)> {
    let mut statement = conn.prepare_cached(
        "SELECT local_row FROM record WHERE recipient = ?1 AND kind = 'visit' AND void = 0 AND counts = 1
         ORDER BY happened DESC",
    )?;
    let mut rows = statement.query([id.as_bytes()])?;
    let (mut visit, mut contact) = (None, None);
    while let Some(r) = rows.next()? {
        let row: Row = serde_json::from_str(r.get_ref(0)?.as_str().unwrap_or_default())?;
        match seen_on(&row) {
            Some((DueFor::Visit, day)) => visit = Some(day),
            Some((DueFor::Contact, day)) => contact = contact.or(Some(day)),
            None => {}
        }
        // Contacts before the last visit cannot be later than it.
        if visit.is_some() {
            break;
        }
    }
    Ok((visit, contact))
}

/// Computes all due days again, after the rules changed.
///
/// # Errors
/// When the store cannot be read or written.
pub fn recompute_due(tx: &mut Tx<'_>) -> Result<()> {
    let rules = tx.rules()?;
    let (entries, _) = changed_since(tx, 0)?;
    let stamp = next_stamp(tx)?;
    let mut statement = tx.prepare_cached("UPDATE roster SET due_on = ?2, stamp = ?3 WHERE id = ?1")?;
    for entry in entries {
        let due_on = entry.due(&rules.in_force(entry.area)).map(|d| d.on);
        if due_on != entry.due_on {
            statement.execute((entry.id.as_bytes(), due_on.map(Day::number), stamp))?;
        }
    }
    Ok(())
}

/// A new day: computes the entries of recipients whose pairings began or ended since the roster was last up to date.
/// The first time, and after the clock was set back, computes all of them.
///
/// # Errors
/// When the store cannot be read or written.
pub fn new_day(tx: &mut Tx<'_>) -> Result<()> {
    let today = tx.today();
    let last: Option<Day> = meta::get(tx, meta::key::ROSTER_DAY)?;
    let ids: Vec<[u8; 16]> = match last.filter(|last| *last <= today) {
        Some(last) => tx
            .prepare_cached(
                "SELECT recipient FROM pairing WHERE starts > ?1 AND starts <= ?2
                 UNION SELECT recipient FROM pairing WHERE ends > ?1 AND ends <= ?2",
            )?
            .query_map([last.number(), today.number()], |r| r.get(0))?
            .collect::<rusqlite::Result<_>>()?,
        None => {
            tx.prepare_cached("SELECT id FROM roster")?.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
        }
    };
    for id in ids {
        tx.recipient_changed(RecipientId(Uuid::from_bytes(id)));
    }
    meta::set(tx, meta::key::ROSTER_DAY, &today)
}

/// True when [`new_day`] is due.
///
/// # Errors
/// When the store cannot be read.
pub fn is_stale(conn: &Connection, today: Day) -> Result<bool> {
    Ok(meta::get::<Day>(conn, meta::key::ROSTER_DAY)? != Some(today))
}
