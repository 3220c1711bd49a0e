//! Tasks: what a supervisor asks for. How far each is comes from records, never from a tick.

use super::Ask;
use crate::{
    Refusal,
    store::{record, roster},
    views::TaskItem,
};
use shared::{
    AreaCode, Kind,
    records::{Presence, Task, TaskCounts, Visit, VisitMode},
};

/// 14 days: an unfinished task stays on the screen so long after it was due.
const AFTER_DUE_DAYS: i32 = 14;

/// True when an area is this worker's: belongs to it, answers for it, or cares for someone in it.
pub fn concerns(ask: &Ask<'_>, area: AreaCode, concerned: &[&roster::Entry]) -> bool {
    let own = &ask.me.enrolment;
    area.contains(&own.area)
        || own.areas.iter().any(|a| a.contains(&area) || area.contains(a))
        || concerned.iter().any(|e| area.contains(&e.area))
}

/// Tasks for this worker that have begun, the soonest due first.
pub fn tasks(ask: &Ask<'_>, concerned: &[&roster::Entry]) -> Result<Vec<TaskItem>, Refusal> {
    let mut found = Vec::new();
    for row in record::of_kind(ask.conn(), &Kind::Task)? {
        let Ok(task) = row.view::<Task>() else { continue };
        let named = task.workers.contains(&ask.me.enrolment.worker);
        let meant = named || (task.workers.is_empty() && concerns(ask, task.area, concerned));
        if row.is_void() || !meant || task.start > ask.today {
            continue;
        }
        let own: Vec<_> = concerned.iter().filter(|e| task.area.contains(&e.area)).collect();
        let (mut done, mut of) = (0, 0);
        if task.counts != TaskCounts::Nothing {
            of = u32::try_from(own.len()).unwrap_or(u32::MAX);
            for entry in own {
                done += u32::from(is_done(ask, &task, entry)?);
            }
        }
        let unfinished = done < of && ask.today.since(task.due) <= AFTER_DUE_DAYS;
        if ask.today <= task.due || unfinished {
            found.push(TaskItem { id: row.id, title: task.title, text: task.text, due: task.due, done, of });
        }
    }
    found.sort_by_key(|t| (t.due, t.id));
    Ok(found)
}

/// Whether somebody has seen the recipient within the task's days, in the way that it asks for.
fn is_done(ask: &Ask<'_>, task: &Task, entry: &roster::Entry) -> Result<bool, Refusal> {
    // The roster knows the last ones: without any since the task began there is nothing to look for.
    if entry.last_seen().is_none_or(|day| day < task.start) {
        return Ok(false);
    }
    let visits = record::of_recipient(ask.conn(), entry.id, &Kind::Visit, 200)?;
    let counts = |visit: Visit| {
        visit.presence == Presence::Found
            && (task.start..=task.due).contains(&visit.happened.day())
            && (task.counts != TaskCounts::HomeVisit || visit.mode == VisitMode::Home)
    };
    Ok(visits.iter().filter(|r| !r.is_void()).filter_map(|r| r.view().ok()).any(counts))
}
