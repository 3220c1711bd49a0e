//! Lianxin's server: it alone merges, and it derives every figure it shows.

pub mod app;
pub mod cli;
pub mod console;
pub mod core;
pub mod data;
pub mod http;
pub mod import;
pub mod metrics;
pub mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod text;
