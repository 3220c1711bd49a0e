//! The writer thread. It drains the queue, runs each job inside a savepoint of one transaction, commits once, and hands
//! the group to the [`Syncer`], which answers the jobs. One sync of the disk costs the same for one job as for fifty.

use super::{
    checkpoint::Checkpointer,
    errors::failed,
    queued::QueuedJob,
    syncer::{Group, Syncer},
};
use crate::store::error::{StoreError, Stored};
use rusqlite::Connection;
use std::{sync::mpsc, thread::JoinHandle};

/// 64 jobs a commit: with a full push each (about 5 ms) no job waits longer than a third of a second for its group.
const GROUP: usize = 64;
/// 4,096 waiting writes take seconds; a caller after them is refused and retries.
const QUEUE: usize = 4096;

/// The handle of the writer thread, which ends with all queued jobs done when this is dropped.
pub struct Writer {
    queue: Option<mpsc::SyncSender<Box<dyn QueuedJob>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(mut conn: Connection, mut checkpointer: Checkpointer, mut syncer: Syncer) -> Stored<Self> {
        let (queue, jobs) = mpsc::sync_channel::<Box<dyn QueuedJob>>(QUEUE);
        let work = move || {
            while let Ok(first) = jobs.recv() {
                let mut group = vec![first];
                group.extend(std::iter::from_fn(|| jobs.try_recv().ok()).take(GROUP - 1));
                let (maintenance, group): (Vec<_>, Vec<_>) = group.into_iter().partition(|job| job.is_maintenance());
                for mut job in maintenance {
                    job.run(&mut conn);
                    job.answer(Ok(()), Ok(()));
                }
                commit_together(&mut conn, group, &mut syncer);
                if syncer.broken().is_ok() {
                    checkpointer.changed(conn.total_changes(), &conn);
                }
            }
            let broken = syncer.end();
            drop(checkpointer);
            if broken.is_err() {
                // Closing the last connection would checkpoint a log whose state on the disk is unknown. So the
                // connection is leaked; the next start finds by checksums how far the log goes.
                std::mem::forget(conn);
                return;
            }
            // Checkpoint the whole log; after a crash the next start does it.
            let _ = conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        };
        let thread = std::thread::Builder::new().name("store-writer".into()).spawn(work);
        Ok(Self { queue: Some(queue), thread: Some(thread.map_err(|e| StoreError::Backend(e.to_string()))?) })
    }

    pub fn send(&self, job: Box<dyn QueuedJob>) -> Stored<()> {
        match self.queue.as_ref().map(|q| q.try_send(job)) {
            Some(Ok(())) => Ok(()),
            Some(Err(mpsc::TrySendError::Full(_))) => Err(StoreError::Busy),
            _ => Err(StoreError::Closed),
        }
    }

    /// Runs work on the writer's connection between groups.
    #[cfg(any(test, feature = "testing"))]
    pub async fn maintain<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Stored<T> {
        let (answer, reply) = tokio::sync::oneshot::channel();
        self.send(Box::new(super::queued::Maintenance::new(work, answer)))?;
        reply.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A writer that panicked lost only jobs that were not answered.
            let _ = thread.join();
        }
    }
}

fn commit_together(conn: &mut Connection, mut jobs: Vec<Box<dyn QueuedJob>>, syncer: &mut Syncer) {
    if jobs.is_empty() {
        return;
    }
    let before = conn.total_changes();
    let commit = syncer.broken().and_then(|()| try_together(conn, &mut jobs, syncer));
    syncer.submit(Group { jobs, commit, wrote: conn.total_changes() != before });
}

fn try_together(conn: &mut Connection, group: &mut [Box<dyn QueuedJob>], syncer: &mut Syncer) -> Stored<()> {
    conn.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
    if let [job] = group {
        // A single job needs no savepoint, which would copy every page that it changes.
        let end = if job.run(conn) { "COMMIT" } else { "ROLLBACK" };
        syncer.begin();
        return conn.execute_batch(end).map_err(failed).inspect_err(|_| undo(conn));
    }
    for job in group {
        conn.execute_batch("SAVEPOINT job").map_err(failed).inspect_err(|_| undo(conn))?;
        let good = job.run(conn);
        if conn.is_autocommit() {
            // SQLite rolled back the whole transaction, as it does on a full disk: nothing of this group is written.
            // The job at fault has its own error; the others may retry.
            return Err(StoreError::Busy);
        }
        let end = if good { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
        conn.execute_batch(end).map_err(failed).inspect_err(|_| undo(conn))?;
    }
    syncer.begin();
    conn.execute_batch("COMMIT").map_err(failed).inspect_err(|_| undo(conn))
}

/// Ends a transaction that cannot be committed; SQLite may have done so already.
fn undo(conn: &Connection) {
    let _ = conn.execute_batch("ROLLBACK");
}
