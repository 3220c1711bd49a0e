//! The outbox: every operation of this device in order, and what became of it. Nothing leaves it before it was
//! acknowledged, and what needs a look stays until the user has put it aside.

use super::{Result, StoreError, Tx, record};
use crate::Refusal;
use rusqlite::{Connection, OptionalExtension, Row as SqlRow};
use shared::{
    Change, Kind, Moment, Op, OpOutcome, Outcome, RowId,
    ids::{Incarnation, OpId, OpNo, RecipientId, Rev},
    merge::review::{ReviewDecision, decision_of},
    op::Rejection,
    records::{Problem, ProblemCode, recipient_of},
    wire::OP_BYTES_MAX,
};

/// An operation ready to travel.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// Local number, for [`super::undo::Fresh::offered`].
    pub no: u64,
    pub wire_no: OpNo,
    /// Exactly as saved; the chain is over these bytes.
    pub json: String,
}

/// One operation with what became of it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub no: u64,
    pub row: RowId,
    pub recipient: Option<RecipientId>,
    pub json: String,
    pub saved: Moment,
    pub acked: bool,
    /// `None` while waiting, and once applied.
    pub outcome: Option<Outcome>,
    pub seen: bool,
    /// What a supervisor decided, where the outcome is a review that was decided.
    pub decided: Option<ReviewDecision>,
}

impl Entry {
    const COLUMNS: &'static str = "no, row, recipient, json, saved_at, acked, outcome, seen";

    fn read(r: &SqlRow<'_>) -> Result<Self> {
        let outcome: Option<String> = r.get(6)?;
        Ok(Self {
            no: r.get(0)?,
            row: RowId(uuid::Uuid::from_bytes(r.get(1)?)),
            recipient: r.get::<_, Option<[u8; 16]>>(2)?.map(|b| RecipientId(uuid::Uuid::from_bytes(b))),
            json: r.get(3)?,
            saved: r.get::<_, String>(4)?.parse().map_err(|_| StoreError::Unreadable("a moment of the outbox"))?,
            acked: r.get(5)?,
            outcome: outcome.map(|o| serde_json::from_str(&o)).transpose()?,
            seen: r.get(7)?,
            decided: None,
        })
    }

    /// An operation counts until the server, or a supervisor, has said otherwise.
    pub fn in_force(&self) -> bool {
        match &self.outcome {
            Some(Outcome::Rejected(_)) => false,
            Some(Outcome::InReview { applied: false, .. }) => self.decided.as_ref().is_some_and(|d| d.accepted),
            _ => true,
        }
    }

    /// Refused or declined for good, and put aside by its author.
    pub fn is_over(&self) -> bool {
        let declined = self.decided.as_ref().is_some_and(|d| !d.accepted);
        self.seen && (matches!(self.outcome, Some(Outcome::Rejected(_))) || declined && !self.in_force())
    }

    /// Whether it would make a new record.
    pub fn creates(&self) -> bool {
        self.op().is_ok_and(|op| matches!(op.change, Change::Create(_)))
    }

    pub fn op(&self) -> Result<Op> {
        Ok(serde_json::from_str(&self.json)?)
    }
}

/// Appends one operation: takes the next number and a stamp, and keeps the JSON as it will travel. The caller replays
/// the row ([`record::replay`]) in the same transaction.
///
/// # Errors
/// [`Refusal::Invalid`] when it would be too large ever to be sent; [`Refusal::NotEnrolled`].
pub fn append_op(tx: &mut Tx<'_>, kind: &Kind, row: RowId, base: Rev, change: Change) -> Result<Op, Refusal> {
    tx.me()?;
    let recipient = match &change {
        Change::Create(fields) => recipient_of(kind, row, fields),
        _ if *kind == Kind::Recipient => Some(row.into()),
        _ => record::recipient_of_row(tx, row)?,
    };
    let id = OpId(tx.new_id());
    let op = Op { id, no: tx.take_wire_no()?, base, hlc: tx.tick(), kind: kind.clone(), row, change };
    let json = serde_json::to_string(&op).map_err(StoreError::from)?;
    if json.len() > OP_BYTES_MAX {
        return Err(Refusal::Invalid(vec![Problem::new(&largest_field(&op.change), ProblemCode::TooLarge)]));
    }
    let incarnation = tx.incarnation()?;
    tx.prepare_cached(
        "INSERT INTO op (incarnation, wire_no, id, row, recipient, kind, json, saved_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((
        incarnation.0,
        op.no.0,
        op.id.as_bytes(),
        row.as_bytes(),
        recipient.as_ref().map(RecipientId::as_bytes),
        kind.word(),
        json,
        tx.now().to_string(),
    ))?;
    let no = u64::try_from(tx.last_insert_rowid()).unwrap_or(0);
    tx.appended = Some((tx.appended.map_or(no, |(first, _)| first), no));
    Ok(op)
}

