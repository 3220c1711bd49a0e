//! Inputs → decision. One function per kind of change; the first line of each says what it is for.

use super::{
    actor::{Actor, Relation},
    guard,
    register::{self, Contest},
    review,
    rules::{self, AuthorKind, ConcurrentChange, FieldRule, RuleOutcome},
    status,
};
use crate::{
    AreaCode, Change, Fields, Hlc, Op, Outcome,
    ids::{Rev, ReviewId},
    op::Rejection,
    records::{Category, Creator, Former, Kind, ReviewReason, Row, Void},
};
use serde_json::Value;
use std::collections::BTreeMap;

/// What stands around the operation: facts that the rules need and may not look up themselves.
#[derive(Clone, Debug)]
pub struct Meta {
    /// The stamp to order by: the operation's own, corrected for the device's skew.
    pub hlc: Hlc,
    /// The recipient's area and category at this moment; what the new record is counted under.
    pub area: Option<AreaCode>,
    pub category: Option<Category>,
    /// The same goods for the same household on the same day were recorded already, by someone else.
    pub likely_duplicate: bool,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// The record as it is from now on.
    Apply(Box<Row>),
    /// As above, with fields where another value stands.
    Merge(Box<Row>, Vec<String>),
    /// In force, and a supervisor should look.
    ApplyAndReview(Box<Row>, ReviewReason),
    /// Not in force until a supervisor decides; the fields in question.
    Hold(ReviewReason, Vec<String>),
    /// Understood, changes nothing: a step that others were already past.
    Pass,
    Reject(Rejection),
}

/// A decision with the row and outcome split out, as both sides use it.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionEffect {
    /// The new state, if there is one.
    pub row: Option<Box<Row>>,
    /// A review to raise: why, and the fields in question.
    pub review: Option<(ReviewReason, Vec<String>)>,
    pub outcome: Outcome,
}

impl Decision {
    /// `review` gives the id under which a review is filed, where there is one.
    pub fn into_effect(self, review: impl FnOnce() -> ReviewId) -> DecisionEffect {
        let plain = |row, outcome| DecisionEffect { row, review: None, outcome };
        match self {
            Self::Apply(row) => plain(Some(row), Outcome::Applied),
            Self::Merge(row, lost) => plain(Some(row), Outcome::Merged { lost }),
            Self::Pass => plain(None, Outcome::Merged { lost: Vec::new() }),
            Self::Reject(why) => plain(None, Outcome::Rejected(why)),
            Self::ApplyAndReview(row, reason) => DecisionEffect {
                row: Some(row),
                review: Some((reason.clone(), Vec::new())),
                outcome: Outcome::InReview { review: review(), reason, applied: true },
            },
            Self::Hold(reason, fields) => DecisionEffect {
                row: None,
                review: Some((reason.clone(), fields)),
                outcome: Outcome::InReview { review: review(), reason, applied: false },
            },
        }
    }
}

/// Judges `op` against the record as it stands. Never fails: everything that can be wrong is a decision.
pub fn decide(row: Option<&Row>, op: &Op, actor: &Actor, meta: &Meta) -> Decision {
    if matches!(op.kind, Kind::Other(_)) || matches!(op.change, Change::Other(_)) {
        return Decision::Reject(Rejection::NeedsNewerServer);
    }
    if actor.relation == Relation::Stranger {
        return Decision::Reject(Rejection::NotYours);
    }
    if let Some(why) = guard::refusal(op, row, actor, meta.hlc) {
        return Decision::Reject(why);
    }
    let decision = match (row, &op.change) {
        (None, Change::Create(fields)) => create(op, fields, actor, meta),
        (Some(row), Change::Create(fields)) => create_again(row, op, fields),
        (_, Change::Other(_)) => Decision::Reject(Rejection::NeedsNewerServer),
        (None, _) => Decision::Reject(Rejection::UnknownRow),
        (Some(row), _) if row.kind != op.kind => Decision::Reject(Rejection::IdTaken),
        (Some(row), Change::Void { reason }) => void(row, reason, actor, meta),
        (Some(row), _) if row.is_void() => Decision::Hold(ReviewReason::EditAfterVoid, touched(&op.change)),
        (Some(row), Change::Set(fields)) => set(row, op, fields, actor, meta),
        (Some(row), Change::Elements { field, add, remove }) => elements(row, op, field, add, remove, actor, meta),
        (Some(row), Change::Amend { reason, fields }) => amend(row, op, reason, fields, actor, meta),
        (Some(row), Change::Advance { to, generation, fields }) => {
            status::advance(row, op, to, *generation, fields, actor, meta)
        }
        (Some(row), Change::Reopen { reason }) => status::reopen(row, reason, actor, meta),
        // What this does to the review itself; the server's review step carries out what was held.
        (Some(row), Change::Resolve { accept, reason }) => review::resolve(row, *accept, reason, actor, meta),
    };
    match (actor.relation, decision) {
        // Made after the pairing had ended: whether it still counts is for the supervisor, and the new worker sees it.
        (Relation::Former, Decision::Apply(_) | Decision::Merge(..) | Decision::ApplyAndReview(..)) => {
            Decision::Hold(ReviewReason::GrantEnded, touched(&op.change))
        }
        (_, decision) => decision,
    }
}

