//! From operations as they were sent to outcomes, in one transaction: shared by pushes, bundles and the retry of
//! quarantined operations.
//!
//! - [`offered`]: operations read as far as this server can read them
//! - [`log_outcome`]: outcomes in the log of operations
//! - [`push_job`]: a push, from the device's numbering to the log
//! - [`batcher`], [`prefetch`]: pushes that wait are evaluated in one transaction

pub mod batcher;
pub mod log_outcome;
pub mod offered;
mod prefetch;
pub mod push_job;
