//! The device API over HTTP, and the parts of an HTTP server that the console uses too. The route table is in
//! [`mod@router`], each endpoint has a file in [`api`]. Below them:
//!
//! - [`request_body`]: bodies, plain or zstd, with limits on their decompressed size
//! - [`reply`] in a [`reply_format`]: JSON replies and refusals, in the caller's language, compressed on demand
//! - [`errors`]: the one place where an error code gets its status, its `Retry-After` and its sentence
//! - [`auth`]: the device's token, as an extractor
//! - [`limits`]: requests per device, growing delays per code and account, bounds on pushes and bundles in progress
//! - [`permits`]: a slot among those pushes and bundles, as an extractor
//! - [`push_order`]: the order of one device's pipelined pushes
//! - [`request_log`]: one log line and one observation of the metrics per request, without personal data
//! - [`mod@serve`], [`tls`]: listening, TLS, and an orderly stop
//!
//! Nothing here uses the console. [`crate::app`] composes both.

pub mod api;
pub mod auth;
pub mod errors;
pub mod limits;
pub mod permits;
pub mod push_order;
pub mod reply;
pub mod reply_format;
pub mod request_body;
pub mod request_log;
pub mod router;
pub mod serve;
pub mod state;
pub mod tls;

pub use router::router;
pub use serve::{ServeOptions, serve};
pub use state::{Api, Backend};
