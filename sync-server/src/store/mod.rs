//! Where the server keeps what it knows. Two small traits: a [`Store`] opens transactions, a [`Txn`] reads and writes
//! tables in batches. The core's steps are [`Job`]s, written once and run by every backend.
//!
//! - [`table`]: what a table is; [`tables`]: the tables, each a plain struct
//! - [`sqlite`]: the default backend, with its migrations; [`postgres`]: the one for several servers; [`memory`]: one
//!   without a disk, for tests and the simulator
//! - [`any`]: whichever of them an operator chose
//! - [`buffered_txn`]: a transaction that several jobs share
//! - `conformance`: one suite that every backend passes

pub mod any;
mod at_once;
pub mod buffered_txn;
pub mod cell;
#[cfg(test)]
mod conformance;
pub mod memory;
pub mod postgres;
pub mod sqlite;
pub mod table;
pub mod tables;

pub use any::AnyStore;
pub use cell::{Cell, CellKind, Column};
pub use memory::MemoryStore;
pub use postgres::PgStore;
pub use sqlite::SqliteStore;
pub use table::{Key, Table, prefix_end};

use shared::{Month, RowId, WorkerId, ids::Seq};
use std::future::Future;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Nothing was written; the same works again once there is room.
    #[error("the disk is full: free some space, nothing was lost and nothing half written")]
    Full,
    /// More is waiting than can be done soon.
    #[error("the store has too much to do; try again in a few seconds")]
    Busy,
    /// A job panicked; its neighbours did not notice.
    #[error("a step of the server failed in an unforeseen way; its log tells where")]
    Panicked,
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
    /// A value in the store is not what its column says.
    #[error("the store holds a value that cannot be read: {0}")]
    Corrupt(String),
    /// The backend refused.
    #[error("the store failed: {0}")]
    Backend(String),
}

pub type Stored<T> = Result<T, StoreError>;

/// One step of the server, run inside a transaction. It owns what it needs, so that a backend may run it on another
/// thread. It must await nothing but the transaction: a backend may hold its only writer for as long as a job runs.
pub trait Job: Send + 'static {
    type Out: Send + 'static;
    type Err: From<StoreError> + Send + 'static;
    /// An error rolls back everything the job wrote.
    fn run<T: Txn>(self, txn: &mut T) -> impl Future<Output = Result<Self::Out, Self::Err>> + Send;
}

/// A place that keeps tables.
///
/// Isolation promised by every backend:
/// - a write job sees every commit before it and none beside it on the rows it read and changes;
/// - its result is returned only after its commit is durable; jobs may share a commit, and one that fails takes
///   nothing of its neighbours with it;
/// - a read job sees one snapshot, from its first read to its end, and its result is returned only when all of that is durable;
/// - the order of [`Txn::advance`] is the order of commits: a snapshot that shows seq *n* shows every row stamped
///   before *n*.
pub trait Store: Send + Sync + 'static {
    /// True where write jobs run one by one in the order in which they were handed over, and those that wait share a commit.
    fn in_order(&self) -> bool {
        false
    }
    fn write<J: Job>(&self, job: J) -> impl Future<Output = Result<J::Out, J::Err>> + Send;
    fn read<J: Job>(&self, job: J) -> impl Future<Output = Result<J::Out, J::Err>> + Send;
    /// Copies the store, as of one moment, into a new file or folder at `path`.
    fn backup(&self, path: std::path::PathBuf) -> impl Future<Output = Stored<()>> + Send;
}

/// One row of figures.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TallyRow {
    /// Parent of `area`, so that one range holds the line of every area one level down; empty for a province.
    pub parent: String,
    pub area: String,
    pub month: Month,
    /// Word of the category; empty for none.
    pub category: String,
    pub indicator: u8,
    pub n: i64,
    pub fen: i64,
}

/// How much the store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub records: u64,
    pub ops: u64,
    pub devices: u64,
    pub photos_pending: u64,
}

