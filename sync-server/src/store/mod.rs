//! The server's store. A [`Store`] opens transactions; a [`Txn`] reads and writes tables by a few generic operations.
//! The steps of the core are [`Job`]s, written once and run by every backend.
//!
//! - [`job`]: [`Store`] with the isolation that it promises, and [`Job`]; [`txn`]: the operations of a transaction
//! - [`table`], [`cell`], [`query`]: what a table, a value and a query are
//! - [`tables`]: the tables and the queries that belong to them
//! - [`sqlite`]: the default backend; [`postgres`]: the backend for several servers on one database
//! - [`any`]: the backend that an operator chose
//! - [`buffered_txn`]: a transaction that several jobs share
//! - `conformance`: one suite that every backend passes

pub mod any;
pub mod buffered_txn;
pub mod cell;
#[cfg(test)]
mod conformance;
pub mod error;
pub mod job;
pub mod postgres;
pub mod query;
pub mod sqlite;
pub mod table;
pub mod tables;
pub mod txn;

pub use any::AnyStore;
pub use cell::{Cell, CellKind, Column};
pub use error::{StoreError, Stored};
pub use job::{Job, Store};
pub use postgres::PgStore;
pub use query::{Filter, Order, Query};
pub use sqlite::SqliteStore;
pub use table::{Counter, Key, Table, prefix_end};
pub use tables::{TallyRow, Totals};
pub use txn::Txn;
