//! What is stuck: sent again after the cause was mended, or put aside.

use super::saving::{change, invalid};
use crate::{
    Core, Refusal, Reply,
    store::{Tx, outbox, outbox::Entry, record},
};
use shared::{
    Change, Fields, Kind, Outcome, RowId,
    ids::{OpNo, Rev},
    op::Rejection,
    records::ProblemCode,
};

/// Sends a refused operation again, as a new one under a new stamp; the old one stays in the log, put aside.
pub fn resend(tx: &mut Tx<'_>, op_no: OpNo) -> Result<Vec<RowId>, Refusal> {
    let entry = outbox::entry(tx, op_no.0)?.ok_or(Refusal::NotFound)?;
    let Some(Outcome::Rejected(why)) = &entry.outcome else { return Err(Refusal::NotNow) };
    // Only the build that saved it can say it again.
    let op = entry.op().map_err(|_| Refusal::NotNow)?;
    if matches!(op.change, Change::Other(_)) {
        return Err(Refusal::NotNow);
    }
    if let Change::Create(fields) = op.change {
        // An id that is taken by another record stays taken.
        let id = if matches!(why, Rejection::IdTaken) { RowId(tx.new_id()) } else { op.row };
        create_anew(tx, op.kind, id, fields, &entry)?;
        return Ok(vec![id]);
    }
    match record::doc(tx, op.row)? {
        Some(row) => change(tx, &row, op.change)?,
        // The record left this device: only the server can tell whether the change holds now.
        None => {
            outbox::append_op(tx, &op.kind, op.row, op.base, op.change)?;
        }
    }
    outbox::set_seen(tx, &entry)?;
    Ok(vec![op.row])
}

/// A creation in place of a refused one.
pub fn create_anew(tx: &mut Tx<'_>, kind: Kind, id: RowId, fields: Fields, refused: &Entry) -> Result<(), Refusal> {
    let problems = kind.problems(&fields);
    if !problems.is_empty() {
        return Err(Refusal::Invalid(problems));
    }
    outbox::append_op(tx, &kind, id, Rev(0), Change::Create(fields))?;
    outbox::set_seen(tx, refused)?;
    record::replay(tx, id)?;
    Ok(())
}

impl Core {
    pub(super) fn acknowledge(&mut self, op_no: OpNo) -> Result<Reply, Refusal> {
        self.write(|tx| {
            let entry = outbox::entry(tx, op_no.0)?.ok_or(Refusal::NotFound)?;
            if entry.outcome.is_none() {
                return Err(invalid("op_no", ProblemCode::WrongShape));
            }
            outbox::set_seen(tx, &entry)?;
            record::sweep(tx)?;
            Ok(Reply::Done)
        })
    }
}
