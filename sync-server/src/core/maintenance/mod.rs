//! Work without a caller: once a day, or when the server starts.
//!
//! - [`housekeeping`]: removes what is old
//! - [`media_sweep`]: removes abandoned uploads
//! - [`quarantine_retry`]: evaluates operations that an older server could not

mod housekeeping;
mod media_sweep;
mod quarantine_retry;

pub use housekeeping::{KEEP_DAYS, Pruned};
