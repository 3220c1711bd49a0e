//! What happens when two people change the same thing. Pure: a record, an operation and who is speaking go in, a
//! [`Decision`] comes out, and [`apply`] has already written it into a copy of the record. The server's word is final;
//! a device runs the same code over its own outbox to show what will most likely be.
//!
//! - [`rules`]: the rules as tables; `docs/conflicts.md` is printed from them
//! - [`decide`]: the operation kinds, one function each
//! - [`review`]: deciding what no rule may decide
//! - `guard`: what holds for every change, whatever its kind
//! - [`actor`]: who may do what

pub mod actor;
pub mod decide;
mod guard;
mod register;
pub mod review;
pub mod rules;
mod status;

pub use actor::Actor;
pub use decide::{Decision, DecisionEffect, Meta, decide};
pub use rules::FieldRule;

#[cfg(test)]
mod rules_tests;
#[cfg(test)]
mod tests;
