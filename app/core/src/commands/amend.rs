//! Corrections and withdrawals. A record whose creation the server refused is corrected or dropped on the device alone.

use super::{
    saving::{change, filled, find, happened, invalid},
    stuck::create_anew,
};
use crate::{
    core::Core,
    reply::Refusal,
    store::{Tx, outbox, outbox::Entry, record, undo},
};
use shared::{
    Change, Fields, Kind, Outcome, RowId,
    records::{FieldRule, ProblemCode, Row},
};

/// 500 receipts of one person: more than ten years of hand-outs.
const RECEIPTS_MAX: u32 = 500;

pub fn amend(tx: &mut Tx<'_>, id: RowId, reason: String, fields: Fields) -> Result<Vec<RowId>, Refusal> {
    let row = find(tx, id)?;
    if let Some(when) = fields.parsed("happened") {
        happened(tx, Some(when))?;
    }
    let changed = fields.0.into_iter().filter(|(name, value)| {
        row.fields.0.get(name).filter(|v| !v.is_null()) != Some(value).filter(|v| !v.is_null())
    });
    let changed = Fields(changed.collect());
    if let Some(entry) = refused_creation(tx, id)? {
        correct_refused(tx, &row, &entry, changed)?;
        return Ok(vec![id]);
    }
    // Only fixed fields need a reason; others, such as the follow-up, may be edited freely.
    let (fixed, free): (Vec<_>, Vec<_>) =
        changed.0.into_iter().partition(|(name, _)| row.kind.rule(name) == FieldRule::Fixed);
    if !fixed.is_empty() {
        let reason = filled(Some(reason)).ok_or_else(|| invalid("reason", ProblemCode::Missing))?;
        change(tx, &row, Change::Amend { reason, fields: Fields(fixed.into_iter().collect()) })?;
    }
    if !free.is_empty() {
        let row = find(tx, id)?;
        change(tx, &row, Change::Set(Fields(free.into_iter().collect())))?;
    }
    Ok(vec![id])
}

/// The creation of a record, if the server refused it.
pub fn refused_creation(tx: &Tx<'_>, id: RowId) -> Result<Option<Entry>, Refusal> {
    if record::pair(tx, id)?.is_none_or(|b| b.server_row.is_some() || b.counts) {
        return Ok(None);
    }
    let entries = outbox::of_row(tx, id)?;
    let refused = |e: &Entry| !e.seen && matches!(e.outcome, Some(Outcome::Rejected(_)));
    Ok(entries.into_iter().rev().find(|e| refused(e) && e.op().is_ok_and(|op| matches!(op.change, Change::Create(_)))))
}

/// A refused record, corrected, is offered as a new one under the same id.
fn correct_refused(tx: &mut Tx<'_>, row: &Row, entry: &Entry, changed: Fields) -> Result<(), Refusal> {
    let mut fields = row.fields.clone();
    fields.0.extend(changed.0);
    fields.0.retain(|_, value| !value.is_null());
    create_anew(tx, row.kind.clone(), row.id, fields, entry)
}

impl Core {
    pub(super) fn void(&mut self, id: RowId, reason: String) -> Result<Vec<RowId>, Refusal> {
        if let Some(rows) = self.undo_creation(id)? {
            return Ok(rows);
        }
        self.save(|tx| void(tx, id, reason))
    }

    /// Undoes the save that made `id`, within seconds and before it was offered. `None` when it is too late.
    fn undo_creation(&mut self, id: RowId) -> Result<Option<Vec<RowId>>, Refusal> {
        let Some(save) = self.undoable_save(id)? else { return Ok(None) };
        let rows = self.write(|tx| Ok(undo::revert(tx, &save)?))?;
        if rows.is_some() {
            self.undo_window.forget(&save);
        }
        Ok(rows)
    }

    /// Takes back the last save that changed `id`, within seconds and before it was offered.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] when it is too late, or when an operation saved later builds on it.
    pub(super) fn undo(&mut self, id: RowId) -> Result<Vec<RowId>, Refusal> {
        let now = self.env.monotonic_ms();
        let last = outbox::unsettled(self.store()?.conn(), id)?.pop();
        let save = last.and_then(|e| self.undo_window.save_of(e.no, now).cloned()).ok_or(Refusal::NotNow)?;
        let rows = self.write(|tx| Ok(undo::revert(tx, &save)?))?;
        self.undo_window.forget(&save);
        rows.ok_or(Refusal::NotNow)
    }

    /// The save that created `id`, or resolved it as a review, while it can be taken back.
    pub(crate) fn undoable_save(&self, id: RowId) -> Result<Option<undo::UndoableSave>, Refusal> {
        let now = self.env.monotonic_ms();
        let entries = outbox::unsettled(self.store()?.conn(), id)?;
        let subject = |change: &Change| matches!(change, Change::Create(_) | Change::Resolve { .. });
        let made = entries.iter().find(|e| e.op().is_ok_and(|op| subject(&op.change)));
        Ok(made.and_then(|e| self.undo_window.save_of(e.no, now)).cloned())
    }
}

fn void(tx: &mut Tx<'_>, id: RowId, reason: String) -> Result<Vec<RowId>, Refusal> {
    let row = find(tx, id)?;
    if let Some(entry) = refused_creation(tx, id)? {
        outbox::set_seen(tx, &entry)?;
        return Ok(vec![id]);
    }
    let reason = filled(Some(reason)).ok_or_else(|| invalid("reason", ProblemCode::Missing))?;
    if row.kind == Kind::Recipient {
        // The office withdraws a recipient by status; a device never voids one.
        return Err(Refusal::NotNow);
    }
    change(tx, &row, Change::Void { reason: reason.clone() })?;
    let mut rows = vec![id];
    // Otherwise its receipts would still say that something was handed out.
    if let (Kind::Assistance, Some(recipient)) = (&row.kind, row.recipient()) {
        let receipts = record::of_recipient(tx, recipient, &Kind::Receipt, RECEIPTS_MAX)?;
        for receipt in receipts.iter().filter(|r| !r.is_void() && r.fields.parsed("assistance") == Some(id)) {
            change(tx, receipt, Change::Void { reason: reason.clone() })?;
            rows.push(receipt.id);
        }
    }
    Ok(rows)
}
