//! One operation against the working set: who speaks, in what relation, under what area; then `shared` decides, and
//! what it decided is put into the working set. No store, no clock.

use super::{
    effects::{lookups::aid_of, people::in_force},
    evaluation::{Evaluation, EvaluationTime, review_id},
    file_review::file_review,
    principal::Principal,
    resolve_review::resolve_review,
    scopes::{area_of, areas_of, supervises},
    working_set::WorkingSet,
};
use crate::store::tables::Worker;
use shared::{
    AreaCode, AreaLevel, Change, Day, Fields, Kind, Op, RecipientId, Row,
    merge::{Actor, Meta, actor::Relation, decide},
    op::Rejection,
    records::{Category, recipient_of},
};

pub fn evaluate(working_set: &mut WorkingSet, op: &Op, principal: &Principal<'_>, when: EvaluationTime) -> Evaluation {
    let row = working_set.row(op.row);
    if matches!(op.change, Change::Resolve { .. }) && principal.had_lost_access(when) {
        return Evaluation::rejected(Rejection::NotAllowed);
    }
    if let (Change::Resolve { accept, reason }, Some(row)) = (&op.change, row)
        && row.kind == Kind::Review
        && op.kind == Kind::Review
    {
        let row = row.clone();
        return resolve_review(working_set, &row, *accept, reason, principal, when);
    }
    let (area, category) = counted_under(working_set, op, row, principal);
    let relation = match relation(working_set, op, row, area, principal, when) {
        // Whoever holds a phone that was reported lost may be anyone: a supervisor decides. What was done before counts as usual,
        // and the traces of looks at records are no one's claim.
        Relation::Supervisor | Relation::InCare if principal.had_lost_access(when) && op.kind != Kind::AccessLog => {
            Relation::Former
        }
        relation => relation,
    };
    let unit = match principal {
        Principal::Device { worker, .. } => worker.unit,
        Principal::Office { .. } => None,
    };
    let actor = Actor { worker: principal.worker(), device: principal.device(), unit, relation };
    let likely_duplicate = is_likely_duplicate(working_set, op, principal);
    let meta = Meta { hlc: when.hlc, area, category, likely_duplicate };
    let judged = decide(row, op, &actor, &meta).into_effect(|| review_id(op));
    if let Some((reason, fields)) = &judged.review {
        let applied = judged.row.is_some();
        let review = file_review(op, row, reason, fields, applied, &actor, principal.name(working_set), &meta, when);
        working_set.put(Box::new(review));
    }
    let rev = judged.row.as_ref().map(|r| r.rev);
    if let Some(row) = judged.row {
        working_set.put(row);
    }
    Evaluation { outcome: judged.outcome, rev }
}

/// The recipient an operation is about.
fn recipient(op: &Op, row: Option<&Row>) -> Option<RecipientId> {
    match (row, &op.change) {
        (Some(row), _) => row.recipient(),
        (None, Change::Create(fields)) => recipient_of(&op.kind, op.row, fields),
        (None, _) => None,
    }
}

/// Area and category that a new record is counted under: the recipient's at this moment, else its own, else where its
/// author is counted.
pub fn counted_under(
    working_set: &WorkingSet,
    op: &Op,
    row: Option<&Row>,
    principal: &Principal<'_>,
) -> (Option<AreaCode>, Option<Category>) {
    if let Some(place) = recipient(op, row).and_then(|r| working_set.place(r)) {
        return (Some(place.area), Some(place.category.clone()));
    }
    let fields = match &op.change {
        Change::Create(fields) => fields,
        _ => return (row.and_then(area_of).or(principal.home()), row.and_then(|r| r.category.clone())),
    };
    let area = fields.parsed("area").or_else(|| if op.kind == Kind::Area { fields.parsed("code") } else { None });
    let category = if op.kind == Kind::Recipient { fields.text("category").map(Category::from) } else { None };
    (area.or(principal.home()), category)
}

/// How the principal stood to the record when the operation was made. If in doubt, rather [`Relation::Former`], which ends
/// in review, than [`Relation::Stranger`], which ends in a refusal.
fn relation(
    working_set: &WorkingSet,
    op: &Op,
    row: Option<&Row>,
    area: Option<AreaCode>,
    principal: &Principal<'_>,
    when: EvaluationTime,
) -> Relation {
    let Principal::Device { worker, .. } = principal else { return Relation::Server };
    let lies_in = row.and_then(area_of).or(area);
    if lies_in.is_some_and(|a| supervises(worker, &a)) {
        return Relation::Supervisor;
    }
    let grants = recipient(op, row).map_or(&[][..], |r| working_set.grants(r));
    let day = Day::of_utc_ms(when.hlc.ms());
    if worker.left {
        let knew = !grants.is_empty() || row.is_some_and(|r| r.author == worker.id);
        return if knew { Relation::Former } else { Relation::Stranger };
    }
    let own = row.is_some_and(|r| r.author == worker.id || r.id == worker.id.into());
    if own || grants.iter().any(|g| in_force(g, day)) {
        return Relation::InCare;
    }
    if lies_in.is_some_and(|a| areas_of(worker).iter().any(|mine| mine.contains(&a))) {
        return Relation::InCare;
    }
    if !grants.is_empty() {
        return Relation::Former;
    }
    let Change::Create(fields) = &op.change else { return Relation::Stranger };
    let near = lies_in.is_some_and(|a| is_near(worker, a));
    match op.kind {
        // About no one in particular: one's own photo, feedback, a look at a record.
        Kind::Photo | Kind::Feedback | Kind::AccessLog if recipient(op, row).is_none() => Relation::InCare,
        // At a place, or somebody new whom a worker proposes: where they work.
        Kind::Activity | Kind::Recipient if near => Relation::InCare,
        Kind::Household if near && household_is_new(working_set, fields) => Relation::InCare,
        _ => Relation::Stranger,
    }
}

/// The household of somebody who is only proposed yet.
fn household_is_new(working_set: &WorkingSet, fields: &Fields) -> bool {
    fields.parsed("recipient").is_some_and(|r| working_set.place(r).is_none())
}

/// In the township the worker is counted in, or in the area of their unit.
fn is_near(worker: &Worker, area: AreaCode) -> bool {
    let township = |a: AreaCode| a.at(AreaLevel::Township);
    worker.area.contains(&area) || (township(area).is_some() && township(area) == township(worker.area))
}

/// Another device recorded a hand-out of the same kind and value to the same person on the same day.
fn is_likely_duplicate(working_set: &WorkingSet, op: &Op, principal: &Principal<'_>) -> bool {
    let (Change::Create(fields), Kind::Assistance) = (&op.change, &op.kind) else { return false };
    let Some(aid) = aid_of(op.row, principal.device(), fields) else { return false };
    working_set.aids(aid.recipient).iter().any(|other| {
        other.device != aid.device
            && (other.day, &other.kind, other.fen) == (aid.day, &aid.kind, aid.fen)
            && (aid.handout.is_none() || other.handout != aid.handout)
    })
}
