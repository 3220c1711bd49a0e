//! PostgreSQL, for deployments of several servers on one database. One writer at a time per database commits jobs in
//! groups ([`writer`]); readers each see a snapshot.
//!
//! - [`store`]: the backend; [`writer`]: group commits
//! - [`txn`]: a transaction on a connection; [`operations`]: what it does, by the SQL of [`statements`]; [`values`]:
//!   cells as parameters and columns
//! - [`url`], [`tls`], [`pool`]: where the database is, and how to connect
//! - [`migrations`], [`dump`]: the schema, backups
//! - [`errors`]: PostgreSQL's errors as those of the store

mod dump;
mod errors;
mod migrations;
mod operations;
mod pool;
mod statements;
mod store;
#[cfg(test)]
mod tests;
mod tls;
mod txn;
mod url;
mod values;
mod writer;

pub use dump::{find as find_program, is_dump, restore};
pub use store::PgStore;
pub use txn::PgTxn;
pub use url::{DatabaseUrl, UrlError};
