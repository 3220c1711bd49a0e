//! What saving commands share: a record is checked, becomes an operation and is shown, all in the caller's transaction.

use crate::{
    Refusal,
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

/// A new record.
pub fn create<R: Record>(tx: &mut Tx<'_>, id: RowId, new: &R) -> Result<(), Refusal> {
    let problems = new.problems();
    if !problems.is_empty() {
        return Err(Refusal::Invalid(problems));
    }
    outbox::append_op(tx, &R::KIND, id, shared::ids::Rev(0), Change::Create(new.to_fields()))?;
    record::replay(tx, id)?;
    Ok(())
}

/// A change of a record that is on this device. DecisionEffect by the shared rules first, so that what the server is sure to
/// refuse is refused here; a change that says what holds already makes no operation.
pub fn change(tx: &mut Tx<'_>, row: &Row, change: Change) -> Result<(), Refusal> {
    let base = record::rev(tx, row.id)?;
    let me = tx.me()?;
    let trial = Op { id: OpId::NIL, no: OpNo(0), base, hlc: tx.tick(), kind: row.kind.clone(), row: row.id, change };
    let meta = OpContext { hlc: trial.hlc, area: row.area, category: row.category.clone(), likely_duplicate: false };
    match decide(Some(row), &trial, &me.actor(), &meta) {
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
    record::replay(tx, row.id)?;
    Ok(())
}

fn refusal(why: Rejection) -> Refusal {
    match why {
        Rejection::Invalid(problems) => Refusal::Invalid(problems),
        Rejection::NeedsAmendment { field } => invalid(&field, ProblemCode::WrongShape),
        Rejection::UnknownRow => Refusal::NotFound,
        Rejection::NotAllowed | Rejection::NotYours => Refusal::Server(ErrorCode::NotAllowed),
        // Reasons that only a server finds.
        _ => Refusal::NotNow,
    }
}

pub fn invalid(field: &str, code: ProblemCode) -> Refusal {
    Refusal::Invalid(vec![Problem::new(field, code)])
}

/// A record on this device.
pub fn find(tx: &Tx<'_>, id: RowId) -> Result<Row, Refusal> {
    record::doc(tx, id)?.ok_or(Refusal::NotFound)
}

/// A recipient on this device.
pub fn find_recipient(tx: &Tx<'_>, id: RecipientId) -> Result<Row, Refusal> {
    record::doc(tx, id.into())?.filter(|r| r.kind == Kind::Recipient).ok_or(Refusal::NotFound)
}

/// When it happened: as given, or now. Never in the future by more than a phone's usual skew.
pub fn happened(tx: &Tx<'_>, given: Option<Moment>) -> Result<Moment, Refusal> {
    let now = tx.true_now();
    match given {
        None => Ok(now),
        Some(moment) if moment.utc_ms <= now.utc_ms.saturating_add(SKEW_TOLERATED_MS) => Ok(moment),
        Some(_) => Err(invalid("happened", ProblemCode::InFuture)),
    }
}

/// `None` for what is empty but for blanks.
pub fn filled(text: Option<String>) -> Option<String> {
    text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty())
}

/// Where a photo of a draft belongs once the draft is saved.
#[derive(Clone, Copy, Debug, Default)]
pub struct Belongs {
    pub row: Option<RowId>,
    pub handout: Option<HandoutId>,
    pub recipient: Option<RecipientId>,
}

/// The draft is over: its photos become records, each where `belongs` says, and its text is dropped.
pub fn finish_draft(
    tx: &mut Tx<'_>,
    key: Option<&str>,
    belongs: impl Fn(&photo::Meta) -> Belongs,
) -> Result<Vec<RowId>, Refusal> {
    let Some(key) = key else { return Ok(Vec::new()) };
    let mut rows = Vec::new();
    for kept in photo::of_draft(tx, key)? {
        let Belongs { row, handout, recipient } = belongs(&kept);
        let new = Photo {
            sha256: kept.sha256,
            size: kept.size,
            mime: kept.mime,
            width: kept.width,
            height: kept.height,
            happened: kept.taken,
            of: kept.of,
            row,
            handout,
            recipient,
            caption: kept.caption,
        };
        create(tx, kept.id.into(), &new)?;
        photo::adopt(tx, kept.id)?;
        rows.push(kept.id.into());
    }
    let json = draft::load(tx, key)?;
    draft::remove(tx, key)?;
    tx.drop_draft(key, json);
    Ok(rows)
}
