//! Lianxin's server: it alone merges, and it derives every figure it shows.

pub mod core;
pub mod http;
pub mod store;
pub mod text;
