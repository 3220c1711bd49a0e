//! The server over HTTP: what phones talk to. The route table is in [`router`], each endpoint has a file under [`api`],
//! and what all of them share stands beside it:
//!
//! - [`body`]: bodies in and out, JSON with or without zstd, and what they may unfold to
//! - [`auth`]: the device's token as an extractor, so that a handler cannot be called without
//! - [`errors`]: the one place where an error becomes a status, a `Retry-After` and a sentence
//! - [`limits`]: rates per device, back-off per code and account, the bound on pushes under way
//! - [`log`]: one line per request, without anything personal
//! - [`permits`]: a place among the pushes or bundles under way, as an extractor
//! - [`push_order`]: pushes of one device that are under way together
//! - [`serve`]: listening, TLS, draining on shutdown

pub mod api;
pub mod auth;
pub mod body;
pub mod errors;
pub mod limits;
pub mod log;
pub mod peer;
pub mod permits;
pub mod push_order;
pub mod router;
pub mod serve;
pub mod state;
pub mod tls;

pub use router::{app, router};
pub use serve::{ServeOptions, serve};
pub use state::{Api, Backend};
