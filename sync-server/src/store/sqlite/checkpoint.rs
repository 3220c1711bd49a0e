//! Checkpoints: copying the log into the file, on a thread of its own. Inside a commit it made one push in ten wait for
//! the disk.

use crate::store::error::{StoreError, Stored};
use rusqlite::Connection;
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering::Relaxed},
        mpsc,
    },
    thread::JoinHandle,
};

/// 2,000 changed rows: about as many pages of 4 KB in the log.
const ROWS: u64 = 2000;
/// 16,000 pages of 4 KB: 64 MB. A log begins anew only if all of it is checkpointed at the moment of a write. Under a
/// load without a pause that never happens on another thread, so from this size on the writer makes the checkpoint
/// itself, and all jobs wait for the disk.
const LOG_PAGES: i64 = 16_000;

/// The state of the log, for both threads.
#[derive(Default)]
struct Log {
    /// Held during a checkpoint: SQLite refuses a second one.
    running: Mutex<()>,
    pages: AtomicI64,
}

impl Log {
    fn lock(&self) -> MutexGuard<'_, ()> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Copies what can be copied now. The rest, which a reader still needs or a full disk has no room for, waits for
    /// the next time. `by_writer`: the log begins anew only after a complete checkpoint by the writer itself, since
    /// beside the checkpoint thread it grows meanwhile.
    fn checkpoint(&self, conn: &Connection, by_writer: bool) {
        let _guard = self.lock();
        let pages: rusqlite::Result<(i64, i64)> =
            conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |r| Ok((r.get(1)?, r.get(2)?)));
        if let Ok((all, copied)) = pages {
            self.pages.store(if by_writer && copied == all { 0 } else { all }, Relaxed);
        }
    }
}

/// The handle of the checkpoint thread.
pub struct Checkpointer {
    wake: Option<mpsc::SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    log: Arc<Log>,
    /// Rows changed when it was last woken.
    at: u64,
}

impl Checkpointer {
    /// `conn` is used for nothing else.
    pub fn start(conn: Connection) -> Stored<Self> {
        let (wake, woken) = mpsc::sync_channel(1);
        let log = Arc::new(Log::default());
        let shared = log.clone();
        let work = move || {
            while woken.recv() == Ok(()) {
                shared.checkpoint(&conn, false);
            }
        };
        let thread = std::thread::Builder::new().name("store-checkpoint".into()).spawn(work);
        let thread = thread.map_err(|e| StoreError::Backend(e.to_string()))?;
        Ok(Self { wake: Some(wake), thread: Some(thread), log, at: 0 })
    }

    /// Called after a commit with the number of rows that the writer has changed so far.
    pub fn changed(&mut self, rows: u64, writer: &Connection) {
        if self.log.pages.load(Relaxed) > LOG_PAGES {
            self.log.checkpoint(writer, true);
        }
        if rows.saturating_sub(self.at) >= ROWS {
            self.at = rows;
            // A full channel means that the thread runs again after its present checkpoint.
            let _ = self.wake.as_ref().map(|wake| wake.try_send(()));
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            // After a panic the writer makes the last checkpoint.
            let _ = thread.join();
        }
    }
}
