//! Checks that hold for every change: a reason where one is required, no events from the future, evidence that is never
//! changed, and records that stay small enough to travel.

use super::actor::{Actor, Relation};
use crate::{
    Change, Fields, Hlc, Moment, Op,
    op::Rejection,
    records::{Creator, Kind, Problem, ProblemCode, Row, problem::NOTE_MAX},
};

/// One day: an event recorded now on a phone with a wrong clock and zone is still accepted.
const FUTURE_TOLERATED_MS: i64 = 86_400_000;
/// 256 KiB: half a pull page, so that one record can never jam its scope.
const ROW_BYTES_MAX: usize = 256 << 10;
/// 40 characters: the longest tag of the published lists has 9.
const ELEMENT_MAX: usize = 40;
/// 200 elements of one set, those removed included, since each keeps a stamp.
const STAMPS_MAX: usize = 200;

/// Why the operation is refused, where that needs no look at the fields' rules.
pub fn refusal(op: &Op, row: Option<&Row>, actor: &Actor, stamp: Hlc) -> Option<Rejection> {
    if let Some(reason) = op.change.reason() {
        if reason.trim().is_empty() {
            return Some(invalid("reason", ProblemCode::Missing));
        }
        if reason.chars().count() > NOTE_MAX {
            return Some(invalid("reason", ProblemCode::TooLong));
        }
    }
    if let Some(name) = field_from_the_future(&op.change, stamp) {
        return Some(invalid(name, ProblemCode::InFuture));
    }
    let Some(row) = row else { return late_generation(op) };
    let is_create = matches!(op.change, Change::Create(_));
    let decides = matches!(op.change, Change::Resolve { .. });
    let is_servers_review = row.kind == Kind::Review && actor.relation != Relation::Server && !decides;
    if !is_create && (row.kind.is_sealed() || is_servers_review) {
        return Some(Rejection::NotAllowed);
    }
    None
}

/// True for a correction or void of a record that only the office makes, when someone else makes it; the worker who
/// proposed the record included.
pub fn is_proposal(row: &Row, actor: &Actor) -> bool {
    row.kind.creator() != Creator::Worker && !actor.is_office()
}

/// Problems of `next` that `before` did not have. A record that a newer peer shaped differently can thus still be
/// changed in the fields that this build understands.
pub fn new_problems(before: &Row, next: &Row) -> Vec<Problem> {
    let mut problems = next.kind.problems(&next.fields);
    if !problems.is_empty() {
        let known = before.kind.problems(&before.fields);
        problems.retain(|p| !known.contains(p));
    }
    if problems.is_empty() && serde_json::to_vec(next).map_or(0, |bytes| bytes.len()) > ROW_BYTES_MAX {
        problems.push(Problem::new("", ProblemCode::TooLarge));
    }
    problems
}

/// Why elements cannot be added to a set field.
pub fn element_problem(next: &Row, field: &str, add: &[String]) -> Option<Rejection> {
    if add.iter().any(|e| e.trim().is_empty() || e.chars().count() > ELEMENT_MAX || e.chars().any(char::is_control)) {
        return Some(invalid(field, ProblemCode::WrongShape));
    }
    (next.stamps.len() > STAMPS_MAX).then(|| invalid(field, ProblemCode::TooMany))
}

fn invalid(field: &str, code: ProblemCode) -> Rejection {
    Rejection::Invalid(vec![Problem::new(field, code)])
}

/// The first moment of the change that lies beyond the tolerance.
fn field_from_the_future(change: &Change, stamp: Hlc) -> Option<&'static str> {
    let fields = match change {
        Change::Create(fields)
        | Change::Set(fields)
        | Change::Amend { fields, .. }
        | Change::Advance { fields, .. } => fields,
        _ => return None,
    };
    let latest = stamp.ms().saturating_add(FUTURE_TOLERATED_MS);
    let beyond = |name: &&str| fields.parsed::<Moment>(name).is_some_and(|m| m.utc_ms > latest);
    ["happened", "solved"].into_iter().find(|name| beyond(name))
}

/// A need begins in generation 0; only a supervisor's reopening raises it.
fn late_generation(op: &Op) -> Option<Rejection> {
    let Change::Create(fields) = &op.change else { return None };
    let starts_late = |fields: &Fields| fields.int("generation").unwrap_or(0) != 0;
    (op.kind == Kind::Need && starts_late(fields)).then(|| invalid("generation", ProblemCode::WrongShape))
}
