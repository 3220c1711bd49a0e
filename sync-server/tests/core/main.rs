//! The server's core through its protocol, without HTTP. The same files are part of [`sqlite`] and of [`postgres`],
//! whose `StoreLocation` opens the store. Tests without a fixture are beside them.
#![allow(clippy::unwrap_used, reason = "a test that finds nothing should stop there")]
#![allow(clippy::duplicate_mod, reason = "each backend has the tests as its own")]

mod panicking;
mod postgres;
mod sqlite;
