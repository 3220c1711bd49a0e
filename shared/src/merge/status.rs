//! Status: a lattice on (generation, rank). Steps forward hold, steps that others were past are passed over, two
//! different ends are decided by a supervisor, and only a reopening begins a new generation.

use super::{
    actor::Actor,
    decide::{Decision, Meta, bumped, push_former},
    register,
};
use crate::{
    Fields, Op,
    op::Rejection,
    records::{Former, Kind, NeedStatus, ReviewReason, Row, Stamp},
};
use serde_json::Value;

/// A step to `to` within `generation`; `fields` ride along and hold only if the step does.
pub fn advance(row: &Row, op: &Op, to: &str, generation: u32, fields: &Fields, actor: &Actor, meta: &Meta) -> Decision {
    if row.kind != Kind::Need {
        return Decision::Reject(Rejection::NotAllowed);
    }
    let status = vec!["status".to_owned()];
    let (current, current_generation) = standing(row);
    let wanted = NeedStatus::from(to);
    let Some(wanted_rank) = wanted.rank() else {
        return Decision::Reject(Rejection::NeedsNewerServer);
    };
    // An unknown current status was set by a newer peer: only a supervisor can tell what it means.
    let Some(current_rank) = current.rank() else {
        return Decision::Hold(ReviewReason::StatusConflict, status);
    };
    if generation < current_generation {
        return Decision::Hold(ReviewReason::StaleStatus, status);
    }
    if generation > current_generation {
        return Decision::Reject(Rejection::NotAllowed);
    }
    if wanted == current || wanted_rank < current_rank {
        return Decision::Pass;
    }
    if current.is_end() && wanted.is_end() {
        return Decision::Hold(ReviewReason::StatusConflict, status);
    }
    let mut next = bumped(row);
    let free = ["solved", "unit", "progress"];
    if let Some(name) = fields.names().find(|n| !free.contains(n)) {
        return Decision::Reject(Rejection::NeedsAmendment { field: name.to_owned() });
    }
    let ride_along =
        Fields(fields.0.iter().filter(|(n, _)| *n != "solved").map(|(n, v)| (n.clone(), v.clone())).collect());
    register::set_fields(&mut next, op, &ride_along, actor, meta);
    if let Some(solved) = fields.get("solved") {
        next.fields.set("solved", solved.clone());
    }
    if wanted == NeedStatus::Solved && next.fields.get("solved").is_none() {
        next.fields.set("solved", Value::from(crate::Moment::shanghai(meta.hlc.ms()).to_string()));
    }
    put_status(&mut next, row, &wanted, current_generation, actor, meta, None);
    let problems = next.kind.problems(&next.fields);
    if problems.is_empty() { Decision::Apply(next) } else { Decision::Reject(Rejection::Invalid(problems)) }
}

/// A supervisor starts a finished need anew; it no longer counts as solved until it is solved again.
pub fn reopen(row: &Row, reason: &str, actor: &Actor, meta: &Meta) -> Decision {
    if row.kind != Kind::Need || !actor.is_office() {
        return Decision::Reject(Rejection::NotAllowed);
    }
    let (current, generation) = standing(row);
    if !current.is_end() {
        return Decision::Pass;
    }
    let mut next = bumped(row);
    next.fields.set("solved", Value::Null);
    put_status(&mut next, row, &NeedStatus::Opened, generation + 1, actor, meta, Some(reason));
    Decision::Apply(next)
}

fn standing(row: &Row) -> (NeedStatus, u32) {
    let status = NeedStatus::from(row.fields.text("status").unwrap_or("opened"));
    let generation = row.fields.int("generation").and_then(|g| u32::try_from(g).ok()).unwrap_or(0);
    (status, generation)
}

fn put_status(
    next: &mut Row,
    before: &Row,
    to: &NeedStatus,
    generation: u32,
    actor: &Actor,
    meta: &Meta,
    reason: Option<&str>,
) {
    let value = before.fields.0.get("status").cloned().unwrap_or(Value::Null);
    let Stamp { hlc, by, .. } = before.stamp("status");
    let reason = reason.map(str::to_owned);
    push_former(next, Former { field: "status".to_owned(), value, by, hlc, reason });
    next.fields.set("status", Value::from(to.word()));
    next.fields.set("generation", Value::from(generation));
    let stamp = Stamp { rev: next.rev, hlc: meta.hlc, device: actor.device, by: actor.worker, removed: false };
    next.stamps.insert("status".to_owned(), stamp);
}
