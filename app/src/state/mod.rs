//! The device core as screens hold it.
//!
//! - `device`: the handle, and the events that start queries again
//! - `query`: a query to the device and its answer, as a hook
//! - `session`: phase, worker and preferences; `link`: offline or not, and how much waits to be sent
//! - `enrolment`: the code and server that are typed at first run; `connection`: whether the connection is metered
//! - `clock`: the only place where a screen reads the time

mod clock;
mod connection;
mod device;
pub mod enrolment;
mod link;
mod query;
mod session;

pub use clock::{now, today};
pub use connection::use_connection;
pub use device::{provide_device, use_device};
pub use link::{Link, use_link};
pub use query::{Query, send, start, use_query, use_remote_query};
#[cfg(test)]
pub(crate) use session::prefs_of;
pub use session::{use_status, use_supervisor};