/// The field to shorten.
fn largest_field(change: &Change) -> String {
    let size = |fields: &shared::Fields| {
        fields.0.iter().max_by_key(|(_, value)| value.to_string().len()).map(|(name, _)| name.clone())
    };
    match change {
        Change::Create(fields) | Change::Set(fields) | Change::Amend { fields, .. } => size(fields),
        other => other.field_names().into_iter().next(),
    }
    .unwrap_or_default()
}

/// The oldest operations not acknowledged, behind local number `after` and up to `through`: at most `limit_ops`, and at most
/// `limit_bytes` of JSON, but always one if there is any.
pub fn unsent(
    conn: &Connection,
    after: u64,
    through: u64,
    limit_ops: usize,
    limit_bytes: usize,
) -> Result<Vec<Outgoing>> {
    let mut statement = conn.prepare_cached(
        "SELECT no, wire_no, json FROM op WHERE acked = 0 AND no > ?1 AND no <= ?2 ORDER BY no LIMIT ?3",
    )?;
    let through = i64::try_from(through).unwrap_or(i64::MAX);
    let mut rows = statement.query((after, through, i64::try_from(limit_ops).unwrap_or(i64::MAX)))?;
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while let Some(r) = rows.next()? {
        let out = Outgoing { no: r.get(0)?, wire_no: OpNo(r.get(1)?), json: r.get(2)? };
        bytes += out.json.len();
        if bytes > limit_bytes && !batch.is_empty() {
            break;
        }
        batch.push(out);
    }
    Ok(batch)
}

/// Notes that everything of this incarnation up to `through`, whose local number is `no`, is durable on the server. Returns how
/// many are new.
pub fn ack_through(tx: &mut Tx<'_>, through: OpNo, no: u64) -> Result<usize> {
    let incarnation = tx.incarnation()?;
    // Among what waits, and no further: neither a long outbox nor a long backlog makes a push slower. Within an incarnation the
    // numbers stand in the order of the local ones.
    Ok(tx
        .prepare_cached(
            "UPDATE op SET acked = 1 WHERE no IN (
               SELECT no FROM op INDEXED BY op_unsent WHERE acked = 0 AND no <= ?3
             ) AND incarnation = ?1 AND wire_no <= ?2",
        )?
        .execute((incarnation.0, through.0, no))?)
}

/// The server has less than it acknowledged once (it was restored): what comes after `have` waits again.
pub fn unack_after(tx: &mut Tx<'_>, have: OpNo) -> Result<usize> {
    let incarnation = tx.incarnation()?;
    Ok(tx
        .prepare_cached("UPDATE op SET acked = 0, settled = 0 WHERE incarnation = ?1 AND wire_no > ?2 AND acked = 1")?
        .execute((incarnation.0, have.0))?)
}

/// Keeps what became of an operation and shows the record accordingly. An operation that this device does not know is
/// passed over.
pub fn set_outcome(tx: &mut Tx<'_>, told: &OpOutcome) -> Result<()> {
    let incarnation = tx.incarnation()?;
    let known: Option<(u64, [u8; 16])> = tx
        .prepare_cached("SELECT no, row FROM op WHERE id = ?1 OR (?2 AND incarnation = ?3 AND wire_no = ?4)")?
        .query_row((told.op_id.as_bytes(), told.op_id.is_nil(), incarnation.0, told.op_no.0), |r| {
            Ok((r.get(0)?, r.get(1)?))
        })
        .optional()?;
    let Some((no, row)) = known else { return Ok(()) };
    let json = told.outcome.needs_attention().then(|| serde_json::to_string(&told.outcome)).transpose()?;
    // Heard twice, it stays put aside.
    tx.prepare_cached("UPDATE op SET seen = CASE WHEN outcome IS ?2 THEN seen ELSE 0 END, outcome = ?2 WHERE no = ?1")?
        .execute((no, json))?;
    record::replay(tx, RowId(uuid::Uuid::from_bytes(row)))?;
    Ok(())
}

/// The last local number that is acknowledged; 0 for none. Taken when a pull begins, for [`settle`].
pub fn acked_through(conn: &Connection) -> Result<u64> {
    Ok(conn.prepare_cached("SELECT coalesce(max(no), 0) FROM op WHERE acked = 1")?.query_row([], |r| r.get(0))?)
}