/// A new record: valid, and made by someone who may.
fn create(op: &Op, fields: &Fields, actor: &Actor, meta: &Meta) -> Decision {
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
        hlc: meta.hlc,
        area: meta.area,
        category: meta.category.clone(),
        unit: actor.unit,
        fields: fields.clone(),
        stamps: BTreeMap::new(),
        void: None,
        former: Vec::new(),
        extra: BTreeMap::new(),
    });
    if meta.likely_duplicate {
        Decision::ApplyAndReview(row, ReviewReason::LikelyDuplicate)
    } else {
        Decision::Apply(row)
    }
}

/// The same record once more under another operation id: harmless if it says the same.
fn create_again(row: &Row, op: &Op, fields: &Fields) -> Decision {
    if row.kind == op.kind && row.fields == *fields { Decision::Pass } else { Decision::Reject(Rejection::IdTaken) }
}

/// Fields of an existing record, each by its rule. All or nothing: one field that must wait holds the whole change.
fn set(row: &Row, op: &Op, fields: &Fields, actor: &Actor, meta: &Meta) -> Decision {
    let mut held: Vec<(ReviewReason, String)> = Vec::new();
    for (name, value) in &fields.0 {
        let rule = row.kind.rule(name);
        match rules::set(rule, by(actor), meanwhile(row, name, Some(value), op, meta, actor)) {
            RuleOutcome::Stands | RuleOutcome::Yields | RuleOutcome::Passed => {}
            RuleOutcome::Review(reason) => held.push((reason, name.clone())),
            RuleOutcome::Otherwise(_) => {
                return Decision::Reject(Rejection::NeedsAmendment { field: name.clone() });
            }
        }
    }
    // A proposal first: whether the office wants the change at all comes before which of two values it is.
    for reason in [ReviewReason::Proposal, ReviewReason::IdentityConflict] {
        let of_it: Vec<String> = held.iter().filter(|(r, _)| *r == reason).map(|(_, name)| name.clone()).collect();
        if !of_it.is_empty() {
            return Decision::Hold(reason, of_it);
        }
    }
    let mut next = bumped(row);
    let (sets, registers) = fields.0.clone().into_iter().partition(|(name, _)| row.kind.rule(name) == FieldRule::Set);
    let lost = register::set_fields(&mut next, op, &Fields(registers), actor, meta);
    for field in Fields(sets).names() {
        let wanted = list(fields, field);
        let standing = register::elements(row, field);
        let removed = standing.iter().filter(|e| !wanted.contains(e)).map(|e| (e, true));
        for (element, removed) in wanted.iter().filter(|e| !standing.contains(e)).map(|e| (e, false)).chain(removed) {
            register::put_element(&mut next, field, element, removed);
            register::put_stamp(&mut next, row, format!("{field}/{element}"), meta, actor, removed);
        }
    }
    in_force(row, next, lost)
}

/// Who speaks, as the tables of [`rules`] ask.
fn by(actor: &Actor) -> AuthorKind {
    match actor.relation {
        Relation::Server => AuthorKind::Import,
        Relation::Supervisor => AuthorKind::Supervisor,
        Relation::InCare | Relation::Former | Relation::Stranger => AuthorKind::Worker,
    }
}

/// What happened to a field since the author saw it, as the tables of [`rules`] ask; `value` is what it is to become.
fn meanwhile(row: &Row, name: &str, value: Option<&Value>, op: &Op, meta: &Meta, actor: &Actor) -> ConcurrentChange {
    let key = row.kind.rule(name).stamp_key(name);
    match register::contest(row, key, op, meta, actor) {
        Contest::Unopposed => ConcurrentChange::Nothing,
        _ if value.is_some() && row.fields.0.get(name) == value => ConcurrentChange::Same,
        Contest::Won => ConcurrentChange::Earlier,
        Contest::Lost => ConcurrentChange::Later,
    }
}

