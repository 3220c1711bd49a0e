//! A real server for tests: in-process, on a free port, with a real store, stopped on drop. Used by the device's tests and
//! the end-to-end tests, so it is part of the library and not behind `cfg(test)`.
//!
//! ```no_run
//! use sync_server::testing::{TestServer, World};
//! let server = TestServer::start();
//! server.load(&World::small());
//! let code = server.code("W1");
//! // … a client talks to `server.url()` …
//! ```
//!
//! [`Phone`] makes push requests without a device behind them. [`FaultyProxy`] stands between a client and a server and loses what it is told to lose.
//! `postgres` runs a real PostgreSQL.

mod faulty_proxy;
mod phone;
#[cfg(unix)]
pub mod postgres;
mod server;
mod temp;
mod world;

pub use faulty_proxy::{Fault, FaultyProxy};
pub use phone::Phone;
pub use server::{Options, TestServer};
pub use temp::TempDir;
pub use world::World;
