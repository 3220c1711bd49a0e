//! The server's core through its protocol: a town, its workers and their phones, without HTTP. All of it on every
//! backend: the same files are part of [`sqlite`] and of [`postgres`], whose `open` says where a town's store lies. What
//! needs no town is beside them.
#![allow(clippy::unwrap_used, reason = "a test that finds nothing should stop there")]
#![allow(clippy::duplicate_mod, reason = "each backend has the tests as its own")]

mod panicking;
mod postgres;
mod sqlite;
