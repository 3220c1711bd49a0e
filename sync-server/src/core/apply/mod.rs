//! What operations do to records, without HTTP and without knowing which step brought them.
//!
//! - [`scopes`]: which rows a worker's device may hold, and in which area feed a row lies
//! - [`row_change`], [`effects`]: all that follows from a changed row, written in the same transaction
//! - [`working_set`]: the rows and look-ups of one transaction
//! - [`principal`]: who makes a change; [`evaluation`]: what became of an operation
//! - [`file_review`], [`resolve_review`]: leaving a change to a supervisor, and carrying out the decision
//! - [`evaluate`]: one operation against the working set
//! - [`pairing_days`]: pairings that begin or end today

pub mod effects;
pub mod evaluate;
pub mod evaluation;
pub mod file_review;
pub mod pairing_days;
pub mod principal;
pub mod resolve_review;
pub mod row_change;
pub mod scopes;
pub mod working_set;
