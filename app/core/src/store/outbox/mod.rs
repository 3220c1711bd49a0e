//! The outbox: every operation of this device in order, and its outcome. An operation stays at least until the server
//! has acknowledged it, and one whose outcome needs attention until the user has put that aside.
//!
//! - [`mod@entry`]: reads operations with their outcomes; [`append`]: adds one
//! - [`send`]: what to send next, acknowledgements, numbers; [`outcome`]: what the server said of an operation
//!
//! Functions that change the operations of a row, or their outcomes, note the row in the transaction, whose commit
//! replays it.

pub mod append;
pub mod entry;
pub mod outcome;
pub mod send;

pub use append::append_op;
pub use entry::{Entry, Part, entry, list, of_row, unsettled};
pub use outcome::{attention_count, awaiting_late_outcome, mark_decided, set_outcome, set_seen, settle};
pub use send::{
    Outgoing, ack_through, acked_elsewhere, acked_through, recipients_waiting, restart, unack_after, unack_behind,
    unsent, waiting,
};
