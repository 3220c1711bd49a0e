//! Folding the log back into the file, on a thread of its own: inside a commit it made one push in ten wait for the disk.

use crate::store::{StoreError, Stored};
use rusqlite::Connection;
use std::{sync::mpsc, thread::JoinHandle};

/// 2,000 changed rows: about as many pages of 4 KB in the log.
const ROWS: u64 = 2000;

pub struct Checkpointer {
    wake: Option<mpsc::SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Rows changed when it was last woken.
    at: u64,
}

impl Checkpointer {
    /// Over a connection that does nothing else.
    pub fn start(conn: Connection) -> Stored<Self> {
        let (wake, woken) = mpsc::sync_channel(1);
        let work = move || {
            while woken.recv() == Ok(()) {
                // What cannot be folded now, for a reader that still needs it or a full disk, is folded the next time.
                let _ = conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
            }
        };
        let thread = std::thread::Builder::new().name("store-fold".into()).spawn(work);
        let thread = thread.map_err(|e| StoreError::Backend(e.to_string()))?;
        Ok(Self { wake: Some(wake), thread: Some(thread), at: 0 })
    }

    /// Called after a commit, with how many rows the writer has changed so far.
    pub fn changed(&mut self, rows: u64) {
        if rows.saturating_sub(self.at) >= ROWS {
            self.at = rows;
            // One that is still folding looks again by itself.
            let _ = self.wake.as_ref().map(|wake| wake.try_send(()));
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            // One that panicked folded nothing; the last one out does.
            let _ = thread.join();
        }
    }
}
