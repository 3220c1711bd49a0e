//! A real server for tests: in-process, on a free port, with a real store, stopped on drop. The feature `testing` turns
//! it on; tests of other crates use it as well.
//!
//! ```no_run
//! use sync_server::testing::{TestServer, SampleRoster};
//! let server = TestServer::start();
//! server.load(&SampleRoster::small());
//! let code = server.code("W1");
//! // … a client calls `server.url()` …
//! ```
//!
//! - [`SampleRoster`]: areas, workers, recipients and pairings to start from
//! - [`Phone`]: makes push requests without a device core
//! - [`FaultyProxy`]: stands between a client and a server and breaks connections as planned
//! - `postgres`: runs a real PostgreSQL

mod faulty_proxy;
mod phone;
#[cfg(unix)]
pub mod postgres;
mod sample_roster;
mod server;
mod temp;

pub use faulty_proxy::{Fault, FaultyProxy};
pub use phone::Phone;
pub use sample_roster::SampleRoster;
pub use server::{Options, TestServer};
pub use temp::TempDir;
