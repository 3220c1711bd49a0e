//! [`Store`] and [`Job`]: what a backend promises, and what it runs.

use super::{
    error::{StoreError, Stored},
    txn::Txn,
};
use std::{future::Future, path::PathBuf};

/// One step of the server, run inside a transaction. It owns what it needs, so that a backend may run it on another
/// thread. It must await nothing but the transaction: a backend may hold its only writer for as long as a job runs.
pub trait Job: Send + 'static {
    type Out: Send + 'static;
    type Err: From<StoreError> + Send + 'static;
    /// Reads and writes by the transaction.
    ///
    /// # Errors
    /// The job's own. An error rolls back everything that the job wrote.
    fn run<T: Txn>(self, txn: &mut T) -> impl Future<Output = Result<Self::Out, Self::Err>> + Send;
}

/// A place that keeps tables.
///
/// Every backend promises this isolation:
/// - A write job sees every earlier commit, and no concurrent one on the rows that it reads and changes.
/// - The result of a write job is returned only after its commit is durable. Jobs may share a commit; one that fails
///   takes nothing of the others with it.
/// - A read job sees one snapshot from its first read to its end. Its result is returned only when all of that snapshot
///   is durable.
/// - The order of [`Txn::advance`] is the order of commits: a snapshot that shows seq *n* shows every row stamped
///   before *n*.
pub trait Store: Send + Sync + 'static {
    /// True where write jobs run one by one in the order in which they were submitted, and those that wait share a
    /// commit.
    fn in_order(&self) -> bool {
        false
    }
    /// Runs a job that may write.
    ///
    /// # Errors
    /// The job's own, or a [`StoreError`]: `Full`, `Busy` and `Closed` where nothing was written, `Panicked` for a job
    /// that panicked, `Backend` where the commit failed.
    fn write<J: Job>(&self, job: J) -> impl Future<Output = Result<J::Out, J::Err>> + Send;
    /// Runs a job that only reads. What it writes is refused or has no effect.
    ///
    /// # Errors
    /// As [`Store::write`].
    fn read<J: Job>(&self, job: J) -> impl Future<Output = Result<J::Out, J::Err>> + Send;
    /// Copies the store, as of one moment, into a new file at `path`.
    ///
    /// # Errors
    /// [`StoreError::Backend`] where the file cannot be written, or the backend's program for it is missing or fails;
    /// [`StoreError::Full`] where the disk is full.
    fn backup(&self, path: PathBuf) -> impl Future<Output = Stored<()>> + Send;
}
