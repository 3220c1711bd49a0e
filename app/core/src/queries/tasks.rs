//! Tasks set by supervisors. Progress is counted from records; nothing is ticked off by hand.

use super::ctx::QueryCtx;
use crate::{
    reply::Refusal,
    store::{record, roster},
    views::TaskItem,
};
use shared::{
    AreaCode, Kind,
    records::{Presence, Task, TaskCounts, Visit, VisitMode},
};

/// 14 days: how long an unfinished task stays on the screen after it was due.
const AFTER_DUE_DAYS: i32 = 14;

/// True when the worker belongs to an area, supervises it or a part of it, or cares for a recipient in it.
pub fn concerns(ctx: &QueryCtx<'_>, area: AreaCode, concerned: &[&roster::Entry]) -> bool {
    let own = &ctx.identity.enrolment;
    area.contains(&own.area)
        || own.areas.iter().any(|a| a.contains(&area) || area.contains(a))
        || concerned.iter().any(|e| area.contains(&e.area))
}

/// Tasks for this worker that have begun, the soonest due first.
pub fn tasks(ctx: &QueryCtx<'_>, concerned: &[&roster::Entry]) -> Result<Vec<TaskItem>, Refusal> {
    let mut found = Vec::new();
    for row in record::of_kind(ctx.conn(), &Kind::Task)? {
        let Ok(task) = row.view::<Task>() else { continue };
        let named = task.workers.contains(&ctx.identity.enrolment.worker);
        let addressed = named || (task.workers.is_empty() && concerns(ctx, task.area, concerned));
        if row.is_void() || !addressed || task.start > ctx.today {
            continue;
        }
        let own: Vec<_> = concerned.iter().filter(|e| task.area.contains(&e.area)).collect();
        let (mut done, mut of) = (0, 0);
        if task.counts != TaskCounts::Nothing {
            of = u32::try_from(own.len()).unwrap_or(u32::MAX);
            for entry in own {
                done += u32::from(is_done(ctx, &task, entry)?);
            }
        }
        let unfinished = done < of && ctx.today.since(task.due) <= AFTER_DUE_DAYS;
        if ctx.today <= task.due || unfinished {
            found.push(TaskItem { id: row.id, title: task.title, text: task.text, due: task.due, done, of });
        }
    }
    found.sort_by_key(|t| (t.due, t.id));
    Ok(found)
}

/// Whether the recipient was seen within the days of the task, in the way that the task counts.
fn is_done(ctx: &QueryCtx<'_>, task: &Task, entry: &roster::Entry) -> Result<bool, Refusal> {
    // The roster has the last contact: without one since the task began, no visit can count.
    if entry.last_seen().is_none_or(|day| day < task.start) {
        return Ok(false);
    }
    let visits = record::of_recipient(ctx.conn(), entry.id, &Kind::Visit, 200)?;
    let counts = |visit: Visit| {
        visit.presence == Presence::Found
            && (task.start..=task.due).contains(&visit.happened.day())
            && (task.counts != TaskCounts::HomeVisit || visit.mode == VisitMode::Home)
    };
    Ok(visits.iter().filter(|r| !r.is_void()).filter_map(|r| r.view().ok()).any(counts))
}
