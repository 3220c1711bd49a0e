//! Needs: opened, then advanced step by step to their end.

use super::saving::{PhotoTarget, change, create, filled, find, find_recipient, finish_draft, invalid};
use crate::{
    command::{NeedText, NewNeed},
    reply::Refusal,
    store::Tx,
};
use shared::{
    Change, Fields, Kind, Moment, NeedId, RecipientId, Row, RowId, UnitId,
    records::{Need, NeedKind, NeedStatus, ProblemCode},
};

pub fn open(tx: &mut Tx<'_>, new: NewNeed) -> Result<Vec<RowId>, Refusal> {
    find_recipient(tx, new.recipient)?;
    let happened = tx.server_now();
    let id = create_need(tx, new.recipient, new.need, happened)?;
    let target = PhotoTarget { row: Some(id), handout: None, recipient: Some(new.recipient) };
    let photos = finish_draft(tx, new.draft.as_deref(), |_| target)?;
    Ok([vec![id], photos].concat())
}

/// Opens a need; with a unit it is assigned at once.
pub fn create_need(
    tx: &mut Tx<'_>,
    recipient: RecipientId,
    text: NeedText,
    happened: Moment,
) -> Result<RowId, Refusal> {
    let id = RowId(tx.new_id());
    let need = Need {
        recipient,
        kind: text.kind,
        text: text.text.trim().to_owned(),
        happened,
        status: if text.unit.is_some() { NeedStatus::Assigned } else { NeedStatus::Opened },
        generation: 0,
        unit: text.unit,
        solved: None,
        progress: None,
    };
    create(tx, id, &need)?;
    Ok(id)
}

/// Opens a need and solves it at once: it counts once, on the day it was solved.
pub fn create_solved(
    tx: &mut Tx<'_>,
    recipient: RecipientId,
    text: String,
    happened: Moment,
) -> Result<NeedId, Refusal> {
    let id = RowId(tx.new_id());
    let need = Need {
        recipient,
        kind: NeedKind::Unclassified,
        text,
        happened,
        status: NeedStatus::Solved,
        generation: 0,
        unit: None,
        solved: Some(happened),
        progress: None,
    };
    create(tx, id, &need)?;
    Ok(id.into())
}

pub fn advance(
    tx: &mut Tx<'_>,
    need: NeedId,
    to: &str,
    unit: Option<UnitId>,
    note: Option<String>,
) -> Result<Vec<RowId>, Refusal> {
    let row = find_need(tx, need)?;
    let wanted = NeedStatus::from(to);
    let note = filled(note);
    let current = NeedStatus::from(row.fields.text("status").unwrap_or_default());
    let is_supervisor = tx.identity()?.enrolment.is_supervisor();
    if !wanted.is_known() {
        return Err(invalid("status", ProblemCode::WrongShape));
    }
    if wanted == NeedStatus::Opened && current.is_end() && is_supervisor {
        let reason = note.ok_or_else(|| invalid("reason", ProblemCode::Missing))?;
        change(tx, &row, Change::Reopen { reason })?;
        return Ok(vec![row.id]);
    }
    let mut fields = Fields::new();
    if let Some(unit) = unit {
        fields = fields.with("unit", unit.to_string());
    }
    if let Some(note) = note {
        fields = fields.with("progress", note);
    }
    if wanted == current {
        // The same step with a new note or unit is an edit; as a step it would be dropped, and the note with it.
        if !fields.is_empty() {
            change(tx, &row, Change::Set(fields))?;
        }
        return Ok(vec![row.id]);
    }
    let solved = tx.server_now();
    step(tx, &row, &wanted, fields, solved)?;
    Ok(vec![row.id])
}

/// Reopens a finished need. It counts as solved once more when it is solved again.
pub fn reopen(tx: &mut Tx<'_>, need: NeedId, reason: String) -> Result<Vec<RowId>, Refusal> {
    let row = find_need(tx, need)?;
    let reason = filled(Some(reason)).ok_or_else(|| invalid("reason", ProblemCode::Missing))?;
    change(tx, &row, Change::Reopen { reason })?;
    Ok(vec![row.id])
}

/// Advances a need by one step, with fields that change along with it.
pub fn step(tx: &mut Tx<'_>, row: &Row, to: &NeedStatus, mut fields: Fields, solved: Moment) -> Result<(), Refusal> {
    if *to == NeedStatus::Solved {
        fields = fields.with("solved", solved.to_string());
    }
    let generation = row.fields.int("generation").and_then(|g| u32::try_from(g).ok()).unwrap_or(0);
    change(tx, row, Change::Advance { to: to.word().to_owned(), generation, fields })
}

pub fn find_need(tx: &Tx<'_>, need: NeedId) -> Result<Row, Refusal> {
    let row = find(tx, need.into())?;
    if row.kind == Kind::Need { Ok(row) } else { Err(Refusal::NotFound) }
}