/// The elements that a change names for a set field.
fn list(fields: &Fields, field: &str) -> Vec<String> {
    let items = fields.get(field).and_then(|v| v.as_array().cloned()).unwrap_or_default();
    items.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// A change of registers or elements that may hold, if what it leads to does.
fn in_force(before: &Row, next: Box<Row>, lost: Vec<String>) -> Decision {
    let problems = guard::new_problems(before, &next);
    if !problems.is_empty() {
        Decision::Reject(Rejection::Invalid(problems))
    } else if lost.is_empty() {
        Decision::Apply(next)
    } else {
        Decision::Merge(next, lost)
    }
}

/// Elements of a set: each added or removed by its own stamp.
fn elements(
    row: &Row,
    op: &Op,
    field: &str,
    add: &[String],
    remove: &[String],
    actor: &Actor,
    meta: &Meta,
) -> Decision {
    let rule = row.kind.rule(field);
    if matches!(rules::element(rule, ConcurrentChange::Nothing), RuleOutcome::Otherwise(_)) {
        return Decision::Reject(Rejection::NeedsAmendment { field: field.to_owned() });
    }
    let mut next = bumped(row);
    let changes = add.iter().map(|e| (e, false)).chain(remove.iter().map(|e| (e, true)));
    let mut lost = Vec::new();
    for (element, removed) in changes {
        let key = format!("{field}/{element}");
        let met = match register::contest(row, &key, op, meta, actor) {
            Contest::Unopposed => ConcurrentChange::Nothing,
            Contest::Won => ConcurrentChange::Earlier,
            Contest::Lost => ConcurrentChange::Later,
        };
        if rules::element(rule, met) != RuleOutcome::Stands {
            lost.push(key);
            continue;
        }
        register::put_element(&mut next, field, element, removed);
        register::put_stamp(&mut next, row, key, meta, actor, removed);
    }
    match guard::element_problem(&next, field, add) {
        Some(why) => Decision::Reject(why),
        None => in_force(row, next, lost),
    }
}

/// A correction by the author or a supervisor; two corrections of the same field meet in review.
fn amend(row: &Row, op: &Op, reason: &str, fields: &Fields, actor: &Actor, meta: &Meta) -> Decision {
    if row.author != actor.worker && !actor.is_office() {
        return Decision::Reject(Rejection::NotAllowed);
    }
    if guard::is_proposal(row, actor) {
        return Decision::Hold(ReviewReason::Proposal, fields.names().map(str::to_owned).collect());
    }
    let mut held = Vec::new();
    for (name, value) in &fields.0 {
        let met = meanwhile(row, name, Some(value), op, meta, actor);
        match rules::amend(row.kind.rule(name), met) {
            // Whom and where a record is about is no slip of the pen: withdraw it and record it anew.
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
    let mut next = bumped(row);
    for (name, value) in &fields.0 {
        register::keep_former(&mut next, row, name, Some(reason));
        next.fields.set(name, value.clone());
        register::put_stamp(&mut next, row, name.clone(), meta, actor, false);
    }
    in_force(row, next, Vec::new())
}

/// A withdrawal by the author or a supervisor; withdrawing twice is once.
fn void(row: &Row, reason: &str, actor: &Actor, meta: &Meta) -> Decision {
    if row.author != actor.worker && !actor.is_office() {
        return Decision::Reject(Rejection::NotAllowed);
    }
    if row.is_void() {
        return Decision::Pass;
    }
    if guard::is_proposal(row, actor) {
        return Decision::Hold(ReviewReason::Proposal, Vec::new());
    }
    let mut next = bumped(row);
    next.void = Some(Void { reason: reason.to_owned(), by: actor.worker, hlc: meta.hlc });
    Decision::Apply(next)
}

/// The next revision of a record, otherwise equal.
pub(super) fn bumped(row: &Row) -> Box<Row> {
    let mut next = Box::new(row.clone());
    next.rev = row.rev.next();
    next
}

/// The fields a change speaks of.
pub fn touched(change: &Change) -> Vec<String> {
    match change {
        Change::Create(fields) | Change::Set(fields) | Change::Amend { fields, .. } => {
            fields.names().map(str::to_owned).collect()
        }
        Change::Elements { field, .. } => vec![field.clone()],
        Change::Advance { .. } | Change::Reopen { .. } => vec!["status".to_owned()],
        Change::Void { .. } | Change::Resolve { .. } | Change::Other(_) => Vec::new(),
    }
}

/// Former values kept per record; the operation log holds all of them.
pub(super) const FORMER_MAX: usize = 20;

/// 64 KiB of former values in a record: a quarter of what a record may weigh.
const FORMER_BYTES_MAX: usize = 64 << 10;

/// Adds to the history inside the record, dropping the oldest beyond [`FORMER_MAX`] and [`FORMER_BYTES_MAX`].
pub(super) fn push_former(row: &mut Row, former: Former) {
    let weight = |f: &Former| f.value.as_str().map_or(100, str::len);
    row.former.push(former);
    while row.former.len() > FORMER_MAX || row.former.iter().map(weight).sum::<usize>() > FORMER_BYTES_MAX {
        row.former.remove(0);
    }
}
