//! The command line of `sync-server`. One file per command; what they share:
//!
//! - [`args`]: commands and options; their help comes from the locale files
//! - [`failure`]: why a command failed, and its exit status
//! - [`admin`]: the work of a command on an open core
//! - [`control`]: the socket by which a running server takes such work
//! - [`target`]: where the work is done: by the running server where there is one, else on the store itself
//! - [`photos`]: where photos are stored; [`stop_signal`]: what stops a server

pub mod admin;
pub mod args;
pub mod backup;
pub mod bundle;
pub mod control;
pub mod enrol;
pub mod failure;
pub mod import;
mod metrics_port;
pub mod photos;
pub mod restore;
mod run;
pub mod serve;
pub mod stop_signal;
pub mod target;

pub use run::run;
