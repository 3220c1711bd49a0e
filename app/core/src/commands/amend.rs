//! Corrections and withdrawals. What the server never took is mended or dropped here instead: it has nothing to amend.

use super::saving::{change, filled, find, happened, invalid};
use crate::{
    Core, Refusal,
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
    let news = fields.0.into_iter().filter(|(name, value)| {
        row.fields.0.get(name).filter(|v| !v.is_null()) != Some(value).filter(|v| !v.is_null())
    });
    let news = Fields(news.collect());
    if let Some(entry) = refused_creation(tx, id)? {
        mend(tx, &row, &entry, news)?;
        return Ok(vec![id]);
    }
    // Follow-ups and the like may be edited at will; only what was submitted needs a reason.
    let (fixed, free): (Vec<_>, Vec<_>) =
        news.0.into_iter().partition(|(name, _)| row.kind.rule(name) == FieldRule::Fixed);
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

/// The creation of a record that the server refused.
pub fn refused_creation(tx: &Tx<'_>, id: RowId) -> Result<Option<Entry>, Refusal> {
    if record::both(tx, id)?.is_none_or(|b| b.mirror.is_some() || b.counts) {
        return Ok(None);
    }
    let entries = outbox::of_row(tx, id)?;
    let refused = |e: &Entry| !e.seen && matches!(e.outcome, Some(Outcome::Rejected(_)));
    Ok(entries.into_iter().rev().find(|e| refused(e) && e.op().is_ok_and(|op| matches!(op.change, Change::Create(_)))))
}

/// A refused record, put right, is offered as a new one under the same id.
fn mend(tx: &mut Tx<'_>, row: &Row, entry: &Entry, news: Fields) -> Result<(), Refusal> {
    let mut fields = row.fields.clone();
    fields.0.extend(news.0);
    fields.0.retain(|_, value| !value.is_null());
    super::stuck::create_anew(tx, row.kind.clone(), row.id, fields, entry)
}

impl Core {
    pub(super) fn void(&mut self, id: RowId, reason: String) -> Result<Vec<RowId>, Refusal> {
        if let Some(rows) = self.take_back(id)? {
            return Ok(rows);
        }
        self.save(|tx| void(tx, id, reason))
    }

    /// Within seconds of saving and before it was offered: as if it had never been. `None` when it is too late.
    fn take_back(&mut self, id: RowId) -> Result<Option<Vec<RowId>>, Refusal> {
        let Some(batch) = self.fresh_batch(id)? else { return Ok(None) };
        let taken = self.write(|tx| Ok(undo::take_back(tx, &batch)?))?;
        if taken.is_some() {
            self.fresh.forget(&batch);
        }
        Ok(taken)
    }

    /// Takes back the last save that touched `id`, whatever it did, within seconds and before it was offered.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] when it is too late, or when something saved later builds on it.
    pub(super) fn undo(&mut self, id: RowId) -> Result<Vec<RowId>, Refusal> {
        let now = self.env.monotonic_ms();
        let last = outbox::unsettled(self.store()?.conn(), id)?.pop();
        let batch = last.and_then(|e| self.fresh.batch_of(e.no, now).cloned()).ok_or(Refusal::NotNow)?;
        let taken = self.write(|tx| Ok(undo::take_back(tx, &batch)?))?;
        self.fresh.forget(&batch);
        taken.ok_or(Refusal::NotNow)
    }

    /// The save that made or decided `id`, while it can be taken back.
    pub(crate) fn fresh_batch(&self, id: RowId) -> Result<Option<undo::Batch>, Refusal> {
        let now = self.env.monotonic_ms();
        let entries = outbox::unsettled(self.store()?.conn(), id)?;
        let subject = |change: &Change| matches!(change, Change::Create(_) | Change::Resolve { .. });
        let made = entries.iter().find(|e| e.op().is_ok_and(|op| subject(&op.change)));
        Ok(made.and_then(|e| self.fresh.batch_of(e.no, now)).cloned())
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
        // A person is withdrawn by the office, by status; never voided from a phone.
        return Err(Refusal::NotNow);
    }
    change(tx, &row, Change::Void { reason: reason.clone() })?;
    let mut rows = vec![id];
    // A receipt without what was received would say that something was handed out.
    if let (Kind::Assistance, Some(recipient)) = (&row.kind, row.recipient()) {
        let receipts = record::of_recipient(tx, recipient, &Kind::Receipt, RECEIPTS_MAX)?;
        for receipt in receipts.iter().filter(|r| !r.is_void() && r.fields.parsed("assistance") == Some(id)) {
            change(tx, receipt, Change::Void { reason: reason.clone() })?;
            rows.push(receipt.id);
        }
    }
    Ok(rows)
}