/// A pull that began when `through` was acknowledged has ended: the mirror now holds what these operations did, and they
/// are no longer replayed over it.
pub fn settle(tx: &mut Tx<'_>, through: u64) -> Result<()> {
    // Where the page brought the record as it now stands, there is nothing left to work out.
    let rows: Vec<[u8; 16]> = {
        let mut statement = tx.prepare_cached(
            "SELECT DISTINCT op.row FROM op LEFT JOIN record ON record.id = op.row
             WHERE settled = 0 AND acked = 1 AND no <= ?1 AND (record.id IS NULL OR record.mirror IS NOT NULL)",
        )?;
        statement.query_map([through], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    tx.prepare_cached("UPDATE op SET settled = 1 WHERE settled = 0 AND acked = 1 AND no <= ?1")?.execute([through])?;
    for row in rows {
        record::replay(tx, RowId(uuid::Uuid::from_bytes(row)))?;
    }
    Ok(())
}

/// After a server was restored: everything behind local number `after` that was acknowledged waits again, of whichever incarnation.
pub fn unack_behind(tx: &mut Tx<'_>, after: u64) -> Result<()> {
    tx.prepare_cached("UPDATE op SET acked = 0, settled = 0 WHERE no > ?1 AND acked = 1")?.execute([after])?;
    Ok(())
}

/// Goes on under `incarnation` from number 1: everything not acknowledged, under the same operation ids. Returns how many
/// wait.
pub fn restart(tx: &mut Tx<'_>, incarnation: Incarnation) -> Result<u64> {
    super::meta::set(tx, super::meta::key::INCARNATION, &incarnation)?;
    let waiting: Vec<u64> = {
        let mut statement = tx.prepare_cached("SELECT no FROM op WHERE acked = 0 ORDER BY no")?;
        statement.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    // Out of the way first: numbers are unique within an incarnation.
    tx.execute("UPDATE op SET wire_no = -wire_no WHERE acked = 0", [])?;
    for (n, no) in (1..).zip(&waiting) {
        renumber(tx, *no, incarnation, OpNo(n))?;
    }
    tx.forget_numbers();
    Ok(waiting.len() as u64)
}

/// Gives an operation that was never acknowledged under this number another one.
pub(super) fn renumber(tx: &mut Tx<'_>, no: u64, incarnation: Incarnation, wire_no: OpNo) -> Result<()> {
    let json: String = tx.prepare_cached("SELECT json FROM op WHERE no = ?1")?.query_row([no], |r| r.get(0))?;
    // Through the typed form where it can be read: the same bytes on every build. What a newer build saved keeps its words.
    let json = match serde_json::from_str::<Op>(&json) {
        Ok(op) => serde_json::to_string(&Op { no: wire_no, ..op })?,
        Err(_) => {
            let mut op: serde_json::Value = serde_json::from_str(&json)?;
            op["op_no"] = wire_no.0.into();
            op.to_string()
        }
    };
    tx.prepare_cached("UPDATE op SET incarnation = ?2, wire_no = ?3, json = ?4 WHERE no = ?1")?.execute((
        no,
        incarnation.0,
        wire_no.0,
        json,
    ))?;
    Ok(())
}

/// Whether something behind local number `after` was acknowledged under another incarnation than this one.
pub fn acked_elsewhere(conn: &Connection, incarnation: Incarnation, after: u64) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM op WHERE no > ?1 AND acked = 1 AND incarnation <> ?2)")?
        .query_row((after, incarnation.0), |r| r.get(0))?)
}

/// The last number of an incarnation that is here; 0 for none.
pub(super) fn last_wire_no(conn: &Connection, incarnation: Incarnation) -> Result<OpNo> {
    let last: i64 = conn
        .prepare_cached("SELECT coalesce(max(wire_no), 0) FROM op WHERE incarnation = ?1")?
        .query_row([incarnation.0], |r| r.get(0))?;
    Ok(OpNo(u64::try_from(last).unwrap_or(0)))
}

