//! Folding the log back into the file, on a thread of its own: inside a commit it made one push in ten wait for the syncer.

use crate::store::{StoreError, Stored};
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
/// 16,000 pages of 4 KB: 64 MB. A log begins anew only when all of it is folded at the moment of a write, which under a load without
/// a pause never happens beside the writer; from here on the writer folds it itself, and everyone waits for the syncer.
const LOG_PAGES: i64 = 16_000;

/// What both sides know of the log.
#[derive(Default)]
struct Log {
    /// Held while one folds: another would be turned away.
    folding: Mutex<()>,
    pages: AtomicI64,
}

impl Log {
    fn lock(&self) -> MutexGuard<'_, ()> {
        self.folding.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Folds what can be folded now; for the rest, which a reader still needs or a full syncer has no room for, there is a next time.
    /// `writes` says whose connection it is: beside the writer the log has grown meanwhile, and only what the writer itself folded to
    /// the end begins anew with its next write.
    fn fold(&self, conn: &Connection, writes: bool) {
        let _turn = self.lock();
        let pages: rusqlite::Result<(i64, i64)> =
            conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |r| Ok((r.get(1)?, r.get(2)?)));
        if let Ok((all, folded)) = pages {
            self.pages.store(if writes && folded == all { 0 } else { all }, Relaxed);
        }
    }
}

pub struct Checkpointer {
    wake: Option<mpsc::SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    log: Arc<Log>,
    /// Rows changed when it was last woken.
    at: u64,
}

impl Checkpointer {
    /// Over a connection that does nothing else.
    pub fn start(conn: Connection) -> Stored<Self> {
        let (wake, woken) = mpsc::sync_channel(1);
        let log = Arc::new(Log::default());
        let beside = log.clone();
        let work = move || {
            while woken.recv() == Ok(()) {
                beside.fold(&conn, false);
            }
        };
        let thread = std::thread::Builder::new().name("store-fold".into()).spawn(work);
        let thread = thread.map_err(|e| StoreError::Backend(e.to_string()))?;
        Ok(Self { wake: Some(wake), thread: Some(thread), log, at: 0 })
    }

    /// Called after a commit, with how many rows the writer has changed so far.
    pub fn changed(&mut self, rows: u64, writer: &Connection) {
        if self.log.pages.load(Relaxed) > LOG_PAGES {
            self.log.fold(writer, true);
        }
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
