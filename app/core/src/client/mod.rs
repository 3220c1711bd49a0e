//! The way to a server: [`HttpClient`] is `SyncProtocol` over HTTP.
//!
//! - [`address`]: what may be typed as a server, and what is refused
//! - [`http`]: the routes, one call each
//! - `body`: JSON and zstd, with a cap on what a reply may unfold to
//! - [`traffic`]: bytes that went over the wire

pub mod address;
mod body;
pub mod http;
pub mod traffic;

pub use address::ServerAddress;
pub(crate) use body::pack_bytes;
pub use http::HttpClient;
pub use traffic::Traffic;
