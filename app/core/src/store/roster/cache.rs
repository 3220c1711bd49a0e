//! All roster entries in memory: scanning them makes search as fast as typing.

use super::entry::{Entry, changed_since, removals};
use crate::store::error::Result;
use rusqlite::Connection;
use shared::{Day, ids::RecipientId};
use std::collections::HashMap;

/// All entries in the order of lists: the most overdue first, then by initials.
#[derive(Debug, Default)]
pub struct RosterCache {
    entries: Vec<Entry>,
    stamp: i64,
    removals: u64,
}

impl RosterCache {
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Reads what changed in the store since the last call.
    pub(crate) fn catch_up(&mut self, conn: &Connection) -> Result<()> {
        let removals = removals(conn)?;
        if removals != self.removals {
            *self = Self { removals, ..Self::default() };
        }
        let (changed, stamp) = changed_since(conn, self.stamp)?;
        if changed.is_empty() {
            return Ok(());
        }
        let index: HashMap<RecipientId, usize> = self.entries.iter().enumerate().map(|(i, e)| (e.id, i)).collect();
        for entry in changed {
            match index.get(&entry.id) {
                Some(i) => self.entries[*i] = entry,
                None => self.entries.push(entry),
            }
        }
        self.entries.sort_by(|a, b| order(a).cmp(&order(b)));
        self.stamp = stamp;
        Ok(())
    }
}

fn order(e: &Entry) -> (bool, Option<Day>, &str, &str, RecipientId) {
    (e.due_on.is_none(), e.due_on, &e.initials, &e.name, e.id)
}
