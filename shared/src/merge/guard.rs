//! What holds for every change, whatever its kind: a reason where one is asked for, no events from the future, evidence
//! that stays as it is, and records that stay small enough to travel.

use super::actor::{Actor, Relation};
use crate::{
    Change, Fields, Hlc, Moment, Op,
    op::Rejection,
    records::{Creator, Kind, Problem, ProblemCode, Row, problem::NOTE_MAX},
};

/// A day: what happens "now" on a phone whose clock and zone are set wrong is still recorded.
const FUTURE_TOLERATED_MS: i64 = 86_400_000;
/// 256 KiB: half a pull page, so that one record can never jam its scope.
const ROW_BYTES_MAX: usize = 256 << 10;
/// 40 characters: the longest tag of the published lists has 9.
const ELEMENT_MAX: usize = 40;
/// Elements of one set, those removed included, since each keeps a stamp.
const STAMPS_MAX: usize = 200;

/// Refusals that need no look at the fields' rules.
pub fn refusal(op: &Op, row: Option<&Row>, actor: &Actor, stamp: Hlc) -> Option<Rejection> {
    let reason = match &op.change {
        Change::Amend { reason, .. }
        | Change::Void { reason }
        | Change::Reopen { reason }
        | Change::Resolve { reason, .. } => Some(reason),
        _ => None,
    };
    if let Some(reason) = reason {
        if reason.trim().is_empty() {
            return Some(invalid("reason", ProblemCode::Missing));
        }
        if reason.chars().count() > NOTE_MAX {
            return Some(invalid("reason", ProblemCode::TooLong));
        }
    }
    if let Some(name) = from_the_future(&op.change, stamp) {
        return Some(invalid(name, ProblemCode::InFuture));
    }
    let Some(row) = row else { return generation_at_birth(op) };
    let is_create = matches!(op.change, Change::Create(_));
    let decides = matches!(op.change, Change::Resolve { .. });
    let hands_off = row.kind == Kind::Review && actor.relation != Relation::Server && !decides;
    if !is_create && (row.kind.is_sealed() || hands_off) {
        return Some(Rejection::NotAllowed);
    }
    None
}

/// A correction or withdrawal of what only the office makes is a proposal, even by whoever proposed the record.
pub fn is_proposal(row: &Row, actor: &Actor) -> bool {
    row.kind.creator() != Creator::Worker && !actor.is_office()
}

/// Problems that `next` has and `before` had not: a record that a newer peer shaped otherwise can still be changed
/// where this side understands it.
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

/// What is wrong with elements that are to be added.
pub fn element_problem(next: &Row, field: &str, add: &[String]) -> Option<Rejection> {
    if add.iter().any(|e| e.trim().is_empty() || e.chars().count() > ELEMENT_MAX || e.chars().any(char::is_control)) {
        return Some(invalid(field, ProblemCode::WrongShape));
    }
    (next.stamps.len() > STAMPS_MAX).then(|| invalid(field, ProblemCode::TooMany))
}

fn invalid(field: &str, code: ProblemCode) -> Rejection {
    Rejection::Invalid(vec![Problem::new(field, code)])
}

fn from_the_future(change: &Change, stamp: Hlc) -> Option<&'static str> {
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

/// A need begins in its first generation; only a supervisor's reopening counts on.
fn generation_at_birth(op: &Op) -> Option<Rejection> {
    let Change::Create(fields) = &op.change else { return None };
    let starts_late = |fields: &Fields| fields.int("generation").unwrap_or(0) != 0;
    (op.kind == Kind::Need && starts_late(fields)).then(|| invalid("generation", ProblemCode::WrongShape))
}