/// A transaction. Everything is by batch: on a backend behind a socket each call is one round trip.
pub trait Txn: Send {
    /// Rows by key, in the order of `keys`.
    fn get<T: Table>(&mut self, keys: &[T::Key]) -> impl Future<Output = Stored<Vec<Option<T>>>> + Send;
    /// Inserts, or replaces what has the same key.
    fn put<T: Table>(&mut self, rows: &[T]) -> impl Future<Output = Stored<()>> + Send;
    fn delete<T: Table>(&mut self, keys: &[T::Key]) -> impl Future<Output = Stored<()>> + Send;
    /// Rows whose `column` (one with an index) is one of `values`.
    fn find<T: Table>(
        &mut self,
        column: &'static str,
        values: &[Cell<'_>],
    ) -> impl Future<Output = Stored<Vec<T>>> + Send;
    /// Rows whose text `column` (one with an index) starts with `prefix`; all rows for an empty one.
    fn under<T: Table>(&mut self, column: &'static str, prefix: &str) -> impl Future<Output = Stored<Vec<T>>> + Send;
    /// Rows whose whole-number `column` (one with an index) is at least `from` and below `to`, ascending; at most `limit`
    /// of them. For what is walked in small steps.
    fn between<T: Table>(
        &mut self,
        column: &'static str,
        from: i64,
        to: i64,
        limit: usize,
    ) -> impl Future<Output = Stored<Vec<T>>> + Send;

    /// The last seq given out.
    fn head(&mut self) -> impl Future<Output = Stored<Seq>> + Send;
    /// Takes `by` numbers from the clock and returns the one before the first. Called as late as a job can: from here
    /// to its commit, no other job gets numbers.
    fn advance(&mut self, by: u64) -> impl Future<Output = Stored<Seq>> + Send;

    /// Seqs after `after`, ascending, of records whose `column` is one of `values`; at most `limit` of them.
    fn seqs(
        &mut self,
        column: SeqColumn,
        values: &[Cell<'_>],
        after: Seq,
        limit: usize,
    ) -> impl Future<Output = Stored<Vec<Seq>>> + Send;
    /// Seq, id and JSON of the records at these seqs, in their order; what moved on meanwhile is left out.
    fn docs(&mut self, seqs: &[Seq]) -> impl Future<Output = Stored<Vec<(Seq, RowId, String)>>> + Send;
    /// Entries of a worker's own feed after `after`, ascending.
    fn worker_feed(
        &mut self,
        worker: WorkerId,
        after: Seq,
        limit: usize,
    ) -> impl Future<Output = Stored<Vec<tables::WorkerFeed>>> + Send;
    /// Rows that left one of `area_feeds` after `after`, ascending; at most `limit` of them.
    fn tombstones(
        &mut self,
        area_feeds: &[String],
        after: Seq,
        limit: usize,
    ) -> impl Future<Output = Stored<Vec<tables::Tombstone>>> + Send;

    /// Adds to the figures; a row that is not there begins at zero.
    fn tally_add(&mut self, rows: &[TallyRow]) -> impl Future<Output = Stored<()>> + Send;
    /// Figures of all areas right below `parent`.
    fn tally(&mut self, parent: &str, from: Month, to: Month) -> impl Future<Output = Stored<Vec<TallyRow>>> + Send;
    /// Adds to the counts of what is open, by area_feed and [`tables::OpenCount::what`].
    fn open_count_add(&mut self, rows: &[tables::OpenCount]) -> impl Future<Output = Stored<()>> + Send;
    /// The last `n` once-keys of a recipient before or on `day`, newest first.
    fn daily_counts_before(
        &mut self,
        recipient: shared::RecipientId,
        day: i32,
        n: usize,
    ) -> impl Future<Output = Stored<Vec<tables::DailyCount>>> + Send;
    /// Recipients below `area` that are due before `today`.
    fn overdue(&mut self, area: &str, today: i32) -> impl Future<Output = Stored<i64>> + Send;
    /// Devices in force of workers below `area`, last seen before `before_ms`.
    fn silent_devices(&mut self, area: &str, before_ms: i64) -> impl Future<Output = Stored<i64>> + Send;
    fn totals(&mut self) -> impl Future<Output = Stored<Totals>> + Send;
}

/// Which index [`Txn::seqs`] walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeqColumn {
    Recipient,
    AreaFeed,
}
