//! Records: the mirror of the server's word, and over it what screens show.
//!
//! ```text
//!   server ──pull──▶ mirror ──┐
//!                             ├─ replay: shared::merge::decide, in order ──▶ doc ──▶ screens
//!   screen ──op───▶ outbox ───┘   (operations the mirror does not hold yet)
//! ```

use super::{Result, Tx, outbox, roster, tx::Me};
use rusqlite::{Connection, OptionalExtension};
use shared::{
    AreaCode, Change, Day, Fields, Hlc, Kind, Row, RowId, domain,
    ids::{RecipientId, Rev, ReviewId},
    merge::{OpContext, decide, review::decision_of},
    op::Op,
    records::{Audience, Category, Review},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What screens show.
pub fn doc(conn: &Connection, id: RowId) -> Result<Option<Row>> {
    let text: Option<String> = conn
        .prepare_cached("SELECT doc FROM record WHERE id = ?1")?
        .query_row([id.as_bytes()], |r| r.get(0))
        .optional()?;
    Ok(text.map(|t| serde_json::from_str(&t)).transpose()?)
}

/// The revision of the server that this device has seen; 0 for none.
pub fn rev(conn: &Connection, id: RowId) -> Result<Rev> {
    let rev: Option<u64> = conn
        .prepare_cached("SELECT rev FROM record WHERE id = ?1")?
        .query_row([id.as_bytes()], |r| r.get(0))
        .optional()?;
    Ok(Rev(rev.unwrap_or(0)))
}

/// The recipient that a stored record is about.
pub fn recipient_of_row(conn: &Connection, id: RowId) -> Result<Option<RecipientId>> {
    let bytes: Option<Option<[u8; 16]>> = conn
        .prepare_cached("SELECT recipient FROM record WHERE id = ?1")?
        .query_row([id.as_bytes()], |r| r.get(0))
        .optional()?;
    Ok(bytes.flatten().map(|b| RecipientId(Uuid::from_bytes(b))))
}

/// A record with both faces, as totals need it.
#[derive(Clone, Debug)]
pub struct RecordPair {
    pub doc: Row,
    /// False: refused or held, shown but never counted.
    pub counts: bool,
    /// The server's word; `None` while it does not know the record.
    pub mirror: Option<Row>,
}

impl RecordPair {
    fn read(doc: &str, mirror: Option<&str>, counts: bool) -> Result<Self> {
        let doc: Row = serde_json::from_str(doc)?;
        let mirror = match mirror {
            None => Some(doc.clone()),
            Some("") => None,
            Some(text) => Some(serde_json::from_str(text)?),
        };
        Ok(Self { doc, counts, mirror })
    }
}

/// One record with both faces.
pub fn both(conn: &Connection, id: RowId) -> Result<Option<RecordPair>> {
    let found = conn
        .prepare_cached("SELECT doc, mirror, counts FROM record WHERE id = ?1")?
        .query_row([id.as_bytes()], |r| {
            Ok((r.get::<_, String>(0)?, r.get::<_, Option<String>>(1)?, r.get::<_, bool>(2)?))
        })
        .optional()?;
    found.map(|(doc, mirror, counts)| RecordPair::read(&doc, mirror.as_deref(), counts)).transpose()
}

/// Records of an author whose doc counts for a day in `from..=to`, and all of the author's that differ from the mirror
/// (which may count elsewhere there). Newest first.
pub fn of_author(conn: &Connection, author: shared::WorkerId, from: Day, to: Day) -> Result<Vec<RecordPair>> {
    let mut statement = conn.prepare_cached(
        "SELECT doc, mirror, counts, happened FROM record WHERE author = ?1 AND day BETWEEN ?2 AND ?3
         UNION
         SELECT doc, mirror, counts, happened FROM record WHERE mirror IS NOT NULL AND author = ?1
         ORDER BY happened DESC",
    )?;
    let mut rows = statement.query((author.as_bytes(), from.number(), to.number()))?;
    let mut found = Vec::new();
    while let Some(r) = rows.next()? {
        let (doc, mirror): (String, Option<String>) = (r.get(0)?, r.get(1)?);
        found.push(RecordPair::read(&doc, mirror.as_deref(), r.get(2)?)?);
    }
    Ok(found)
}

/// A recipient's records of one kind, newest first.
pub fn of_recipient(conn: &Connection, recipient: RecipientId, kind: &Kind, limit: u32) -> Result<Vec<Row>> {
    let mut statement = conn
        .prepare_cached("SELECT doc FROM record WHERE recipient = ?1 AND kind = ?2 ORDER BY happened DESC LIMIT ?3")?;
    collect(statement.query((recipient.as_bytes(), kind.word(), limit))?)
}

/// A recipient's records of what a history shows, newest first.
pub fn history(conn: &Connection, recipient: RecipientId, limit: u32) -> Result<Vec<Row>> {
    let mut statement = conn.prepare_cached(
        "SELECT doc FROM record WHERE recipient = ?1 AND kind IN ('visit', 'assistance', 'need')
         ORDER BY happened DESC LIMIT ?2",
    )?;
    collect(statement.query((recipient.as_bytes(), limit))?)
}

/// How many needs of a recipient are open.
pub fn open_needs(conn: &Connection, recipient: RecipientId) -> Result<u32> {
    Ok(conn
        .prepare_cached("SELECT count(*) FROM record WHERE recipient = ?1 AND open = 1")?
        .query_row([recipient.as_bytes()], |r| r.get(0))?)
}

/// Open needs, newest first: of those in this worker's care, or of everyone on the device.
pub fn all_open_needs(conn: &Connection, mine: bool, limit: u32) -> Result<Vec<Row>> {
    let mut statement = conn.prepare_cached(
        "SELECT r.doc FROM record r JOIN roster o ON o.id = r.recipient
         WHERE r.open = 1 AND (o.mine = 1 OR NOT ?1) ORDER BY r.happened DESC LIMIT ?2",
    )?;
    collect(statement.query((mine, limit))?)
}

/// As the index of them says: what there is much of, and is never listed by kind alone, is not in it.
const LISTED: &str = "kind NOT IN ('recipient', 'household', 'pairing', 'visit', 'assistance', 'receipt', 'need')";

/// Records of a listed kind that belong to no recipient (photos of a hand-out), newest first.
pub fn of_nobody(conn: &Connection, kind: &Kind) -> Result<Vec<Row>> {
    let sql =
        format!("SELECT doc FROM record WHERE {LISTED} AND kind = ?1 AND recipient IS NULL ORDER BY happened DESC");
    collect(conn.prepare_cached(&sql)?.query([kind.word()])?)
}

/// All records of a listed kind, newest first.
pub fn of_kind(conn: &Connection, kind: &Kind) -> Result<Vec<Row>> {
    let sql = format!("SELECT doc FROM record WHERE {LISTED} AND kind = ?1 ORDER BY happened DESC");
    collect(conn.prepare_cached(&sql)?.query([kind.word()])?)
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<Row>> {
    let mut found = Vec::new();
    while let Some(r) = rows.next()? {
        found.push(serde_json::from_str(r.get_ref(0)?.as_str().map_err(|_| wrong_type())?)?);
    }
    Ok(found)
}

fn wrong_type() -> super::StoreError {
    super::StoreError::Unreadable("a document is not text")
}

/// Takes in the server's word on a record; `raw` is its JSON as it came. Own operations that it does not hold yet are
/// replayed over it.
pub fn put_mirror(tx: &mut Tx<'_>, row: &Row, raw: &str) -> Result<()> {
    let pending = tx.has_unsettled()?
        && tx
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM op WHERE row = ?1 AND settled = 0 AND NOT (acked = 1 AND no <= ?2))",
            )?
            .query_row((row.id.as_bytes(), tx.mirrored_through()), |r| r.get(0))?;
    let was_decided = row.kind == Kind::Review && doc(tx, row.id)?.as_ref().and_then(decision_of).is_some();
    if pending {
        write(tx, row, row.rev, raw, Some(raw), true)?;
        replay(tx, row.id)?;
    } else {
        write(tx, row, row.rev, raw, None, true)?;
    }
    if row.kind == Kind::Review
        && !was_decided
        && decision_of(row).is_some()
        && let Ok(review) = row.view::<Review>()
    {
        outbox::show_decision(tx, review.op.id)?;
    }
    Ok(())
}

