//! Recipients for lists and search: one line each, derived from records, and a copy of all lines in memory.

use super::{Result, StoreError, Tx, initials, meta, record};
use rusqlite::Connection;
use shared::{
    AreaCode, Day, Fields, HouseholdId, Kind, RowId,
    domain::{CarePeriod, care_since, in_force},
    due::{Due, DueFor, next_due, seen_on},
    ids::RecipientId,
    records::{Category, Recipient, RuleSet, recipient::RecipientStatus},
};
use std::collections::HashMap;
use uuid::Uuid;

/// One line of the roster.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: RecipientId,
    pub name: String,
    pub initials: String,
    pub category: Category,
    pub area: AreaCode,
    pub household: Option<HouseholdId>,
    pub tags: Vec<String>,
    pub active: bool,
    pub mine: bool,
    pub since: Day,
    pub last_visit: Option<Day>,
    pub last_contact: Option<Day>,
    pub due_on: Option<Day>,
}

impl Entry {
    /// When the recipient is to be seen next, by these rules.
    pub fn due(&self, rules: &RuleSet) -> Option<Due> {
        next_due(rules, &self.sketch(), self.since, self.last_visit, self.last_contact)
    }

    pub fn last_seen(&self) -> Option<Day> {
        self.last_visit.max(self.last_contact)
    }

    /// As much of a recipient as the rules ask for.
    fn sketch(&self) -> Recipient {
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

/// Works a recipient's line out again; a recipient no longer here leaves the roster.
pub fn refresh(tx: &mut Tx<'_>, id: RecipientId) -> Result<()> {
    let row = record::doc(tx, id.into())?.filter(|r| !r.is_void() && r.kind == Kind::Recipient);
    let recipient = row.as_ref().and_then(|r| r.view::<Recipient>().ok());
    let (Some(row), Some(recipient)) = (row, recipient) else { return remove(tx, id) };
    let (mine, since) = care(tx, id, recipient.area, shared::Moment::shanghai(row.hlc.ms()).day())?;
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
    put(tx, &entry)
}

/// Notes recipients whose lines are worked out again at [`catch_up`].
pub(super) fn deferred(tx: &Tx<'_>, recipients: impl IntoIterator<Item = RecipientId>) -> Result<()> {
    let mut statement = tx.prepare_cached("INSERT OR IGNORE INTO roster_due VALUES (?1)")?;
    for recipient in recipients {
        statement.execute([recipient.as_bytes()])?;
    }
    Ok(())
}

/// True when [`catch_up`] has something to do.
pub fn is_behind(conn: &Connection) -> Result<bool> {
    Ok(conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM roster_due)")?.query_row([], |r| r.get(0))?)
}

/// Works out lines that were put off; all but `leave` of them, which are likely to be touched again soon.
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

/// Whether the recipient is in this worker's care today, and since when in anyone's. `recorded`: the day on which the
/// recipient was recorded.
fn care(tx: &mut Tx<'_>, id: RecipientId, area: AreaCode, recorded: Day) -> Result<(bool, Day)> {
    let Some(me) = tx.me_if_any()? else { return Ok((false, recorded)) };
    let today = tx.today();
    let mut statement = tx.prepare_cached("SELECT worker = ?2, starts, ends FROM pairing WHERE recipient = ?1")?;
    let pairings: Vec<(bool, Day)> = statement
        .query_map((id.as_bytes(), me.enrolment.worker.as_bytes()), |r| {
            let end = r.get::<_, Option<i32>>(2)?.map(Day::from_number);
            Ok((r.get(0)?, Day::from_number(r.get(1)?), end))
        })?
        .filter(|pairing| pairing.as_ref().map_or(true, |(_, start, end)| in_force(*start, *end, today)))
        .map(|pairing| pairing.map(|(own, start, _)| (own, start)))
        .collect::<rusqlite::Result<_>>()?;
    let serves_village = matches!(me.enrolment.role, shared::records::Role::Worker)
        && me.enrolment.areas.iter().any(|a| a.contains(&area));
    let own = pairings.iter().any(|(own, _)| *own);
    Ok((own || serves_village, care_since(pairings.into_iter().map(|(_, start)| start), recorded)))
}

/// Keeps what a pairing says about care.
pub(super) fn put_pairing(tx: &mut Tx<'_>, row: &shared::Row) -> Result<()> {
    let Some(care) = CarePeriod::of(row) else { return remove_pairing(tx, row) };
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
    tx.touch(care.recipient);
    Ok(())
}

pub(super) fn remove_pairing(tx: &mut Tx<'_>, row: &shared::Row) -> Result<()> {
    tx.prepare_cached("DELETE FROM pairing WHERE id = ?1")?.execute([row.id.as_bytes()])?;
    if let Some(recipient) = row.recipient() {
        tx.touch(recipient);
    }
    Ok(())
}

/// The last home visit with somebody met, and the last other contact.
fn last_seen(conn: &Connection, id: RecipientId) -> Result<(Option<Day>, Option<Day>)> {
    let mut statement = conn.prepare_cached(
        "SELECT doc FROM record WHERE recipient = ?1 AND kind = 'visit' AND void = 0 AND counts = 1 ORDER BY happened DESC",
    )?;
    let mut rows = statement.query([id.as_bytes()])?;
    let (mut visit, mut contact) = (None, None);
    while let Some(r) = rows.next()? {
        let row: shared::Row = serde_json::from_str(r.get_ref(0)?.as_str().unwrap_or_default())?;
        match seen_on(&row) {
            Some((DueFor::Visit, day)) => visit = Some(day),
            Some((DueFor::Contact, day)) => contact = contact.or(Some(day)),
            None => {}
        }
        // What came before the last visit cannot be later than it.
        if visit.is_some() {
            break;
        }
    }
    Ok((visit, contact))
}

fn next_stamp(conn: &Connection) -> Result<i64> {
    Ok(conn.prepare_cached("SELECT coalesce(max(stamp), 0) + 1 FROM roster")?.query_row([], |r| r.get(0))?)
}

fn put(tx: &mut Tx<'_>, e: &Entry) -> Result<()> {
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

/// Counts removals, so that a copy in memory notices lines that are no longer there.
const REMOVALS: &str = "roster_removals";

fn remove(tx: &mut Tx<'_>, id: RecipientId) -> Result<()> {
    let gone = tx.prepare_cached("DELETE FROM roster WHERE id = ?1")?.execute([id.as_bytes()])?;
    if gone > 0 {
        let removals: u64 = meta::get(tx, REMOVALS)?.unwrap_or(0);
        meta::set(tx, REMOVALS, &(removals + 1))?;
    }
    Ok(())
}

/// After the rules changed.
pub fn recompute_due(tx: &mut Tx<'_>) -> Result<()> {
    let book = tx.rules()?;
    let entries = all(tx)?;
    let stamp = next_stamp(tx)?;
    let mut statement = tx.prepare_cached("UPDATE roster SET due_on = ?2, stamp = ?3 WHERE id = ?1")?;
    for entry in entries {
        let due_on = entry.due(&book.in_force(entry.area)).map(|d| d.on);
        if due_on != entry.due_on {
            statement.execute((entry.id.as_bytes(), due_on.map(Day::number), stamp))?;
        }
    }
    Ok(())
}

/// A new day: pairings may have begun or ended since the roster was last worked out. The first time, and when the clock
/// went back, everyone is looked at.
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
        tx.touch(RecipientId(Uuid::from_bytes(id)));
    }
    meta::set(tx, meta::key::ROSTER_DAY, &today)
}

/// True when [`new_day`] is due.
pub fn is_stale(conn: &Connection, today: Day) -> Result<bool> {
    Ok(meta::get::<Day>(conn, meta::key::ROSTER_DAY)? != Some(today))
}

fn all(conn: &Connection) -> Result<Vec<Entry>> {
    since_stamp(conn, 0).map(|(entries, _)| entries)
}

fn since_stamp(conn: &Connection, stamp: i64) -> Result<(Vec<Entry>, i64)> {
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS}, stamp FROM roster WHERE stamp > ?1"))?;
    let mut rows = statement.query([stamp])?;
    let (mut entries, mut last) = (Vec::new(), stamp);
    while let Some(r) = rows.next()? {
        last = last.max(r.get(13)?);
        entries.push(read(r)?);
    }
    Ok((entries, last))
}

