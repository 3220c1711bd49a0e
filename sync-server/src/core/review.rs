//! What no rule may decide: filing it with both values, and carrying out what a supervisor decided.

use super::{
    evaluate::{Evaluation, Principal, When, review_id},
    scopes::{place_of, supervises},
    working_set::WorkingSet,
};
use shared::{
    Change, DeviceId, Hlc, Kind, Op, Outcome, Row, WorkerId,
    ids::Rev,
    merge::{
        Actor, Decision, OpContext,
        actor::Relation,
        decide,
        review::{keep_declined_values, keep_replaced_values, resolve as decided},
    },
    op::Rejection,
    records::{NeedStatus, Problem, ProblemCode, Record, Review, ReviewReason, ReviewStatus},
};
use std::collections::BTreeMap;

/// A review of `op`: the change as it came, what stands, and who said which.
#[allow(clippy::too_many_arguments, reason = "each is one fact of the case; a struct would only rename them")]
pub fn file(
    op: &Op,
    row: Option<&Row>,
    reason: &ReviewReason,
    fields: &[String],
    applied: bool,
    actor: &Actor,
    proposed_name: Option<String>,
    meta: &OpContext,
    when: When,
) -> Row {
    let current = |row: &Row| {
        let value = |name: &String| Some((name.clone(), row.fields.get(name)?.clone()));
        fields.iter().filter_map(value).collect::<serde_json::Map<_, _>>()
    };
    let stands = row.map(|row| {
        let newest = fields.iter().map(|name| row.stamp(row.kind.rule(name).stamp_key(name))).max_by_key(|s| s.hlc);
        newest.map_or((row.author, row.hlc), |s| (s.by, s.hlc))
    });
    let recipient = row.and_then(Row::recipient).or_else(|| match &op.change {
        Change::Create(fields) => shared::records::recipient_of(&op.kind, op.row, fields),
        _ => None,
    });
    let review = Review {
        reason: reason.clone(),
        status: ReviewStatus::Open,
        row: op.row,
        row_kind: op.kind.clone(),
        recipient,
        op: op.clone(),
        proposed_by: actor.worker,
        proposed_name,
        proposed_hlc: meta.hlc,
        current: row.map(current).unwrap_or_default().into(),
        current_by: stands.map(|(by, _)| by),
        current_hlc: stands.map(|(_, hlc)| hlc),
        applied,
        decision: None,
        decided_name: None,
    };
    Row {
        kind: Kind::Review,
        id: shared::RowId(review_id(op).0),
        rev: Rev(1),
        author: WorkerId::NIL,
        device: DeviceId::NIL,
        hlc: Hlc::new(when.now_ms, 0),
        area: meta.area.or(row.and_then(place_of)),
        category: meta.category.clone(),
        unit: actor.unit,
        fields: review.to_fields(),
        stamps: BTreeMap::new(),
        void: None,
        former: Vec::new(),
        extra: BTreeMap::new(),
    }
}

/// A supervisor decides. Accepting puts the held change in force; declining leaves what stands, or withdraws what counted
/// in the meantime. A second decision changes nothing.
pub fn resolve(
    working_set: &mut WorkingSet,
    row: &Row,
    accept: bool,
    reason: &str,
    principal: &Principal<'_>,
    when: When,
) -> Evaluation {
    let may = match principal {
        Principal::Office { .. } => true,
        Principal::Device { worker, .. } => row.area.is_some_and(|a| supervises(worker, &a)),
    };
    if !may {
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
    let carried_out = match (accept, review.applied) {
        (true, false) => carry_out(working_set, &review, row, reason, when),
        (false, true) => withdraw(working_set, &review, reason, principal, when),
        (true, true) => Ok(()),
        (false, false) => {
            let kept = working_set.row(review.row).and_then(|target| keep_declined_values(&review, target, reason));
            kept.into_iter().for_each(|target| working_set.put(target));
            Ok(())
        }
    };
    if let Err(why) = carried_out {
        return Evaluation::rejected(why);
    }
    let actor =
        Actor { worker: principal.worker(), device: principal.device(), unit: None, relation: Relation::Supervisor };
    let meta = OpContext { hlc: when.hlc, area: row.area, category: row.category.clone(), likely_duplicate: false };
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

/// Puts the held change in force, in its author's name and with the office's authority.
fn carry_out(
    working_set: &mut WorkingSet,
    review: &Review,
    filed: &Row,
    reason: &str,
    when: When,
) -> Result<(), Rejection> {
    let held = &review.op;
    let device = working_set.origin(held.id).map_or(DeviceId::NIL, |o| o.device);
    let unit = working_set.worker(review.proposed_by).and_then(|w| w.unit);
    let actor = Actor { worker: review.proposed_by, device, unit, relation: Relation::Server };
    // A new record was made when it was made; a change of an existing one holds from the decision on.
    let hlc = if matches!(held.change, Change::Create(_)) { review.proposed_hlc } else { when.hlc };
    let place = review.recipient.and_then(|r| working_set.place(r));
    let meta = OpContext {
        hlc,
        area: place.map(|p| p.area).or(filed.area),
        category: place.map(|p| p.category.clone()).or(filed.category.clone()),
        likely_duplicate: false,
    };
    let mut row = working_set.row(held.row).cloned();
    let mut op = held.clone();
    if let (Change::Advance { generation, .. }, Some(need)) = (&mut op.change, &mut row) {
        // The other end state stands: it is reopened first, which only the office may.
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
    let judged = decide(row.as_ref(), &op, &actor, &meta).into_effect(|| review_id(held));
    match (judged.row, judged.outcome) {
        (Some(mut next), _) => {
            if let Some(before) = working_set.row(held.row) {
                keep_replaced_values(before, &mut next, reason);
            }
            working_set.put(next);
            Ok(())
        }
        (None, Outcome::Rejected(why)) => Err(why),
        // Still nothing a rule may do, such as changing what was withdrawn: it can only be declined.
        (None, Outcome::InReview { .. }) => Err(Rejection::NotAllowed),
        (None, _) => Ok(()),
    }
}

/// Withdraws what counted until it was looked at.
fn withdraw(
    working_set: &mut WorkingSet,
    review: &Review,
    reason: &str,
    principal: &Principal<'_>,
    when: When,
) -> Result<(), Rejection> {
    let Some(row) = working_set.row(review.row) else { return Err(Rejection::UnknownRow) };
    let actor =
        Actor { worker: principal.worker(), device: principal.device(), unit: None, relation: Relation::Supervisor };
    let meta = OpContext { hlc: when.hlc, area: row.area, category: row.category.clone(), likely_duplicate: false };
    // A receipt without what was received would say that something was handed out.
    let withdrawn: Vec<Row> =
        std::iter::once(row).chain(working_set.receipts(review.row)).filter(|row| !row.is_void()).cloned().collect();
    for row in withdrawn {
        let change = Change::Void { reason: reason.to_owned() };
        let op = Op { kind: row.kind.clone(), row: row.id, change, ..review.op.clone() };
        let judged = decide(Some(&row), &op, &actor, &meta).into_effect(|| review_id(&review.op));
        match (judged.row, judged.outcome) {
            (Some(next), _) => working_set.put(next),
            (None, Outcome::Rejected(why)) => return Err(why),
            (None, _) => {}
        }
    }
    Ok(())
}