/// Operations that an older server could not judge, with their local numbers: at most `limit`, beginning behind local
/// number `after` and then from the front.
pub fn asking(conn: &Connection, after: u64, limit: usize) -> Result<Vec<(u64, OpId)>> {
    let waits = serde_json::to_string(&Outcome::Rejected(Rejection::NeedsNewerServer))?;
    let mut statement = conn.prepare_cached(
        "SELECT no, id FROM op WHERE outcome IS NOT NULL AND outcome = ?1 AND acked = 1 ORDER BY no <= ?2, no LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found =
        statement.query_map((waits, after, limit), |r| Ok((r.get(0)?, OpId(uuid::Uuid::from_bytes(r.get(1)?)))))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The JSON of the operations of an incarnation between two numbers, neither included, in order: what a chain is made of.
pub fn each_between(
    conn: &Connection,
    incarnation: Incarnation,
    after: OpNo,
    before: OpNo,
    mut each: impl FnMut(&str),
) -> Result<()> {
    let mut statement = conn.prepare_cached(
        "SELECT json FROM op WHERE incarnation = ?1 AND wire_no > ?2 AND wire_no < ?3 ORDER BY wire_no",
    )?;
    let mut rows = statement.query((incarnation.0, after.0, before.0))?;
    while let Some(r) = rows.next()? {
        each(r.get_ref(0)?.as_str().map_err(|_| StoreError::Unreadable("an operation is not text"))?);
    }
    Ok(())
}

/// How many operations wait, and their bytes as JSON.
pub fn waiting(conn: &Connection) -> Result<(u32, u64)> {
    Ok(conn
        .prepare_cached("SELECT count(*), coalesce(sum(length(CAST(json AS BLOB))), 0) FROM op WHERE acked = 0")?
        .query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?)
}

/// How many outcomes want a look.
pub fn attention_count(conn: &Connection) -> Result<u32> {
    Ok(conn
        .prepare_cached("SELECT count(*) FROM op WHERE outcome IS NOT NULL AND seen = 0")?
        .query_row([], |r| r.get(0))?)
}

/// Which part of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Not acknowledged, oldest first.
    Waiting,
    /// Outcomes to look at, newest first.
    Attention,
    /// Acknowledged, newest first.
    Recent,
}

pub fn list(conn: &Connection, part: Part, limit: u32) -> Result<Vec<Entry>> {
    let which = match part {
        Part::Waiting => "acked = 0 ORDER BY no",
        Part::Attention => "outcome IS NOT NULL AND seen = 0 ORDER BY no DESC",
        Part::Recent => "acked = 1 ORDER BY no DESC",
    };
    select(conn, &format!("WHERE {which} LIMIT ?1"), [limit])
}

/// Operations on one record, in order.
pub fn of_row(conn: &Connection, row: RowId) -> Result<Vec<Entry>> {
    select(conn, "WHERE row = ?1 ORDER BY no", [row.as_bytes()])
}

/// Operations on one record that the mirror does not hold yet, in order.
pub fn unsettled(conn: &Connection, row: RowId) -> Result<Vec<Entry>> {
    select(conn, "WHERE row = ?1 AND settled = 0 ORDER BY no", [row.as_bytes()])
}

pub fn entry(conn: &Connection, no: u64) -> Result<Option<Entry>> {
    Ok(select(conn, "WHERE no = ?1", [no])?.pop())
}

fn select(conn: &Connection, rest: &str, params: impl rusqlite::Params) -> Result<Vec<Entry>> {
    let mut statement = conn.prepare_cached(&format!("SELECT {} FROM op {rest}", Entry::COLUMNS))?;
    let mut rows = statement.query(params)?;
    let mut entries = Vec::new();
    while let Some(r) = rows.next()? {
        entries.push(Entry::read(r)?);
    }
    for entry in &mut entries {
        if let Some(Outcome::InReview { review, .. }) = &entry.outcome {
            entry.decided = record::doc(conn, RowId(review.0))?.as_ref().and_then(decision_of);
        }
    }
    Ok(entries)
}

/// A supervisor has decided about an operation of this device: it asks for a look once more, and counts or not.
pub fn show_decision(tx: &mut Tx<'_>, op: OpId) -> Result<()> {
    let row: Option<[u8; 16]> = tx
        .prepare_cached("UPDATE op SET seen = 0 WHERE id = ?1 AND outcome IS NOT NULL RETURNING row")?
        .query_row([op.as_bytes()], |r| r.get(0))
        .optional()?;
    if let Some(row) = row {
        record::replay(tx, RowId(uuid::Uuid::from_bytes(row)))?;
    }
    Ok(())
}

/// Puts an outcome aside; it stays in the log.
pub fn set_seen(tx: &mut Tx<'_>, entry: &Entry) -> Result<()> {
    tx.prepare_cached("UPDATE op SET seen = 1 WHERE no = ?1")?.execute([entry.no])?;
    record::replay(tx, entry.row)?;
    Ok(())
}

/// Recipients about whom something waits.
pub fn recipients_waiting(conn: &Connection) -> Result<std::collections::HashSet<RecipientId>> {
    let mut statement =
        conn.prepare_cached("SELECT DISTINCT recipient FROM op WHERE acked = 0 AND recipient IS NOT NULL")?;
    let ids = statement.query_map([], |r| Ok(RecipientId(uuid::Uuid::from_bytes(r.get(0)?))))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}
