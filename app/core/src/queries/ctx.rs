//! What every query reads from: the open store, the enrolled worker, today, and the rules.

use crate::{
    core::Core,
    reply::Refusal,
    store::{self, Identity, Store, roster, rules::RuleBook},
};
use rusqlite::Connection;
use shared::{Day, Moment, ids::RecipientId};
use std::collections::HashSet;

/// What every query reads from.
pub(crate) struct QueryCtx<'a> {
    pub store: &'a Store,
    pub identity: Identity,
    pub today: Day,
    pub rules: RuleBook,
    /// Recipients that a waiting operation is about.
    pub waiting: HashSet<RecipientId>,
}

impl QueryCtx<'_> {
    pub fn conn(&self) -> &Connection {
        self.store.conn()
    }
}

impl Core {
    /// Today by the server's clock, as far as it is known.
    pub(crate) fn today_day(&self) -> Result<Day, Refusal> {
        let now = self.env.now();
        let offset = store::clock_offset(self.store()?.conn(), now)?;
        Ok(Moment { utc_ms: now.utc_ms.saturating_add(offset), ..now }.day())
    }

    /// Brings the roster up to date, then gives what queries read from.
    pub(super) fn query_ctx(&mut self) -> Result<QueryCtx<'_>, Refusal> {
        let today = self.today_day()?;
        if roster::is_stale(self.store()?.conn(), today)? {
            ignore_full_disk(self.write(|tx| Ok(roster::new_day(tx)?)))?;
        }
        // A pull is running, or broke off.
        if roster::is_behind(self.store()?.conn())? {
            ignore_full_disk(self.write(|tx| Ok(roster::catch_up(tx, 0)?)))?;
        }
        let identity = self.identity()?;
        let store = self.store()?;
        let conn = store.conn();
        Ok(QueryCtx {
            store,
            identity,
            today,
            rules: RuleBook::read(conn)?,
            waiting: store::outbox::recipients_waiting(conn)?,
        })
    }
}

/// On a full disk, queries read the roster as it is.
fn ignore_full_disk(done: Result<(), Refusal>) -> Result<(), Refusal> {
    match done {
        Err(Refusal::StorageFull) => Ok(()),
        other => other,
    }
}
