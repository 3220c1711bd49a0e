//! What saving commands share: a record is validated, becomes an operation and shows at once, in the caller's
//! transaction.

use crate::{
    reply::Refusal,
    store::{Tx, draft, outbox, photo, record},
};
use shared::{
    Change, HandoutId, Kind, Moment, Op, Record, Row, RowId,
    hlc::SKEW_TOLERATED_MS,
    ids::{OpId, OpNo, RecipientId, ReviewId},
    merge::{Decision, OpContext, decide},
    op::Rejection,
    records::{Photo, Problem, ProblemCode},
    wire::ErrorCode,
};

/// Creates a record.
pub fn create<R: Record>(tx: &mut Tx<'_>, id: RowId, new: &R) -> Result<(), Refusal> {
    let problems = new.problems();
    if !problems.is_empty() {
        return Err(Refusal::Invalid(problems));
    }
    outbox::append_op(tx, &R::KIND, id, shared::ids::Rev(0), Change::Create(new.to_fields()))?;
    Ok(tx.replay_changed()?)
}

/// Changes a record that is on this device. The shared rules decide first, so that a change that the server is sure to
/// refuse is refused here, and a change without effect makes no operation.
pub fn change(tx: &mut Tx<'_>, row: &Row, change: Change) -> Result<(), Refusal> {
    let base = record::rev(tx, row.id)?;
    let identity = tx.identity()?;
    let trial = Op { id: OpId::NIL, no: OpNo(0), base, hlc: tx.tick(), kind: row.kind.clone(), row: row.id, change };
    let context = OpContext { hlc: trial.hlc, area: row.area, category: row.category.clone(), likely_duplicate: false };
    match decide(Some(row), &trial, &identity.actor(), &context) {
        Decision::Reject(why) => return Err(refusal(why)),
        Decision::Pass => return Ok(()),
        decision => {
            let problems =
                decision.into_effect(|| ReviewId::NIL).row.map(|r| r.kind.problems(&r.fields)).unwrap_or_default();
            if !problems.is_empty() {
                return Err(Refusal::Invalid(problems));
            }
        }
    }
    outbox::append_op(tx, &row.kind, row.id, base, trial.change)?;
    Ok(tx.replay_changed()?)
}

fn refusal(why: Rejection) -> Refusal {
    match why {
        Rejection::Invalid(problems) => Refusal::Invalid(problems),
        Rejection::NeedsAmendment { field } => invalid(&field, ProblemCode::WrongShape),
        Rejection::UnknownRow => Refusal::NotFound,
        Rejection::NotAllowed | Rejection::NotYours => Refusal::Server(ErrorCode::NotAllowed),
        // Reasons that only a server can find.
        _ => Refusal::NotNow,
    }
}

/// The refusal for one invalid field.
pub fn invalid(field: &str, code: ProblemCode) -> Refusal {
    Refusal::Invalid(vec![Problem::new(field, code)])
}

/// Finds a record on this device.
pub fn find(tx: &Tx<'_>, id: RowId) -> Result<Row, Refusal> {
    record::local_row(tx, id)?.ok_or(Refusal::NotFound)
}

/// Finds a recipient on this device.
pub fn find_recipient(tx: &Tx<'_>, id: RecipientId) -> Result<Row, Refusal> {
    record::local_row(tx, id.into())?.filter(|r| r.kind == Kind::Recipient).ok_or(Refusal::NotFound)
}

/// When something happened: as given, or now. Refuses a moment further in the future than a device's usual clock skew.
pub fn happened(tx: &Tx<'_>, given: Option<Moment>) -> Result<Moment, Refusal> {
    let now = tx.server_now();
    match given {
        None => Ok(now),
        Some(moment) if moment.utc_ms <= now.utc_ms.saturating_add(SKEW_TOLERATED_MS) => Ok(moment),
        Some(_) => Err(invalid("happened", ProblemCode::InFuture)),
    }
}

/// The text without surrounding blanks; `None` where nothing is left.
pub fn filled(text: Option<String>) -> Option<String> {
    text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty())
}

/// What a photo of a draft belongs to once the draft is saved.
#[derive(Clone, Copy, Debug, Default)]
pub struct PhotoTarget {
    pub row: Option<RowId>,
    pub handout: Option<HandoutId>,
    pub recipient: Option<RecipientId>,
}

/// Ends a draft: its photos become records of what `target` says, and its text is removed.
pub fn finish_draft(
    tx: &mut Tx<'_>,
    key: Option<&str>,
    target: impl Fn(&photo::Meta) -> PhotoTarget,
) -> Result<Vec<RowId>, Refusal> {
    let Some(key) = key else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    for meta in photo::of_draft(tx, key)? {
        let PhotoTarget { row, handout, recipient } = target(&meta);
        let new = Photo {
            sha256: meta.sha256,
            size: meta.size,
            mime: meta.mime,
            width: meta.width,
            height: meta.height,
            happened: meta.taken,
            of: meta.of,
            row,
            handout,
            recipient,
            caption: meta.caption,
        };
        create(tx, meta.id.into(), &new)?;
        photo::adopt(tx, meta.id)?;
        rows.push(meta.id.into());
    }
    let json = draft::load(tx, key)?;
    draft::remove(tx, key)?;
    tx.note_dropped_draft(key, json);
    Ok(rows)
}
