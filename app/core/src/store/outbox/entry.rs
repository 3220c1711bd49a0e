//! Reads operations of the outbox, each with its outcome.

use crate::store::{
    error::{Result, StoreError},
    record,
};
use rusqlite::{Connection, Row as SqlRow};
use shared::{
    Change, Moment, Op, Outcome, RowId,
    ids::RecipientId,
    merge::review::{ReviewDecision, decision_of},
};
use uuid::Uuid;

/// One operation with its outcome.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Local number: unique over all incarnations, and never changed.
    pub no: u64,
    pub row: RowId,
    pub recipient: Option<RecipientId>,
    pub json: String,
    pub saved: Moment,
    pub acked: bool,
    /// `None` while waiting, and once applied.
    pub outcome: Option<Outcome>,
    /// The user has put the outcome aside.
    pub seen: bool,
    /// The supervisor's decision, where the outcome is a review that was decided.
    pub decided: Option<ReviewDecision>,
}

impl Entry {
    const COLUMNS: &'static str = "no, row, recipient, json, saved_at, acked, outcome, seen";

    fn read(r: &SqlRow<'_>) -> Result<Self> {
        let outcome: Option<String> = r.get(6)?;
        Ok(Self {
            no: r.get(0)?,
            row: RowId(Uuid::from_bytes(r.get(1)?)),
            recipient: r.get::<_, Option<[u8; 16]>>(2)?.map(|b| RecipientId(Uuid::from_bytes(b))),
            json: r.get(3)?,
            saved: r.get::<_, String>(4)?.parse().map_err(|_| StoreError::Unreadable("a moment of the outbox"))?,
            acked: r.get(5)?,
            outcome: outcome.map(|o| serde_json::from_str(&o)).transpose()?,
            seen: r.get(7)?,
            decided: None,
        })
    }

    /// An operation is in force until the server, or a supervisor, has refused it.
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

    /// Whether the operation creates a record.
    pub fn creates(&self) -> bool {
        self.op().is_ok_and(|op| matches!(op.change, Change::Create(_)))
    }

    /// The operation, parsed.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] for an operation of a newer build that this one cannot read.
    pub fn op(&self) -> Result<Op> {
        Ok(serde_json::from_str(&self.json)?)
    }
}

/// Which part of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Not acknowledged, oldest first.
    Waiting,
    /// Outcomes that need attention, newest first.
    Attention,
    /// Acknowledged, newest first.
    Recent,
}

/// The first `limit` entries of a part.
///
/// # Errors
/// When the store cannot be read.
pub fn list(conn: &Connection, part: Part, limit: u32) -> Result<Vec<Entry>> {
    let which = match part {
        Part::Waiting => "acked = 0 ORDER BY no",
        Part::Attention => "outcome IS NOT NULL AND seen = 0 ORDER BY no DESC",
        Part::Recent => "acked = 1 ORDER BY no DESC",
    };
    select(conn, &format!("WHERE {which} LIMIT ?1"), [limit])
}

/// Operations on one record, in order.
///
/// # Errors
/// When the store cannot be read.
pub fn of_row(conn: &Connection, row: RowId) -> Result<Vec<Entry>> {
    select(conn, "WHERE row = ?1 ORDER BY no", [row.as_bytes()])
}

/// Operations on one record that its server row does not include yet, in order.
///
/// # Errors
/// When the store cannot be read.
pub fn unsettled(conn: &Connection, row: RowId) -> Result<Vec<Entry>> {
    select(conn, "WHERE row = ?1 AND settled = 0 ORDER BY no", [row.as_bytes()])
}

/// The entry with a local number.
///
/// # Errors
/// When the store cannot be read.
pub fn entry(conn: &Connection, no: u64) -> Result<Option<Entry>> {
    Ok(select(conn, "WHERE no = ?1", [no])?.pop())
}

fn select(conn: &Connection, condition: &str, params: impl rusqlite::Params) -> Result<Vec<Entry>> {
    let mut statement = conn.prepare_cached(&format!("SELECT {} FROM op {condition}", Entry::COLUMNS))?;
    let mut rows = statement.query(params)?;
    let mut entries = Vec::new();
    while let Some(r) = rows.next()? {
        entries.push(Entry::read(r)?);
    }
    for entry in &mut entries {
        if let Some(Outcome::InReview { review, .. }) = &entry.outcome {
            entry.decided = record::local_row(conn, RowId(review.0))?.as_ref().and_then(decision_of);
        }
    }
    Ok(entries)
}
