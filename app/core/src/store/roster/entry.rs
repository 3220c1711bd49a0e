//! A roster entry and its table.

use crate::store::{
    error::{Result, StoreError},
    meta,
    tx::Tx,
};
use rusqlite::Connection;
use shared::{
    AreaCode, Day, HouseholdId,
    due::{Due, next_due},
    ids::RecipientId,
    records::{Category, Recipient, RuleSet, recipient::RecipientStatus},
};
use uuid::Uuid;

/// One recipient.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: RecipientId,
    pub name: String,
    /// Pinyin initials of the name.
    pub initials: String,
    pub category: Category,
    pub area: AreaCode,
    pub household: Option<HouseholdId>,
    pub tags: Vec<String>,
    pub active: bool,
    /// In this worker's care today.
    pub mine: bool,
    /// The day the care began.
    pub since: Day,
    /// The last home visit where somebody was met.
    pub last_visit: Option<Day>,
    /// The last other contact.
    pub last_contact: Option<Day>,
    pub due_on: Option<Day>,
}

impl Entry {
    /// When the recipient is to be seen next, by these rules.
    pub fn due(&self, rules: &RuleSet) -> Option<Due> {
        next_due(rules, &self.as_recipient(), self.since, self.last_visit, self.last_contact)
    }

    pub fn last_seen(&self) -> Option<Day> {
        self.last_visit.max(self.last_contact)
    }

    /// A recipient with the fields that the rules read.
    fn as_recipient(&self) -> Recipient {
        Recipient {
            code: String::new(),
            name: String::new(),
            category: self.category.clone(),
            area: self.area,
            household: None,
            id_number: None,
            birth: None,
            sex: None,
            phone: None,
            address: None,
            position: None,
            tags: self.tags.clone(),
            disability_kind: None,
            disability_level: None,
            self_care: None,
            guardian: None,
            legal_basis: None,
            risk: None,
            note: None,
            status: (!self.active).then_some(RecipientStatus::Withdrawn),
        }
    }
}

const COLUMNS: &str =
    "id, name, initials, category, area, household, tags, active, mine, since, last_visit, last_contact, due_on";

fn read(r: &rusqlite::Row<'_>) -> Result<Entry> {
    let day = |n: Option<i32>| n.map(Day::from_number);
    Ok(Entry {
        id: RecipientId(Uuid::from_bytes(r.get(0)?)),
        name: r.get(1)?,
        initials: r.get(2)?,
        category: Category::from(r.get_ref(3)?.as_str().unwrap_or_default()),
        area: r.get::<_, String>(4)?.parse().map_err(|_| StoreError::Unreadable("an area of the roster"))?,
        household: r.get::<_, Option<[u8; 16]>>(5)?.map(|b| HouseholdId(Uuid::from_bytes(b))),
        tags: serde_json::from_str(r.get_ref(6)?.as_str().unwrap_or("[]"))?,
        active: r.get(7)?,
        mine: r.get(8)?,
        since: Day::from_number(r.get(9)?),
        last_visit: day(r.get(10)?),
        last_contact: day(r.get(11)?),
        due_on: day(r.get(12)?),
    })
}

/// The stamp of the next change of the table. Stamps only grow, so that the cache reads what is newer than its own.
pub(super) fn next_stamp(conn: &Connection) -> Result<i64> {
    Ok(conn.prepare_cached("SELECT coalesce(max(stamp), 0) + 1 FROM roster")?.query_row([], |r| r.get(0))?)
}

pub(super) fn put(tx: &mut Tx<'_>, e: &Entry) -> Result<()> {
    let stamp = next_stamp(tx)?;
    tx.prepare_cached(
        "INSERT INTO roster (id, stamp, name, initials, category, area, household, tags, active, mine, since,
                             last_visit, last_contact, due_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         ON CONFLICT (id) DO UPDATE SET stamp = ?2, name = ?3, initials = ?4, category = ?5, area = ?6, household = ?7,
           tags = ?8, active = ?9, mine = ?10, since = ?11, last_visit = ?12, last_contact = ?13, due_on = ?14",
    )?
    .execute(rusqlite::params![
        e.id.as_bytes(),
        stamp,
        e.name,
        e.initials,
        e.category.word(),
        e.area.as_str(),
        e.household.as_ref().map(HouseholdId::as_bytes),
        serde_json::to_string(&e.tags)?,
        e.active,
        e.mine,
        e.since.number(),
        e.last_visit.map(Day::number),
        e.last_contact.map(Day::number),
        e.due_on.map(Day::number),
    ])?;
    Ok(())
}

/// Counts removals, so that the cache notices entries that are no longer in the table.
const REMOVALS: &str = "roster_removals";

pub(super) fn removals(conn: &Connection) -> Result<u64> {
    Ok(meta::get(conn, REMOVALS)?.unwrap_or(0))
}

pub(super) fn remove(tx: &mut Tx<'_>, id: RecipientId) -> Result<()> {
    let removed = tx.prepare_cached("DELETE FROM roster WHERE id = ?1")?.execute([id.as_bytes()])?;
    if removed > 0 {
        meta::set(tx, REMOVALS, &(removals(tx)? + 1))?;
    }
    Ok(())
}

/// Entries that changed after `stamp`, and the newest stamp.
pub(super) fn changed_since(conn: &Connection, stamp: i64) -> Result<(Vec<Entry>, i64)> {
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS}, stamp FROM roster WHERE stamp > ?1"))?;
    let mut rows = statement.query([stamp])?;
    let (mut entries, mut last) = (Vec::new(), stamp);
    while let Some(r) = rows.next()? {
        last = last.max(r.get(13)?);
        entries.push(read(r)?);
    }
    Ok((entries, last))
}
