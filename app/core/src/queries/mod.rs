//! How a question is answered: one file per screen, and in [`items`] the parts that several share. Answers are joined and
//! masked here; screens only lay them out.

mod card;
mod items;
mod month;
mod recipients;
mod record;
mod reference;
mod reviews;
mod tasks;
mod today;

pub(crate) use items::{photo_view, state_of_entry, title};
pub(crate) use reviews::decision_view;

use crate::{
    Core, Refusal,
    store::{self, Me, Store, roster, rules::RuleBook},
};
use rusqlite::Connection;
use shared::{Day, Moment, ids::RecipientId};
use std::collections::HashSet;

/// What every question is asked against.
pub(crate) struct Ask<'a> {
    pub store: &'a Store,
    pub me: Me,
    pub today: Day,
    pub rules: RuleBook,
    /// Recipients about whom something waits on this device.
    pub waiting: HashSet<RecipientId>,
}

impl Ask<'_> {
    pub fn conn(&self) -> &Connection {
        self.store.conn()
    }
}

impl Core {
    /// The day by the server's clock, as far as it is known.
    pub(crate) fn today_day(&self) -> Result<Day, Refusal> {
        let now = self.env.now();
        let offset = store::clock_offset(self.store()?.conn(), now)?;
        Ok(Moment { utc_ms: now.utc_ms.saturating_add(offset), ..now }.day())
    }

    /// With the roster brought up to the day.
    fn ask(&mut self) -> Result<Ask<'_>, Refusal> {
        let today = self.today_day()?;
        if roster::is_stale(self.store()?.conn(), today)? {
            unless_full(self.write(|tx| Ok(roster::new_day(tx)?)))?;
        }
        // A pull is under way, or broke off.
        if roster::is_behind(self.store()?.conn())? {
            unless_full(self.write(|tx| Ok(roster::catch_up(tx, 0)?)))?;
        }
        let me = self.me()?;
        let store = self.store()?;
        let conn = store.conn();
        Ok(Ask { store, me, today, rules: RuleBook::read(conn)?, waiting: store::outbox::recipients_waiting(conn)? })
    }
}

/// On a full disk a question is answered from the lines as they are.
fn unless_full(done: Result<(), Refusal>) -> Result<(), Refusal> {
    match done {
        Err(Refusal::StorageFull) => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests;
