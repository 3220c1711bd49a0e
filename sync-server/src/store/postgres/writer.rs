//! The writer: a task that drains the queue, runs each job under a savepoint of one transaction, commits once, and only
//! then answers the jobs.
//!
//! ```text
//! BEGIN; take the writer's lock of the database     <- writers of other servers wait here, in turn
//!   SAVEPOINT job;  first job's reads and writes
//!   RELEASE job; SAVEPOINT job;  second job's …     or ROLLBACK TO job, and the next goes on from there
//! COMMIT, which releases the lock                   <- only now the jobs are answered
//! ```
//!
//! So one writer works per database, whatever the number of servers: no job sees half of another, the clock moves in
//! the order of commits, and no deadlock is possible. A group that fails as a whole loses its connection, and its jobs
//! fail with `Busy`. Whether its commit arrived is then unknown; the ids of operations make a retry harmless.

use super::txn::PgTxn;
use crate::store::{
    error::{StoreError, Stored},
    job::Job,
};
use deadpool_postgres::Pool;
use futures_util::FutureExt;
use std::{future::Future, panic::AssertUnwindSafe, pin::Pin};
use tokio::sync::{mpsc, oneshot};

/// 32 jobs a commit: PostgreSQL caches up to 64 savepoints of a transaction, and other servers wait meanwhile.
const GROUP: usize = 32;
/// 4,096 waiting writes take seconds; a caller after them is refused and retries.
const QUEUE: usize = 4096;

/// Takes the writer's lock, and makes the commit durable even where the database's own setting is not to wait for the
/// disk. The lock's number is arbitrary, and the same for every server of a database.
pub const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(5495833146), set_config('synchronous_commit', \
     CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true)";

/// A job of any type in the queue. It runs in a group and is answered after the group's commit.
pub trait QueuedJob: Send {
    /// Runs the job; false asks for its savepoint to be rolled back.
    fn run<'a>(&'a mut self, txn: &'a mut PgTxn) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>>;
    /// Answers the caller, once the outcome of the commit is known.
    fn answer(&mut self, commit: Stored<()>);
}

struct Write<J: Job> {
    job: Option<J>,
    result: Option<Result<J::Out, J::Err>>,
    answer: Option<oneshot::Sender<Result<J::Out, J::Err>>>,
}

impl<J: Job> QueuedJob for Write<J> {
    fn run<'a>(&'a mut self, txn: &'a mut PgTxn) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(async move {
            let Some(job) = self.job.take() else { return false };
            let result = run(job, txn).await;
            let good = result.is_ok();
            self.result = Some(result);
            good
        })
    }
    fn answer(&mut self, commit: Stored<()>) {
        let result = match (self.result.take(), commit) {
            // The job's own error says more than the group's.
            (Some(Err(e)), _) => Err(e),
            (Some(Ok(out)), Ok(())) => Ok(out),
            (_, Err(e)) => Err(e.into()),
            (None, Ok(())) => Err(StoreError::Closed.into()),
        };
        if let Some(answer) = self.answer.take() {
            // The caller may have given up; what was committed stays.
            let _ = answer.send(result);
        }
    }
}

/// Runs a job to its end, with every statement answered. A panic fails that job only.
pub async fn run<J: Job>(job: J, txn: &mut PgTxn) -> Result<J::Out, J::Err> {
    let result = AssertUnwindSafe(job.run(txn)).catch_unwind().await;
    let settled = txn.settle().await;
    txn.clear_failure();
    match result {
        Ok(Ok(out)) => settled.map(|()| out).map_err(J::Err::from),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(StoreError::Panicked.into()),
    }
}

/// The handle of the writer task.
pub struct Writer {
    queue: mpsc::Sender<Box<dyn QueuedJob>>,
}

impl Writer {
    /// `pool` holds one connection. The task does all queued jobs and ends when the writer is dropped.
    pub fn start(pool: Pool, runtime: &tokio::runtime::Handle) -> Self {
        let (queue, mut jobs) = mpsc::channel::<Box<dyn QueuedJob>>(QUEUE);
        runtime.spawn(async move {
            while let Some(first) = jobs.recv().await {
                let mut group = vec![first];
                group.extend(std::iter::from_fn(|| jobs.try_recv().ok()).take(GROUP - 1));
                let committed = commit_together(&pool, &mut group).await;
                for job in &mut group {
                    job.answer(committed.clone());
                }
            }
        });
        Self { queue }
    }

    pub async fn write<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        let (answer, reply) = oneshot::channel();
        let write = Write { job: Some(job), result: None, answer: Some(answer) };
        self.queue.try_send(Box::new(write)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
        })?;
        reply.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }
}

async fn commit_together(pool: &Pool, group: &mut [Box<dyn QueuedJob>]) -> Stored<()> {
    let mut txn = PgTxn::on(pool).await?;
    txn.control(BEGIN).await?;
    if let [job] = group {
        // A single job needs no savepoint.
        let end = if job.run(&mut txn).await { "COMMIT" } else { "ROLLBACK" };
        txn.control(end).await?;
    } else {
        let mut next = "SAVEPOINT job";
        for job in &mut *group {
            txn.control(next).await?;
            next = if job.run(&mut txn).await { "RELEASE job; SAVEPOINT job" } else { "ROLLBACK TO job" };
        }
        // Never COMMIT alone after a failure: PostgreSQL would roll back and report no error.
        txn.control(if next == "ROLLBACK TO job" { "ROLLBACK TO job; COMMIT" } else { "COMMIT" }).await?;
    }
    txn.finish();
    Ok(())
}
