//! Operations that need attention: sent again once the cause was removed, or put aside.

use super::saving::{change, invalid};
use crate::{
    core::Core,
    reply::{Refusal, Reply},
    store::{Tx, eviction, outbox, outbox::Entry, record},
};
use shared::{
    Change, Fields, Kind, Outcome, RowId,
    ids::{OpNo, Rev},
    op::Rejection,
    records::ProblemCode,
};

/// Sends a refused operation again, as a new one under a new stamp; the old one stays in the outbox, put aside.
pub fn resend(tx: &mut Tx<'_>, op_no: OpNo) -> Result<Vec<RowId>, Refusal> {
    let entry = outbox::entry(tx, op_no.0)?.ok_or(Refusal::NotFound)?;
    let Some(Outcome::Rejected(why)) = &entry.outcome else { return Err(Refusal::NotNow) };
    // An operation that this build cannot read cannot be created again.
    let op = entry.op().map_err(|_| Refusal::NotNow)?;
    if matches!(op.change, Change::Other(_)) {
        return Err(Refusal::NotNow);
    }
    if let Change::Create(fields) = op.change {
        // The id belongs to another record: the creation needs a new one.
        let id = if matches!(why, Rejection::IdTaken) { RowId(tx.new_id()) } else { op.row };
        create_anew(tx, op.kind, id, fields, &entry)?;
        return Ok(vec![id]);
    }
    match record::local_row(tx, op.row)? {
        Some(row) => change(tx, &row, op.change)?,
        // The record left this device: only the server can tell whether the change is valid now.
        None => {
            outbox::append_op(tx, &op.kind, op.row, op.base, op.change)?;
        }
    }
    outbox::set_seen(tx, &entry)?;
    Ok(vec![op.row])
}

/// Creates a record in place of a refused creation.
pub fn create_anew(tx: &mut Tx<'_>, kind: Kind, id: RowId, fields: Fields, refused: &Entry) -> Result<(), Refusal> {
    let problems = kind.problems(&fields);
    if !problems.is_empty() {
        return Err(Refusal::Invalid(problems));
    }
    outbox::append_op(tx, &kind, id, Rev(0), Change::Create(fields))?;
    outbox::set_seen(tx, refused)?;
    Ok(tx.replay_changed()?)
}

impl Core {
    pub(super) fn acknowledge(&mut self, op_no: OpNo) -> Result<Reply, Refusal> {
        self.write(|tx| {
            let entry = outbox::entry(tx, op_no.0)?.ok_or(Refusal::NotFound)?;
            if entry.outcome.is_none() {
                return Err(invalid("op_no", ProblemCode::WrongShape));
            }
            outbox::set_seen(tx, &entry)?;
            eviction::sweep(tx)?;
            Ok(Reply::Done)
        })
    }
}
