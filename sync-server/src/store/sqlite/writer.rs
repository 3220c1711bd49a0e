//! The writer: it drains the queue of waiting jobs, runs each inside a savepoint of one transaction, commits once, and
//! hands them to the [`Syncer`], which answers them. A sync to syncer costs the same for one job as for fifty.

use super::{
    SqliteTxn,
    checkpoint::Checkpointer,
    failed, run,
    syncer::{Group, Syncer},
};
use crate::store::{Job, StoreError, Stored};
use rusqlite::Connection;
use std::{sync::mpsc, thread::JoinHandle};
use tokio::sync::oneshot;

/// 64 jobs a commit: with a full push each (about 5 ms) nobody waits longer than a third of a second for the group.
const GROUP: usize = 64;
/// 4,096 waiting writes take seconds; whoever comes after them is better told to come back.
const QUEUE: usize = 4096;

/// A job on its way: run inside the group, answered after its commit.
pub trait Waiting: Send {
    /// Runs the job; false asks for its savepoint to be rolled back.
    fn run(&mut self, conn: &mut Connection) -> bool;
    /// Tells whoever waits how the group's commit went, and whether what it wrote and read is on the syncer.
    fn answer(&mut self, commit: Stored<()>, on_disk: Stored<()>);
    /// True for what must run outside of any transaction.
    fn is_bare(&self) -> bool {
        false
    }
}

pub struct Write<J: Job> {
    pub job: Option<J>,
    pub result: Option<Result<J::Out, J::Err>>,
    pub answer: Option<oneshot::Sender<Result<J::Out, J::Err>>>,
}

impl<J: Job> Waiting for Write<J> {
    fn run(&mut self, conn: &mut Connection) -> bool {
        let Some(job) = self.job.take() else { return false };
        let result = run(job, &mut SqliteTxn::new(conn));
        let good = result.is_ok();
        self.result = Some(result);
        good
    }
    fn answer(&mut self, commit: Stored<()>, on_disk: Stored<()>) {
        let result = match (self.result.take(), on_disk.and(commit.clone())) {
            // Even a refusal may rest on what a power cut takes back.
            (_, Err(e)) if commit.is_ok() => Err(e.into()),
            // The job's own error tells more than that the group failed.
            (Some(Err(e)), _) => Err(e),
            (Some(Ok(out)), Ok(())) => Ok(out),
            (_, Err(e)) => Err(e.into()),
            (None, Ok(())) => Err(StoreError::Closed.into()),
        };
        if let Some(answer) = self.answer.take() {
            // Nobody waiting any more is fine: what was committed stays.
            let _ = answer.send(result);
        }
    }
}

struct Bare<F, T> {
    work: Option<F>,
    result: Option<Stored<T>>,
    answer: Option<oneshot::Sender<Stored<T>>>,
}

impl<T: Send, F: FnOnce(&Connection) -> rusqlite::Result<T> + Send> Waiting for Bare<F, T> {
    fn run(&mut self, conn: &mut Connection) -> bool {
        self.result = self.work.take().map(|work| work(conn).map_err(failed));
        true
    }
    fn answer(&mut self, _: Stored<()>, _: Stored<()>) {
        if let (Some(answer), Some(result)) = (self.answer.take(), self.result.take()) {
            let _ = answer.send(result);
        }
    }
    fn is_bare(&self) -> bool {
        true
    }
}

pub struct Writer {
    queue: Option<mpsc::SyncSender<Box<dyn Waiting>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(mut conn: Connection, mut fold: Checkpointer, mut syncer: Syncer) -> Stored<Self> {
        let (queue, jobs) = mpsc::sync_channel::<Box<dyn Waiting>>(QUEUE);
        let work = move || {
            while let Ok(first) = jobs.recv() {
                let mut group = vec![first];
                group.extend(std::iter::from_fn(|| jobs.try_recv().ok()).take(GROUP - 1));
                let (bare, group): (Vec<_>, Vec<_>) = group.into_iter().partition(|job| job.is_bare());
                for mut job in bare {
                    job.run(&mut conn);
                    job.answer(Ok(()), Ok(()));
                }
                commit_together(&mut conn, group, &mut syncer);
                if syncer.broken().is_ok() {
                    fold.changed(conn.total_changes(), &conn);
                }
            }
            let broken = syncer.end();
            drop(fold);
            if broken.is_err() {
                // Nobody may be the last to close the file, which would fold a log of which nobody knows what is on the syncer. The
                // next start finds by its checksums how far it goes.
                std::mem::forget(conn);
                return;
            }
            // The last one out folds the log into the file; a crash instead leaves that to the next start.
            let _ = conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        };
        let thread = std::thread::Builder::new().name("store-writer".into()).spawn(work);
        Ok(Self { queue: Some(queue), thread: Some(thread.map_err(|e| StoreError::Backend(e.to_string()))?) })
    }

    pub fn send(&self, job: Box<dyn Waiting>) -> Stored<()> {
        match self.queue.as_ref().map(|q| q.try_send(job)) {
            Some(Ok(())) => Ok(()),
            Some(Err(mpsc::TrySendError::Full(_))) => Err(StoreError::Busy),
            _ => Err(StoreError::Closed),
        }
    }

    /// Runs something on the writer's connection between groups.
    pub async fn bare<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Stored<T> {
        let (answer, reply) = oneshot::channel();
        self.send(Box::new(Bare { work: Some(work), result: None, answer: Some(answer) }))?;
        reply.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A writer that panicked lost only what it had not answered.
            let _ = thread.join();
        }
    }
}

fn commit_together(conn: &mut Connection, mut jobs: Vec<Box<dyn Waiting>>, syncer: &mut Syncer) {
    if jobs.is_empty() {
        return;
    }
    let before = conn.total_changes();
    let commit = syncer.broken().and_then(|()| try_together(conn, &mut jobs, syncer));
    syncer.submit(Group { jobs, commit, wrote: conn.total_changes() != before });
}

fn try_together(conn: &mut Connection, group: &mut [Box<dyn Waiting>], syncer: &mut Syncer) -> Stored<()> {
    conn.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
    if let [job] = group {
        // Alone in its transaction it needs no savepoint, which would copy every page it changes.
        let end = if job.run(conn) { "COMMIT" } else { "ROLLBACK" };
        syncer.begin();
        return conn.execute_batch(end).map_err(failed).inspect_err(|_| undo(conn));
    }
    for job in group {
        conn.execute_batch("SAVEPOINT job").map_err(failed).inspect_err(|_| undo(conn))?;
        let good = job.run(conn);
        if conn.is_autocommit() {
            // SQLite gave up the whole transaction, as it does on a full syncer: nothing of this group is written. The job
            // at fault has its own error; its neighbours may come again.
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
