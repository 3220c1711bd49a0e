//! What follows from the changes of a transaction, in one place: the local rows of records whose operations changed,
//! then the roster entries of recipients, then all due days when a rule set changed. It runs at commit; code that must
//! read its own writes within a transaction calls [`Tx::replay_changed`] before.

use super::{error::Result, local_row, meta, roster, tx::Tx};

impl Tx<'_> {
    /// Replays the local rows of all records whose operations changed so far.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn replay_changed(&mut self) -> Result<()> {
        while let Some(row) = self.changes.rows.pop_first() {
            local_row::replay(self, row)?;
        }
        Ok(())
    }

    /// Leaves up to `later` roster entries to a later transaction: a pull of many pages would otherwise compute the
    /// same ones with every page. The store remembers which; queries catch up before they read.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn defer_roster(&mut self, later: u32) -> Result<()> {
        self.replay_changed()?;
        let recipients = std::mem::take(&mut self.changes.recipients);
        roster::mark_due(self, recipients)?;
        roster::catch_up(self, later)
    }

    /// Derives what follows from the changes, then commits: durable at once, or with the next durable commit, as the
    /// transaction was begun.
    ///
    /// # Errors
    /// [`Full`](super::StoreError::Full) when the disk has no room; nothing of the transaction is kept then.
    pub fn commit(mut self) -> Result<()> {
        self.replay_changed()?;
        while let Some(recipient) = self.changes.recipients.pop_first() {
            roster::refresh(&mut self, recipient)?;
        }
        if self.changes.rules {
            roster::recompute_due(&mut self)?;
        }
        if let Some(clock) = self.changed_clock() {
            meta::set(&self, meta::key::CLOCK, &clock)?;
        }
        self.finish()
    }
}