/// Everyone's line in memory, in the order of lists: the most overdue first, then by initials. Scanning it is what
/// makes search as quick as typing.
#[derive(Debug, Default)]
pub struct Copy {
    entries: Vec<Entry>,
    stamp: i64,
    removals: u64,
}

impl Copy {
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn catch_up(&mut self, conn: &Connection) -> Result<()> {
        let removals = meta::get(conn, REMOVALS)?.unwrap_or(0);
        if removals != self.removals {
            *self = Self { removals, ..Self::default() };
        }
        let (news, stamp) = since_stamp(conn, self.stamp)?;
        if news.is_empty() {
            return Ok(());
        }
        let place: HashMap<RecipientId, usize> = self.entries.iter().enumerate().map(|(i, e)| (e.id, i)).collect();
        for entry in news {
            match place.get(&entry.id) {
                Some(i) => self.entries[*i] = entry,
                None => self.entries.push(entry),
            }
        }
        self.entries.sort_by(|a, b| order(a).cmp(&order(b)));
        self.stamp = stamp;
        Ok(())
    }
}

fn order(e: &Entry) -> (bool, Option<Day>, &str, &str, RecipientId) {
    (e.due_on.is_none(), e.due_on, &e.initials, &e.name, e.id)
}

/// The name of a recipient on this device. Right also where the line was put off: then the record is asked.
pub fn name(conn: &Connection, id: RecipientId) -> Result<Option<String>> {
    use rusqlite::OptionalExtension;
    let deferred = conn.prepare_cached("SELECT 1 FROM roster_due WHERE id = ?1")?.exists([id.as_bytes()])?;
    if deferred {
        return name_of(conn, id.into());
    }
    Ok(conn
        .prepare_cached("SELECT name FROM roster WHERE id = ?1")?
        .query_row([id.as_bytes()], |r| r.get(0))
        .optional()?)
}

/// The name of an area; its code where the name has not come.
pub fn area_name(conn: &Connection, code: AreaCode) -> Result<String> {
    use rusqlite::OptionalExtension;
    let name = conn
        .prepare_cached("SELECT name FROM area WHERE code = ?1")?
        .query_row([code.as_str()], |r| r.get(0))
        .optional()?;
    Ok(name.unwrap_or_else(|| code.to_string()))
}

/// A field of a record by id: the name of a unit or a colleague.
pub fn name_of(conn: &Connection, id: RowId) -> Result<Option<String>> {
    Ok(record::doc(conn, id)?.and_then(|r| named(&r.fields)))
}

fn named(fields: &Fields) -> Option<String> {
    fields.text("name").map(str::to_owned)
}

/// All areas that this device knows, code → name.
pub fn area_names(conn: &Connection) -> Result<HashMap<String, String>> {
    let mut statement = conn.prepare_cached("SELECT code, name FROM area")?;
    let names = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(names.collect::<rusqlite::Result<_>>()?)
}