/// Works out what screens show: the mirror, and over it the operations that it does not hold yet, judged by the same
/// rules as on the server. `None` when nothing stands behind the record any more.
pub fn replay(tx: &mut Tx<'_>, id: RowId) -> Result<Option<Row>> {
    let stored: Option<(u64, String, Option<String>)> = tx
        .prepare_cached("SELECT rev, doc, mirror FROM record WHERE id = ?1")?
        .query_row([id.as_bytes()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .optional()?;
    let existed = stored.is_some();
    let (rev, mirror) = match stored {
        None => (Rev(0), None),
        Some((rev, doc, None)) => (Rev(rev), Some(doc)),
        Some((rev, _, Some(mirror))) => (Rev(rev), Some(mirror).filter(|m| !m.is_empty())),
    };
    let entries = outbox::unsettled(tx, id)?;
    let server: Option<Row> = mirror.as_deref().map(serde_json::from_str).transpose()?;
    let Some(me) = tx.me_if_any()? else { return Ok(server) };

    let mut shown = server;
    for entry in &entries {
        // What a newer build saved and this one cannot read shows nothing; it is sent all the same.
        if entry.in_force()
            && let Ok(op) = entry.op()
        {
            let meta = meta_of(tx, &op, &me)?;
            if let Some(next) = decide(shown.as_ref(), &op, &me.actor(), &meta).into_effect(|| ReviewId::NIL).row {
                shown = Some(*next);
            }
        }
    }
    let counts = shown.is_some();
    if shown.is_none() {
        shown = only_local(tx, id, &me)?;
    }
    // What never comes back from the server (the access log) lives in the outbox only.
    let shown = shown.filter(|row| row.kind.audience() != Audience::Server);
    match &shown {
        Some(row) => {
            let json = serde_json::to_string(row)?;
            match (&mirror, entries.is_empty()) {
                // Byte for byte what came, so that nothing is lost by reading and writing it.
                (Some(mirror), true) => write(tx, row, rev, mirror, None, counts)?,
                (Some(mirror), false) => write(tx, row, rev, &json, Some(mirror), counts)?,
                (None, _) => write(tx, row, rev, &json, Some(""), counts)?,
            }
        }
        None if existed => delete(tx, id)?,
        None => {}
    }
    Ok(shown)
}

/// Facts the rules ask for, as far as this device knows them.
fn meta_of(conn: &Connection, op: &Op, me: &Me) -> Result<OpContext> {
    let mut meta = OpContext { hlc: op.hlc, area: None, category: None, likely_duplicate: false };
    if let Change::Create(fields) = &op.change {
        (meta.area, meta.category) = counted_under(conn, &op.kind, op.row, fields, me)?;
    }
    Ok(meta)
}

/// The area and category under which a new record counts, as far as this device knows its recipient.
fn counted_under(
    conn: &Connection,
    kind: &Kind,
    id: RowId,
    fields: &Fields,
    me: &Me,
) -> Result<(Option<AreaCode>, Option<Category>)> {
    let recipient = match shared::records::recipient_of(kind, id, fields) {
        Some(recipient) if *kind != Kind::Recipient => doc(conn, recipient.into())?,
        _ => None,
    };
    let place = recipient.as_ref().and_then(domain::recipient_place);
    Ok(domain::counted_under(kind, fields, place, Some(me.enrolment.area)))
}

/// A creation that is not in force (refused, or held for a supervisor) still shows what was recorded, until the author has
/// put the refusal aside. With operations
/// acknowledged and applied but no word from the server, the record belongs to no scope of this device and may go.
fn only_local(tx: &mut Tx<'_>, id: RowId, me: &Me) -> Result<Option<Row>> {
    let entries = outbox::of_row(tx, id)?;
    let mut creations = Vec::new();
    for entry in &entries {
        let Ok(op) = entry.op() else { continue };
        if let (Change::Create(fields), false) = (&op.change, entry.is_over()) {
            creations.push((op.clone(), fields.clone()));
        }
    }
    let Some((op, fields)) = creations.pop() else { return Ok(None) };
    let (area, category) = counted_under(tx, &op.kind, id, &fields, me)?;
    super::member::leaving(tx, id)?;
    Ok(Some(Row {
        kind: op.kind,
        id,
        rev: Rev(0),
        author: me.enrolment.worker,
        device: me.device,
        hlc: op.hlc,
        area,
        category,
        unit: me.enrolment.unit,
        fields,
        stamps: BTreeMap::new(),
        void: None,
        former: Vec::new(),
        extra: BTreeMap::new(),
    }))
}

fn write(tx: &mut Tx<'_>, row: &Row, rev: Rev, doc: &str, mirror: Option<&str>, counts: bool) -> Result<()> {
    let (happened, recipient) = (row.happened(), row.recipient());
    // An id stands once, though its index, which has the revision too, would take it twice.
    let known: Option<i64> = tx
        .prepare_cached("SELECT nr FROM record WHERE id = ?1")?
        .query_row([row.id.as_bytes()], |r| r.get(0))
        .optional()?;
    tx.prepare_cached(
        "INSERT INTO record (nr, id, kind, rev, recipient, author, day, happened, void, counts, doc, mirror, open)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (nr) DO UPDATE SET kind = ?3, rev = ?4, recipient = ?5, author = ?6, day = ?7, happened = ?8,
           void = ?9, counts = ?10, doc = ?11, mirror = ?12, open = ?13",
    )?
    .execute((
        known,
        row.id.as_bytes(),
        row.kind.word(),
        rev.0,
        recipient.as_ref().map(RecipientId::as_bytes),
        row.author.as_bytes(),
        domain::counted_on(row).number(),
        happened.utc_ms,
        row.is_void(),
        counts,
        doc,
        mirror,
        counts && domain::is_open_need(row),
    ))?;
    derive(tx, row, recipient)
}

/// What follows from a changed record elsewhere in the store.
fn derive(tx: &mut Tx<'_>, row: &Row, recipient: Option<RecipientId>) -> Result<()> {
    match row.kind {
        Kind::Recipient | Kind::Visit => {
            if let Some(recipient) = recipient {
                tx.touch(recipient);
            }
        }
        Kind::Pairing => roster::put_pairing(tx, row)?,
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

/// True when the row went; false when something about it is pending and it stays until a later [`sweep`].
pub fn evict(tx: &mut Tx<'_>, id: RowId) -> Result<bool> {
    let pending: bool = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM op WHERE row = ?1 AND settled = 0)
                 OR EXISTS (SELECT 1 FROM op WHERE row = ?1 AND outcome IS NOT NULL AND seen = 0)
                 OR EXISTS (SELECT 1 FROM op WHERE recipient = ?1 AND settled = 0)",
        )?
        .query_row([id.as_bytes()], |r| r.get(0))?;
    if pending {
        super::member::leaving(tx, id)?;
        forgotten_by_server(tx, id)?;
        return Ok(false);
    }
    delete(tx, id)?;
    tx.prepare_cached("DELETE FROM leaving WHERE row = ?1")?.execute([id.as_bytes()])?;
    Ok(true)
}

/// One's own record is in one's own scope as long as the server has it. One that is not, and waits here for a look, is
/// unknown to a server that was restored: it must not count as confirmed any longer.
fn forgotten_by_server(tx: &mut Tx<'_>, id: RowId) -> Result<()> {
    let Some(me) = tx.me_if_any()? else { return Ok(()) };
    let worker = me.enrolment.worker;
    let own: bool = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM record WHERE id = ?1 AND author = ?2 AND rev > 0)")?
        .query_row((id.as_bytes(), worker.as_bytes()), |r| r.get(0))?;
    let scope = shared::wire::Scope::Worker(worker);
    if !own || !super::member::cursors(tx)?.contains_key(&scope) {
        return Ok(());
    }
    let entries = outbox::of_row(tx, id)?;
    let made_here = entries.iter().any(|e| e.op().is_ok_and(|op| matches!(op.change, Change::Create(_))));
    if !made_here && !outbox::unsettled(tx, id)?.is_empty() {
        // Made on another device of the same worker, which offers it again: what waits here is for that record.
        return Ok(());
    }
    tx.prepare_cached("UPDATE record SET mirror = '', rev = 0, counts = 0, open = 0 WHERE id = ?1")?
        .execute([id.as_bytes()])?;
    if made_here {
        replay(tx, id)?;
    }
    Ok(())
}

/// Lets go of rows that are in no scope any more. At the end of a pull, not in its middle: after a reset, rows are in
/// no scope until their page has come. Returns how many went.
pub fn sweep(tx: &mut Tx<'_>) -> Result<u32> {
    tx.execute(
        "DELETE FROM leaving WHERE EXISTS (SELECT 1 FROM scope CROSS JOIN member ON scope = scope.no AND member.row = leaving.row)",
        [],
    )?;
    let rows: Vec<[u8; 16]> = {
        let mut statement = tx.prepare_cached("SELECT row FROM leaving")?;
        statement.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    let mut gone = 0;
    for row in rows {
        gone += u32::from(evict(tx, RowId(Uuid::from_bytes(row)))?);
    }
    Ok(gone)
}

fn delete(tx: &mut Tx<'_>, id: RowId) -> Result<()> {
    let Some(row) = doc(tx, id)? else { return Ok(()) };
    tx.prepare_cached("DELETE FROM record WHERE id = ?1")?.execute([id.as_bytes()])?;
    match row.kind {
        Kind::Pairing => roster::remove_pairing(tx, &row)?,
        Kind::RuleSet => tx.rules_changed(),
        Kind::Area => {
            tx.prepare_cached("DELETE FROM area WHERE code = ?1")?.execute([row.fields.text("code")])?;
        }
        Kind::Photo => {
            tx.prepare_cached("DELETE FROM photo WHERE id = ?1 AND state = 'verified'")?.execute([id.as_bytes()])?;
        }
        _ => {
            if let Some(recipient) = row.recipient() {
                tx.touch(recipient);
            }
        }
    }
    Ok(())
}

/// The largest stamp in a row, for [`Tx::observe`].
pub fn latest_stamp(row: &Row) -> Hlc {
    let stamps = row.stamps.values().map(|s| s.hlc);
    stamps.chain(row.void.as_ref().map(|v| v.hlc)).fold(row.hlc, Hlc::max)
}
