//! The first screen: who is due, what is asked, what waits.

use super::{Ask, tasks};
use crate::{
    Core, Refusal, Reply,
    store::{draft, outbox, photo, record, roster},
    views::{DraftItem, NoticeItem, TodayView},
};
use shared::{
    Kind, RecipientId,
    records::{Notice, Role},
};

/// The next seven days: a week's round can be planned from it.
const SOON_DAYS: i32 = 7;
/// 200: more than a week's work of anyone; counts tell of the rest.
const DUE_MAX: usize = 200;
/// 50: what one would scroll through.
const NEEDS_MAX: u32 = 50;

impl Core {
    pub(crate) fn today(&mut self) -> Result<Reply, Refusal> {
        let locks_in_days = self.locks_in_days();
        let ask = self.ask()?;
        let roster = ask.store.roster()?;
        // A worker's day is those in their care; a supervisor who cares for nobody sees the area.
        let active = || roster.entries().iter().filter(|e| e.active);
        let everyone = is_office(&ask) && !active().any(|e| e.mine);
        let concerned: Vec<&roster::Entry> = active().filter(|e| everyone || e.mine).collect();

        let (mut overdue, mut due_today, mut due_soon) = (0, 0, 0);
        let mut due = Vec::new();
        for entry in &concerned {
            let Some(over) = entry.due_on.map(|on| ask.today.since(on)) else { continue };
            match over {
                1.. => overdue += 1,
                0 => due_today += 1,
                _ if over >= -SOON_DAYS => due_soon += 1,
                _ => continue,
            }
            if due.len() < DUE_MAX {
                due.push(ask.recipient_item(entry)?);
            }
        }

        let conn = ask.conn();
        let mut needs = Vec::new();
        for row in record::all_open_needs(conn, !everyone, NEEDS_MAX)? {
            needs.extend(ask.need_item(&row)?);
        }
        let debt = photo::debt(conn)?;
        Ok(Reply::Today(Box::new(TodayView {
            day: ask.today,
            due,
            overdue,
            due_today,
            due_soon,
            tasks: tasks::tasks(&ask, &concerned)?,
            notices: notices(&ask, &concerned)?,
            needs,
            waiting: outbox::waiting(conn)?.0 + debt.photos,
            attention: outbox::attention_count(conn)? + debt.failed,
            drafts: drafts(&ask)?,
            rules_to_be_confirmed: ask.rules.in_force(ask.me.enrolment.area).to_be_confirmed,
            recipients: u32::try_from(concerned.len()).unwrap_or(u32::MAX),
            locks_in_days,
        })))
    }
}

pub fn is_office(ask: &Ask<'_>) -> bool {
    matches!(ask.me.enrolment.role, Role::Supervisor | Role::Administrator)
}

/// Notices in force for an area that this worker belongs to, answers for, or cares for someone in; newest first.
fn notices(ask: &Ask<'_>, concerned: &[&roster::Entry]) -> Result<Vec<NoticeItem>, Refusal> {
    let mut found = Vec::new();
    for row in record::of_kind(ask.conn(), &Kind::Notice)? {
        let Ok(notice) = row.view::<Notice>() else { continue };
        let in_force = notice.from <= ask.today && notice.until.is_none_or(|until| ask.today <= until);
        if !row.is_void() && in_force && tasks::concerns(ask, notice.area, concerned) {
            found.push(NoticeItem { id: row.id, title: notice.title, text: notice.text, from: notice.from });
        }
    }
    found.sort_by_key(|n| std::cmp::Reverse((n.from, n.id)));
    Ok(found)
}

/// Drafts with the name of whom they are about: the last part of the key, where it is a recipient's id.
fn drafts(ask: &Ask<'_>) -> Result<Vec<DraftItem>, Refusal> {
    let mut found = Vec::new();
    for (key, updated) in draft::list(ask.conn())? {
        let about: Option<RecipientId> = key.rsplit(':').next().and_then(|id| id.parse().ok());
        let name = match about {
            Some(id) => roster::name(ask.conn(), id)?,
            None => None,
        };
        found.push(DraftItem { key, name, updated });
    }
    Ok(found)
}
