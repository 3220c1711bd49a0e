//! SQLite, the default backend: a writer thread that owns its connection and commits in groups, a thread that syncs the
//! log, and a few reader threads that each see a snapshot. SQLite answers at once, so a thread runs a job to its end
//! without waiting.
//!
//! - [`store`]: the backend; [`writer`], [`reader`]: its threads; [`queued`]: a job in the writer's queue
//! - [`syncer`]: fsyncs of the log; [`checkpoint`]: copying the log into the file
//! - [`txn`]: a transaction, by the SQL of [`statements`]; [`values`]: cells as parameters and columns
//! - [`migrations`]: the schema; [`errors`]: SQLite's errors as those of the store

mod checkpoint;
mod errors;
mod migrations;
mod queued;
mod reader;
mod statements;
mod store;
mod syncer;
#[cfg(test)]
mod tests;
mod txn;
mod values;
mod writer;

pub use store::SqliteStore;
pub use txn::SqliteTxn;
