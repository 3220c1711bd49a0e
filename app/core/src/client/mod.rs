//! The connection to a server: [`HttpClient`] implements `SyncProtocol` over HTTP.
//!
//! - [`address`]: which server addresses are accepted
//! - [`http`]: one call for each route
//! - `body`: JSON and zstd, with a limit on the decompressed size of a reply
//! - [`traffic`]: counts bytes on the wire

pub mod address;
mod body;
pub mod http;
pub mod traffic;

pub use address::ServerAddress;
pub(crate) use body::compress;
pub use http::HttpClient;
pub use traffic::Traffic;
