//! Inputs → decision, one function per kind of change. The first line of each says what it is for.

use super::{
    actor::{Actor, Relation},
    guard,
    history::keep_former,
    register, review,
    rules::{self, AuthorKind, ConcurrentChange, RuleOutcome},
    status,
    types::{Decision, OpContext},
};
use crate::{
    Change, Fields, Op,
    ids::Rev,
    op::Rejection,
    records::{Creator, FieldRule, Kind, ReviewReason, Row, Void},
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Decides what `op` does to the record, whose current state is `row`. Never fails: whatever can be wrong with an
/// operation is a decision too.
pub fn decide(row: Option<&Row>, op: &Op, actor: &Actor, ctx: &OpContext) -> Decision {
    if matches!(op.kind, Kind::Other(_)) || matches!(op.change, Change::Other(_)) {
        return Decision::Reject(Rejection::NeedsNewerServer);
    }
    if actor.relation == Relation::Stranger {
        return Decision::Reject(Rejection::NotYours);
    }
    if let Some(why) = guard::refusal(op, row, actor, ctx.hlc) {
        return Decision::Reject(why);
    }
    let decision = match (row, &op.change) {
        (None, Change::Create(fields)) => create(op, fields, actor, ctx),
        (Some(row), Change::Create(fields)) => create_again(row, op, fields),
        (_, Change::Other(_)) => Decision::Reject(Rejection::NeedsNewerServer),
        (None, _) => Decision::Reject(Rejection::UnknownRow),
        (Some(row), _) if row.kind != op.kind => Decision::Reject(Rejection::IdTaken),
        (Some(row), Change::Void { reason }) => void(row, reason, actor, ctx),
        (Some(row), _) if row.is_void() => Decision::Hold(ReviewReason::EditAfterVoid, op.change.field_names()),
        (Some(row), Change::Set(fields)) => set(row, op, fields, actor, ctx),
        (Some(row), Change::Elements { field, add, remove }) => elements(row, op, field, add, remove, actor, ctx),
        (Some(row), Change::Amend { reason, fields }) => amend(row, op, reason, fields, actor, ctx),
        (Some(row), Change::Advance { to, generation, fields }) => {
            status::advance(row, op, to, *generation, fields, actor, ctx)
        }
        (Some(row), Change::Reopen { reason }) => status::reopen(row, reason, actor, ctx),
        // This closes the review itself; the server then applies the change that was held.
        (Some(row), Change::Resolve { accept, reason }) => review::resolve(row, *accept, reason, actor, ctx),
    };
    match (actor.relation, decision) {
        // Recorded after the pairing had ended: a supervisor decides whether it still counts.
        (Relation::Former, Decision::Apply(_) | Decision::Merge(..) | Decision::ApplyAndReview(..)) => {
            Decision::Hold(ReviewReason::GrantEnded, op.change.field_names())
        }
        (_, decision) => decision,
    }
}

/// A new record: checks that it is valid and that the author may create it.
fn create(op: &Op, fields: &Fields, actor: &Actor, ctx: &OpContext) -> Decision {
    let problems = op.kind.problems(fields);
    if !problems.is_empty() {
        return Decision::Reject(Rejection::Invalid(problems));
    }
    match op.kind.creator() {
        Creator::Server if actor.relation != Relation::Server => {
            return Decision::Reject(Rejection::NotAllowed);
        }
        Creator::Supervisor if !actor.is_office() => {
            return Decision::Hold(ReviewReason::Proposal, fields.names().map(str::to_owned).collect());
        }
        _ => {}
    }
    let row = Box::new(Row {
        kind: op.kind.clone(),
        id: op.row,
        rev: Rev(1),
        author: actor.worker,
        device: actor.device,
        hlc: ctx.hlc,
        area: ctx.area,
        category: ctx.category.clone(),
        unit: actor.unit,
        fields: fields.clone(),
        stamps: BTreeMap::new(),
        void: None,
        former: Vec::new(),
        extra: BTreeMap::new(),
    });
    if ctx.likely_duplicate {
        Decision::ApplyAndReview(row, ReviewReason::LikelyDuplicate)
    } else {
        Decision::Apply(row)
    }
}

/// The same record again under another operation id: accepted if the content is equal.
fn create_again(row: &Row, op: &Op, fields: &Fields) -> Decision {
    if row.kind == op.kind && row.fields == *fields { Decision::Pass } else { Decision::Reject(Rejection::IdTaken) }
}

/// Fields of an existing record, each by its rule. All or nothing: one field that needs a review holds the whole
/// change.
fn set(row: &Row, op: &Op, fields: &Fields, actor: &Actor, ctx: &OpContext) -> Decision {
    let mut held: Vec<(ReviewReason, String)> = Vec::new();
    for (name, value) in &fields.0 {
        let rule = row.kind.rule(name);
        match rules::set(rule, author_kind(actor), concurrent_change(row, name, Some(value), op, ctx, actor)) {
            RuleOutcome::Stands | RuleOutcome::Yields | RuleOutcome::Passed => {}
            RuleOutcome::Review(reason) => held.push((reason, name.clone())),
            RuleOutcome::Otherwise(_) => {
                return Decision::Reject(Rejection::NeedsAmendment { field: name.clone() });
            }
        }
    }
    // A proposal first: the office decides whether it wants the change before it decides between two values.
    for reason in [ReviewReason::Proposal, ReviewReason::IdentityConflict] {
        let fields_of: Vec<String> = held.iter().filter(|(r, _)| *r == reason).map(|(_, name)| name.clone()).collect();
        if !fields_of.is_empty() {
            return Decision::Hold(reason, fields_of);
        }
    }
    let mut next = row.next_revision();
    let (sets, registers) = fields.0.clone().into_iter().partition(|(name, _)| row.kind.rule(name) == FieldRule::Set);
    let lost = register::set_fields(&mut next, op, &Fields(registers), actor, ctx);
    for field in Fields(sets).names() {
        let wanted = elements_of(fields, field);
        let current = register::elements(row, field);
        let removed = current.iter().filter(|e| !wanted.contains(e)).map(|e| (e, true));
        for (element, removed) in wanted.iter().filter(|e| !current.contains(e)).map(|e| (e, false)).chain(removed) {
            register::put_element(&mut next, field, element, removed);
            register::put_stamp(&mut next, row, format!("{field}/{element}"), ctx, actor, removed);
        }
    }
    apply_if_valid(row, next, lost)
}

/// The author as the tables of [`rules`] distinguish them.
fn author_kind(actor: &Actor) -> AuthorKind {
    match actor.relation {
        Relation::Server => AuthorKind::Import,
        Relation::Supervisor => AuthorKind::Supervisor,
        Relation::InCare | Relation::Former | Relation::Stranger => AuthorKind::Worker,
    }
}

/// What happened to a field since the author saw it, as the tables of [`rules`] distinguish it. `value` is the new
/// value.
fn concurrent_change(
    row: &Row,
    name: &str,
    value: Option<&Value>,
    op: &Op,
    ctx: &OpContext,
    actor: &Actor,
) -> ConcurrentChange {
    let key = row.kind.rule(name).stamp_key(name);
    match register::concurrent_change(row, key, op, ctx, actor) {
        ConcurrentChange::Nothing => ConcurrentChange::Nothing,
        _ if value.is_some() && row.fields.0.get(name) == value => ConcurrentChange::Same,
        other => other,
    }
}

/// The elements that a change lists for a set field.
fn elements_of(fields: &Fields, field: &str) -> Vec<String> {
    let items = fields.get(field).and_then(|v| v.as_array().cloned()).unwrap_or_default();
    items.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// Applies a change of registers or elements, unless it makes the record invalid.
fn apply_if_valid(before: &Row, next: Box<Row>, lost: Vec<String>) -> Decision {
    let problems = guard::new_problems(before, &next);
    if !problems.is_empty() {
        Decision::Reject(Rejection::Invalid(problems))
    } else if lost.is_empty() {
        Decision::Apply(next)
    } else {
        Decision::Merge(next, lost)
    }
}

/// Elements of a set: each is added or removed under its own stamp.
fn elements(
    row: &Row,
    op: &Op,
    field: &str,
    add: &[String],
    remove: &[String],
    actor: &Actor,
    ctx: &OpContext,
) -> Decision {
    let rule = row.kind.rule(field);
    if matches!(rules::element(rule, ConcurrentChange::Nothing), RuleOutcome::Otherwise(_)) {
        return Decision::Reject(Rejection::NeedsAmendment { field: field.to_owned() });
    }
    let mut next = row.next_revision();
    let changes = add.iter().map(|e| (e, false)).chain(remove.iter().map(|e| (e, true)));
    let mut lost = Vec::new();
    for (element, removed) in changes {
        let key = format!("{field}/{element}");
        let concurrent = register::concurrent_change(row, &key, op, ctx, actor);
        if rules::element(rule, concurrent) != RuleOutcome::Stands {
            lost.push(key);
            continue;
        }
        register::put_element(&mut next, field, element, removed);
        register::put_stamp(&mut next, row, key, ctx, actor, removed);
    }
    match guard::element_problem(&next, field, add) {
        Some(why) => Decision::Reject(why),
        None => apply_if_valid(row, next, lost),
    }
}

/// A correction by the author or a supervisor. Two concurrent corrections of the same field go to review.
fn amend(row: &Row, op: &Op, reason: &str, fields: &Fields, actor: &Actor, ctx: &OpContext) -> Decision {
    if row.author != actor.worker && !actor.is_office() {
        return Decision::Reject(Rejection::NotAllowed);
    }
    if guard::is_proposal(row, actor) {
        return Decision::Hold(ReviewReason::Proposal, fields.names().map(str::to_owned).collect());
    }
    let mut held = Vec::new();
    for (name, value) in &fields.0 {
        let concurrent = concurrent_change(row, name, Some(value), op, ctx, actor);
        match rules::amend(row.kind.rule(name), concurrent) {
            // A wrong recipient or area is not corrected: the record is voided and recorded again.
            RuleOutcome::Stands | RuleOutcome::Review(_) if matches!(name.as_str(), "recipient" | "area") => {
                return Decision::Reject(Rejection::NeedsAmendment { field: name.clone() });
            }
            RuleOutcome::Stands => {}
            RuleOutcome::Review(_) => held.push(name.clone()),
            RuleOutcome::Yields | RuleOutcome::Passed | RuleOutcome::Otherwise(_) => {
                return Decision::Reject(Rejection::NeedsAmendment { field: name.clone() });
            }
        }
    }
    if !held.is_empty() {
        return Decision::Hold(ReviewReason::AmendmentConflict, held);
    }
    let mut next = row.next_revision();
    for (name, value) in &fields.0 {
        keep_former(&mut next, row, name, Some(reason));
        next.fields.set(name, value.clone());
        register::put_stamp(&mut next, row, name.clone(), ctx, actor, false);
    }
    apply_if_valid(row, next, Vec::new())
}

/// A void by the author or a supervisor. Voiding twice has the effect of voiding once.
fn void(row: &Row, reason: &str, actor: &Actor, ctx: &OpContext) -> Decision {
    if row.author != actor.worker && !actor.is_office() {
        return Decision::Reject(Rejection::NotAllowed);
    }
    if row.is_void() {
        return Decision::Pass;
    }
    if guard::is_proposal(row, actor) {
        return Decision::Hold(ReviewReason::Proposal, Vec::new());
    }
    let mut next = row.next_revision();
    next.void = Some(Void { reason: reason.to_owned(), by: actor.worker, hlc: ctx.hlc });
    Decision::Apply(next)
}
