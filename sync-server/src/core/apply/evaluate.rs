//! One operation against the working set: the author's relation to the record, the area it counts under, then the
//! decision of `shared`, which is applied to the working set. No store, no clock.

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
    AreaCode, AreaLevel, Change, Day, Fields, Kind, Op, RecipientId, Row, domain,
    merge::{Actor, OpContext, actor::Relation, decide},
    op::Rejection,
    records::{Category, recipient_of},
};

/// Evaluates `op` and puts the changed record, and the review that may follow, into the working set.
pub fn evaluate(working_set: &mut WorkingSet, op: &Op, principal: &Principal<'_>, time: EvaluationTime) -> Evaluation {
    let row = working_set.row(op.row);
    if matches!(op.change, Change::Resolve { .. }) && principal.had_lost_access(time) {
        return Evaluation::rejected(Rejection::NotAllowed);
    }
    if let (Change::Resolve { accept, reason }, Some(row)) = (&op.change, row)
        && row.kind == Kind::Review
        && op.kind == Kind::Review
    {
        let row = row.clone();
        return resolve_review(working_set, &row, *accept, reason, principal, time);
    }
    let (area, category) = counted_under(working_set, op, row, principal);
    let relation = match relation(working_set, op, row, area, principal, time) {
        // A phone that was reported lost may be in anyone's hands: a supervisor decides about its later operations. The
        // access log is exempt: it claims nothing.
        Relation::Supervisor | Relation::InCare if principal.had_lost_access(time) && op.kind != Kind::AccessLog => {
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
    let meta = OpContext { hlc: time.hlc, area, category, likely_duplicate };
    let effect = decide(row, op, &actor, &meta).into_effect(|| review_id(op));
    if let Some((reason, fields)) = &effect.review {
        let applied = effect.row.is_some();
        let review = file_review(op, row, reason, fields, applied, &actor, principal.name(working_set), &meta, time);
        working_set.put(Box::new(review));
    }
    let rev = effect.row.as_ref().map(|r| r.rev);
    if let Some(row) = effect.row {
        working_set.put(row);
    }
    Evaluation { outcome: effect.outcome, rev }
}

/// The recipient that an operation is about.
fn recipient(op: &Op, row: Option<&Row>) -> Option<RecipientId> {
    match (row, &op.change) {
        (Some(row), _) => row.recipient(),
        (None, Change::Create(fields)) => recipient_of(&op.kind, op.row, fields),
        (None, _) => None,
    }
}

/// Area and category that a new record counts under: those of its recipient at this moment, else its own, else the area
/// of its author.
fn counted_under(
    working_set: &WorkingSet,
    op: &Op,
    row: Option<&Row>,
    principal: &Principal<'_>,
) -> (Option<AreaCode>, Option<Category>) {
    let registration = recipient(op, row).and_then(|r| working_set.registration(r));
    let registration = registration.map(|r| (r.area, r.category.clone()));
    match &op.change {
        Change::Create(fields) => domain::counted_under(&op.kind, fields, registration, principal.home_area()),
        _ => match registration {
            Some((area, category)) => (Some(area), Some(category)),
            None => (row.and_then(area_of).or(principal.home_area()), row.and_then(|r| r.category.clone())),
        },
    }
}

/// The principal's relation to the record when the operation was made. In doubt [`Relation::Former`], which leads to a
/// review, rather than [`Relation::Stranger`], which leads to a refusal.
fn relation(
    working_set: &WorkingSet,
    op: &Op,
    row: Option<&Row>,
    area: Option<AreaCode>,
    principal: &Principal<'_>,
    time: EvaluationTime,
) -> Relation {
    let Principal::Device { worker, .. } = principal else { return Relation::Server };
    let row_area = row.and_then(area_of).or(area);
    if row_area.is_some_and(|a| supervises(worker, &a)) {
        return Relation::Supervisor;
    }
    let grants = recipient(op, row).map_or(&[][..], |r| working_set.grants(r));
    let day = Day::of_utc_ms(time.hlc.ms());
    if worker.left {
        let knew_record = !grants.is_empty() || row.is_some_and(|r| r.author == worker.id);
        return if knew_record { Relation::Former } else { Relation::Stranger };
    }
    let own = row.is_some_and(|r| r.author == worker.id || r.id == worker.id.into());
    if own || grants.iter().any(|g| in_force(g, day)) {
        return Relation::InCare;
    }
    if row_area.is_some_and(|a| areas_of(worker).iter().any(|mine| mine.contains(&a))) {
        return Relation::InCare;
    }
    if !grants.is_empty() {
        return Relation::Former;
    }
    let Change::Create(fields) = &op.change else { return Relation::Stranger };
    let near = row_area.is_some_and(|a| is_near(worker, a));
    match op.kind {
        // Not about a recipient: a photo of one's own, feedback, an access log entry.
        Kind::Photo | Kind::Feedback | Kind::AccessLog if recipient(op, row).is_none() => Relation::InCare,
        // An activity, or a recipient whom a worker proposes, near where the worker is counted.
        Kind::Activity | Kind::Recipient if near => Relation::InCare,
        Kind::Household if near && household_is_new(working_set, fields) => Relation::InCare,
        _ => Relation::Stranger,
    }
}

/// True for the household of a recipient who is not on the roster yet.
fn household_is_new(working_set: &WorkingSet, fields: &Fields) -> bool {
    fields.parsed("recipient").is_some_and(|r| working_set.registration(r).is_none())
}

/// True inside the worker's own area, or in the same township.
fn is_near(worker: &Worker, area: AreaCode) -> bool {
    let township = |a: AreaCode| a.at(AreaLevel::Township);
    worker.area.contains(&area) || (township(area).is_some() && township(area) == township(worker.area))
}

/// True if another device recorded a hand-out of the same kind and value to the same recipient on the same day.
fn is_likely_duplicate(working_set: &WorkingSet, op: &Op, principal: &Principal<'_>) -> bool {
    let (Change::Create(fields), Kind::Assistance) = (&op.change, &op.kind) else { return false };
    let Some(aid) = aid_of(op.row, principal.device(), fields) else { return false };
    working_set.aids(aid.recipient).iter().any(|other| {
        other.device != aid.device
            && (other.day, &other.kind, other.fen) == (aid.day, &aid.kind, aid.fen)
            && (aid.handout.is_none() || other.handout != aid.handout)
    })
}
