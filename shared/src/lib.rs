//! The contract between phone and server: record types, ids, clock, operations, conflict rules, indicators and wire
//! messages. Everything here is pure: no I/O, no clock, no randomness; time and random bytes come in as arguments, so
//! that both sides decide alike and a test can replay any day.
//!
//! Where to look:
//! - what a visit or a need *is*: [`records`], one file per kind, with its field rules beside it
//! - what happens when two people change the same thing: [`merge`], readable as a table
//! - how a figure is counted: [`indicators`]
//! - who is due for a visit: [`due`]
//! - how a file is sealed for the server and signed by its device: [`seal`]
//! - what travels: [`wire`], and the one trait both sides implement: [`protocol`]

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
