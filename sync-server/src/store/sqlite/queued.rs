//! [`QueuedJob`]: a job of any type that waits for the writer, and how the writer runs it.

use super::txn::SqliteTxn;
use crate::store::{
    error::{StoreError, Stored},
    job::Job,
};
use rusqlite::Connection;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::{Context, Poll, Waker},
};
use tokio::sync::oneshot;

/// A job in the writer's queue. It runs in a group and is answered once the group's commit is durable.
pub trait QueuedJob: Send {
    /// Runs the job; false asks for its savepoint to be rolled back.
    fn run(&mut self, conn: &mut Connection) -> bool;
    /// Answers the caller. `commit`: how the group's commit went; `on_disk`: whether all that the job wrote and read is
    /// durable.
    fn answer(&mut self, commit: Stored<()>, on_disk: Stored<()>);
    /// True for a job that must run outside of any transaction.
    fn is_maintenance(&self) -> bool {
        false
    }
}

/// A write job with the channel of its caller.
pub struct Write<J: Job> {
    job: Option<J>,
    result: Option<Result<J::Out, J::Err>>,
    answer: Option<oneshot::Sender<Result<J::Out, J::Err>>>,
}

impl<J: Job> Write<J> {
    pub fn new(job: J, answer: oneshot::Sender<Result<J::Out, J::Err>>) -> Self {
        Self { job: Some(job), result: None, answer: Some(answer) }
    }
}

impl<J: Job> QueuedJob for Write<J> {
    fn run(&mut self, conn: &mut Connection) -> bool {
        let Some(job) = self.job.take() else { return false };
        let result = run(job, &mut SqliteTxn::new(conn));
        let good = result.is_ok();
        self.result = Some(result);
        good
    }
    fn answer(&mut self, commit: Stored<()>, on_disk: Stored<()>) {
        let result = match (self.result.take(), on_disk.and(commit.clone())) {
            // A refusal may depend on data that is not on the disk, so it too fails with the sync.
            (_, Err(e)) if commit.is_ok() => Err(e.into()),
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

/// Work on the writer's connection outside of any transaction, for tests that limit the size of the store.
#[cfg(any(test, feature = "testing"))]
pub struct Maintenance<F, T> {
    work: Option<F>,
    result: Option<Stored<T>>,
    answer: Option<oneshot::Sender<Stored<T>>>,
}

#[cfg(any(test, feature = "testing"))]
impl<F, T> Maintenance<F, T> {
    pub fn new(work: F, answer: oneshot::Sender<Stored<T>>) -> Self {
        Self { work: Some(work), result: None, answer: Some(answer) }
    }
}

#[cfg(any(test, feature = "testing"))]
impl<T: Send, F: FnOnce(&Connection) -> rusqlite::Result<T> + Send> QueuedJob for Maintenance<F, T> {
    fn run(&mut self, conn: &mut Connection) -> bool {
        self.result = self.work.take().map(|work| work(conn).map_err(super::errors::failed));
        true
    }
    fn answer(&mut self, _: Stored<()>, _: Stored<()>) {
        if let (Some(answer), Some(result)) = (self.answer.take(), self.result.take()) {
            let _ = answer.send(result);
        }
    }
    fn is_maintenance(&self) -> bool {
        true
    }
}

/// Runs a job's future, which on this backend never waits. A panic fails that job only: what it wrote is rolled back,
/// and the thread lives on.
pub fn run<J: Job>(job: J, txn: &mut SqliteTxn<'_>) -> Result<J::Out, J::Err> {
    let once = || pin!(job.run(txn)).poll(&mut Context::from_waker(Waker::noop()));
    match catch_unwind(AssertUnwindSafe(once)) {
        Err(_) => Err(StoreError::Panicked.into()),
        Ok(Poll::Ready(result)) => result,
        Ok(Poll::Pending) => {
            Err(StoreError::Backend("a job waited for something else than its transaction".into()).into())
        }
    }
}
