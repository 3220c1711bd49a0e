//! The status of a need: a lattice on (generation, rank). A step forward applies, a step that the need has passed
//! changes nothing, two different ends go to a supervisor, and only a reopening begins a new generation.

use super::{
    actor::Actor,
    guard,
    history::{keep_former, push_former},
    register,
    rules::{self, RuleOutcome},
    types::{Decision, OpContext},
};
use crate::{
    Fields, Moment, Op,
    op::Rejection,
    records::{Former, Kind, NeedStatus, ReviewReason, Row, Stamp},
};
use serde_json::Value;

/// A step to status `to` within `generation`. `unit` and `progress` are registers and apply even when the step itself
/// changes nothing; `solved` belongs to the step to solved only.
pub fn advance(
    row: &Row,
    op: &Op,
    to: &str,
    generation: u32,
    fields: &Fields,
    actor: &Actor,
    ctx: &OpContext,
) -> Decision {
    if row.kind != Kind::Need {
        return Decision::Reject(Rejection::NotAllowed);
    }
    let status = vec!["status".to_owned()];
    let (current, current_generation) = current_status(row);
    let wanted = NeedStatus::from(to);
    if wanted.rank().is_none() {
        return Decision::Reject(Rejection::NeedsNewerServer);
    }
    let allowed =
        |name: &&str| matches!(*name, "unit" | "progress") || *name == "solved" && wanted == NeedStatus::Solved;
    if let Some(name) = fields.names().find(|n| !allowed(n)) {
        return Decision::Reject(Rejection::NeedsAmendment { field: name.to_owned() });
    }
    // An unknown current status was set by a newer peer: only the office can tell what it means.
    if current.rank().is_none() && !actor.is_office() {
        return Decision::Hold(ReviewReason::StatusConflict, status);
    }
    let is_step = match rules::step(generation.cmp(&current_generation), &current, &wanted) {
        RuleOutcome::Review(reason) => return Decision::Hold(reason, status),
        RuleOutcome::Otherwise(_) => return Decision::Reject(Rejection::NotAllowed),
        RuleOutcome::Stands => true,
        RuleOutcome::Passed | RuleOutcome::Yields => false,
    };
    let mut next = row.next_revision();
    let registers = fields.0.iter().filter(|(name, _)| *name != "solved").map(|(n, v)| (n.clone(), v.clone()));
    let lost = register::set_fields(&mut next, op, &Fields(registers.collect()), actor, ctx);
    if wanted == NeedStatus::Solved {
        let solved = fields.parsed::<Moment>("solved").unwrap_or(Moment::shanghai(ctx.hlc.ms()));
        // Of two moments of solving the earlier one counts, in whatever order they arrive.
        let earliest = next.fields.parsed::<Moment>("solved").filter(|_| !is_step).map_or(solved, |m| m.min(solved));
        next.fields.set("solved", Value::from(earliest.to_string()));
    }
    if is_step {
        put_status(&mut next, row, &wanted, current_generation, actor, ctx, None);
    } else if next.fields == row.fields && lost.is_empty() {
        return Decision::Pass;
    }
    let problems = guard::new_problems(row, &next);
    if !problems.is_empty() {
        return Decision::Reject(Rejection::Invalid(problems));
    }
    if is_step && lost.is_empty() { Decision::Apply(next) } else { Decision::Merge(next, lost) }
}

/// A supervisor reopens a finished need. It counts as solved again once it is solved again.
pub fn reopen(row: &Row, reason: &str, actor: &Actor, ctx: &OpContext) -> Decision {
    if row.kind != Kind::Need || !actor.is_office() {
        return Decision::Reject(Rejection::NotAllowed);
    }
    let (current, generation) = current_status(row);
    if current.is_known() && !current.is_end() {
        return Decision::Pass;
    }
    let mut next = row.next_revision();
    if row.fields.get("solved").is_some() {
        keep_former(&mut next, row, "solved", Some(reason));
    }
    next.fields.set("solved", Value::Null);
    put_status(&mut next, row, &NeedStatus::Opened, generation.saturating_add(1), actor, ctx, Some(reason));
    Decision::Apply(next)
}

/// Status and generation of a need.
fn current_status(row: &Row) -> (NeedStatus, u32) {
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
    ctx: &OpContext,
    reason: Option<&str>,
) {
    let value = before.fields.0.get("status").cloned().unwrap_or(Value::Null);
    let Stamp { hlc, by, .. } = before.stamp("status");
    let reason = reason.map(str::to_owned);
    push_former(next, Former { field: "status".to_owned(), value, by, hlc, reason });
    next.fields.set("status", Value::from(to.word()));
    next.fields.set("generation", Value::from(generation));
    register::put_stamp(next, before, "status".to_owned(), ctx, actor, false);
}
