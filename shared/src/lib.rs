//! The contract between phone and server: record types, ids, clock, operations, conflict rules, indicators and wire
//! messages. Everything here is pure: no I/O, no clock, no randomness. Time and random bytes are arguments, so that
//! both sides decide alike and a test can replay any day.
//!
//! Where to look:
//! - the kinds of record: [`records`], one file per kind, with its field rules beside it
//! - operations and changes: [`op`], [`Change`]
//! - what happens when two people change the same record: [`merge`], readable as a table
//! - facts of the field that both sides decide alike: [`domain`], and who is due for a visit: [`due`]
//! - how a figure is counted: [`indicators`]
//! - how a bundle is sealed for the server and signed by its device: [`seal`]
//! - the messages: [`wire`], and the trait that client and server implement: [`protocol`]
//!
//! Modules depend downwards only: ids, time, areas and fields at the bottom; records on them; operations on records;
//! merge, indicators and domain on operations and records; wire and protocol on top.

#![warn(clippy::missing_errors_doc)]

pub mod area;
pub mod chain;
mod change;
pub mod digest;
pub mod domain;
pub mod due;
pub mod fields;
pub mod hlc;
pub mod id_number;
pub mod ids;
pub mod indicators;
pub mod merge;
pub mod money;
pub mod op;
mod open_enum;
pub mod protocol;
pub mod records;
pub mod seal;
#[doc(hidden)]
pub mod text;
pub mod time;
pub mod wire;

pub use area::{AreaCode, AreaLevel};
pub use change::Change;
pub use fields::Fields;
pub use hlc::{Hlc, HlcClock};
pub use ids::*;
pub use money::Fen;
pub use op::{Op, OpOutcome, Outcome};
pub use records::{Kind, Record, Row};
pub use time::{Day, Moment, Month, Period};
