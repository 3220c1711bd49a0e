//! The first screen: recipients who are due, tasks and notices, open needs, and what waits to be sent.

use super::{ctx::QueryCtx, tasks};
use crate::{
    core::Core,
    reply::{Refusal, Reply},
    store::{draft, outbox, photo, record, roster},
    views::{DraftItem, NoticeItem, TodayView},
};
use shared::{Kind, RecipientId, records::Notice};

/// 7 days: enough to plan a week's round.
const SOON_DAYS: i32 = 7;
/// 200: more than a week's work; the counts include the rest.
const DUE_MAX: usize = 200;
/// 50: as many as a user scrolls through.
const NEEDS_MAX: u32 = 50;

impl Core {
    pub(crate) fn today(&mut self) -> Result<Reply, Refusal> {
        let locks_in_days = self.locks_in_days();
        let ctx = self.query_ctx()?;
        let cache = ctx.store.roster()?;
        // A worker sees the recipients in their care; a supervisor without any sees the whole area.
        let active = || cache.entries().iter().filter(|e| e.active);
        let everyone = ctx.identity.enrolment.is_supervisor() && !active().any(|e| e.mine);
        let concerned: Vec<&roster::Entry> = active().filter(|e| everyone || e.mine).collect();

        let (mut overdue, mut due_today, mut due_soon) = (0, 0, 0);
        let mut due = Vec::new();
        for entry in &concerned {
            let Some(over) = entry.due_on.map(|on| ctx.today.since(on)) else { continue };
            match over {
                1.. => overdue += 1,
                0 => due_today += 1,
                _ if over >= -SOON_DAYS => due_soon += 1,
                _ => continue,
            }
            if due.len() < DUE_MAX {
                due.push(ctx.recipient_item(entry)?);
            }
        }

        let conn = ctx.conn();
        let mut needs = Vec::new();
        for row in record::all_open_needs(conn, !everyone, NEEDS_MAX)? {
            needs.extend(ctx.need_item(&row)?);
        }
        let backlog = photo::backlog(conn)?;
        Ok(Reply::Today(Box::new(TodayView {
            day: ctx.today,
            due,
            overdue,
            due_today,
            due_soon,
            tasks: tasks::tasks(&ctx, &concerned)?,
            notices: notices(&ctx, &concerned)?,
            needs,
            waiting: outbox::waiting(conn)?.0 + backlog.photos,
            attention: outbox::attention_count(conn)? + backlog.failed,
            drafts: drafts(&ctx)?,
            rules_to_be_confirmed: ctx.rules.in_force(ctx.identity.enrolment.area).to_be_confirmed,
            recipients: u32::try_from(concerned.len()).unwrap_or(u32::MAX),
            locks_in_days,
        })))
    }
}

/// Notices in force that concern this worker, newest first.
fn notices(ctx: &QueryCtx<'_>, concerned: &[&roster::Entry]) -> Result<Vec<NoticeItem>, Refusal> {
    let mut found = Vec::new();
    for row in record::of_kind(ctx.conn(), &Kind::Notice)? {
        let Ok(notice) = row.view::<Notice>() else { continue };
        let in_force = notice.from <= ctx.today && notice.until.is_none_or(|until| ctx.today <= until);
        if !row.is_void() && in_force && tasks::concerns(ctx, notice.area, concerned) {
            found.push(NoticeItem { id: row.id, title: notice.title, text: notice.text, from: notice.from });
        }
    }
    found.sort_by_key(|n| std::cmp::Reverse((n.from, n.id)));
    Ok(found)
}

/// Drafts with the recipient's name, where the last part of the key is a recipient's id.
fn drafts(ctx: &QueryCtx<'_>) -> Result<Vec<DraftItem>, Refusal> {
    let mut found = Vec::new();
    for (key, updated) in draft::list(ctx.conn())? {
        let about: Option<RecipientId> = key.rsplit(':').next().and_then(|id| id.parse().ok());
        let name = match about {
            Some(id) => roster::name(ctx.conn(), id)?,
            None => None,
        };
        found.push(DraftItem { key, name, updated });
    }
    Ok(found)
}
