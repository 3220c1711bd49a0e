//! What happens when two people change the same record. Pure: a record, an operation and its author go in, a
//! [`Decision`] comes out that holds the record's next state. The server's decision is final; a device runs the same
//! code over its own outbox to show the likely result.
//!
//! - [`rules`]: the rules as tables; `docs/conflicts.md` is printed from them
//! - [`decide`](mod@decide): one function per kind of change
//! - [`review`]: what a supervisor's decision does
//! - `status`: the steps of a need
//! - `register`: registers and sets, the stamps that order changes
//! - `history`: former values
//! - `guard`: checks that hold for every change
//! - [`types`]: what these steps share
//! - [`actor`]: the author of an operation

pub mod actor;
pub mod decide;
mod guard;
mod history;
mod register;
pub mod review;
pub mod rules;
mod status;
pub mod types;

pub use actor::Actor;
pub use decide::decide;
pub use types::{Decision, DecisionEffect, OpContext};

#[cfg(test)]
mod rules_tests;
#[cfg(test)]
mod tests;
