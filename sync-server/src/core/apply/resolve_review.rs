//! Carries out what a supervisor decided about a change that no rule may decide.

use super::{
    evaluation::{Evaluation, EvaluationTime, review_id},
    principal::Principal,
    scopes::supervises,
    working_set::WorkingSet,
};
use shared::{
    Change, DeviceId, Op, Outcome, Row,
    merge::{
        Actor, Decision, OpContext,
        actor::Relation,
        decide,
        review::{keep_declined_values, keep_replaced_values, resolve as decided},
    },
    op::Rejection,
    records::{NeedStatus, Problem, ProblemCode, Review, ReviewStatus},
};

/// Carries out a supervisor's decision. Accepting puts the held change in force. Declining leaves the record as it is,
/// or voids it if the change was applied until the review. A second decision changes nothing.
pub fn resolve_review(
    working_set: &mut WorkingSet,
    row: &Row,
    accept: bool,
    reason: &str,
    principal: &Principal<'_>,
    time: EvaluationTime,
) -> Evaluation {
    let allowed = match principal {
        Principal::Office { .. } => true,
        Principal::Device { worker, .. } => row.area.is_some_and(|a| supervises(worker, &a)),
    };
    if !allowed {
        return Evaluation::rejected(Rejection::NotAllowed);
    }
    if reason.trim().is_empty() {
        return Evaluation::rejected(Rejection::Invalid(vec![Problem::new("reason", ProblemCode::Missing)]));
    }
    let Ok(review) = row.view::<Review>() else { return Evaluation::rejected(Rejection::NeedsNewerServer) };
    let decision = if accept { ReviewStatus::Accepted } else { ReviewStatus::Declined };
    if review.status != ReviewStatus::Open {
        let lost = if review.status == decision { Vec::new() } else { vec!["status".to_owned()] };
        return Evaluation { outcome: Outcome::Merged { lost }, rev: None };
    }
    let applied = match (accept, review.applied) {
        (true, false) => apply_held_change(working_set, &review, row, reason, time),
        (false, true) => void_applied_change(working_set, &review, reason, principal, time),
        (true, true) => Ok(()),
        (false, false) => {
            let annotated =
                working_set.row(review.row).and_then(|target| keep_declined_values(&review, target, reason));
            annotated.into_iter().for_each(|target| working_set.put(target));
            Ok(())
        }
    };
    if let Err(why) = applied {
        return Evaluation::rejected(why);
    }
    let actor =
        Actor { worker: principal.worker(), device: principal.device(), unit: None, relation: Relation::Supervisor };
    let meta = OpContext { hlc: time.hlc, area: row.area, category: row.category.clone(), likely_duplicate: false };
    let Decision::Apply(mut next) = decided(row, accept, reason, &actor, &meta) else {
        return Evaluation::rejected(Rejection::NotAllowed);
    };
    if let Some(name) = principal.name(working_set) {
        next.fields.set("decided_name", name.into());
    }
    let rev = Some(next.rev);
    working_set.put(next);
    Evaluation { outcome: Outcome::Applied, rev }
}

/// Puts the held change in force, in its author's name and with the office's authority, so that no rule refuses it.
fn apply_held_change(
    working_set: &mut WorkingSet,
    review: &Review,
    filed: &Row,
    reason: &str,
    time: EvaluationTime,
) -> Result<(), Rejection> {
    let held = &review.op;
    let device = working_set.origin(held.id).map_or(DeviceId::NIL, |o| o.device);
    let unit = working_set.worker(review.proposed_by).and_then(|w| w.unit);
    let actor = Actor { worker: review.proposed_by, device, unit, relation: Relation::Server };
    // A new record keeps the time of its creation; a change of an existing record is stamped with the decision.
    let hlc = if matches!(held.change, Change::Create(_)) { review.proposed_hlc } else { time.hlc };
    let registration = review.recipient.and_then(|r| working_set.registration(r));
    let meta = OpContext {
        hlc,
        area: registration.map(|r| r.area).or(filed.area),
        category: registration.map(|r| r.category.clone()).or(filed.category.clone()),
        likely_duplicate: false,
    };
    let mut row = working_set.row(held.row).cloned();
    let mut op = held.clone();
    if let (Change::Advance { generation, .. }, Some(need)) = (&mut op.change, &mut row) {
        // The need is in another end state: it is reopened first, which only the office may do.
        if NeedStatus::from(need.fields.text("status").unwrap_or_default()).is_end() {
            let reopen = Op { change: Change::Reopen { reason: reason.to_owned() }, ..held.clone() };
            if let Some(opened) = decide(Some(need), &reopen, &actor, &meta).into_effect(|| review_id(held)).row {
                *need = *opened;
            }
        }
        *generation = need.fields.int("generation").and_then(|g| u32::try_from(g).ok()).unwrap_or(0);
    }
    if let Some(row) = &row {
        op.base = row.rev;
    }
    let effect = decide(row.as_ref(), &op, &actor, &meta).into_effect(|| review_id(held));
    match (effect.row, effect.outcome) {
        (Some(mut next), _) => {
            if let Some(before) = working_set.row(held.row) {
                keep_replaced_values(before, &mut next, reason);
            }
            working_set.put(next);
            Ok(())
        }
        (None, Outcome::Rejected(why)) => Err(why),
        // Still no rule may apply it, for example because the record was voided: it can only be declined.
        (None, Outcome::InReview { .. }) => Err(Rejection::NotAllowed),
        (None, _) => Ok(()),
    }
}

/// Voids a record that was applied until the review, and its receipts.
fn void_applied_change(
    working_set: &mut WorkingSet,
    review: &Review,
    reason: &str,
    principal: &Principal<'_>,
    time: EvaluationTime,
) -> Result<(), Rejection> {
    let Some(row) = working_set.row(review.row) else { return Err(Rejection::UnknownRow) };
    let actor =
        Actor { worker: principal.worker(), device: principal.device(), unit: None, relation: Relation::Supervisor };
    let meta = OpContext { hlc: time.hlc, area: row.area, category: row.category.clone(), likely_duplicate: false };
    // A receipt without its assistance would still claim a hand-out.
    let to_void: Vec<Row> =
        std::iter::once(row).chain(working_set.receipts(review.row)).filter(|row| !row.is_void()).cloned().collect();
    for row in to_void {
        let change = Change::Void { reason: reason.to_owned() };
        let op = Op { kind: row.kind.clone(), row: row.id, change, ..review.op.clone() };
        let effect = decide(Some(&row), &op, &actor, &meta).into_effect(|| review_id(&review.op));
        match (effect.row, effect.outcome) {
            (Some(next), _) => working_set.put(next),
            (None, Outcome::Rejected(why)) => return Err(why),
            (None, _) => {}
        }
    }
    Ok(())
}
