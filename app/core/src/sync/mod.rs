//! Sync: sends this device's operations to the server, brings its scopes up to date, and uploads photos. It does no I/O
//! besides the store: a driver makes the calls.
//!
//! # Steps and the driver
//!
//! A [`Step`] is one call to the server with everything that it needs; a [`StepReply`] is its answer. A driver asks the
//! core for a step, makes the call over any [`SyncProtocol`](shared::protocol::SyncProtocol), and applies the reply:
//!
//! ```text
//! begin(command) ─► next_step() ─► Step ─► run() over the network ─► StepReply ─► apply() ─┐
//!                        ▲                                                                 │
//!                        └─────────────────── until next_step() is None ◄──────────────────┘
//!                                               then take_reply()
//! ```
//!
//! Between two steps the core serves commands, so a save never waits for a connection. Each reply is applied in one
//! transaction. A call whose reply never arrives is repeated by the next run, and every call may be repeated: the
//! server recognises operations by their ids.
//!
//! # Jobs and runs
//!
//! A [`Job`] is what a command begins: an enrolment, a report or a sync. One sync is a *run*. It repeats a fixed order
//! of steps until nothing is left:
//!
//! | step | what it does |
//! | --- | --- |
//! | push | sends the waiting operations of the outbox, in order |
//! | pull | fetches rows and late outcomes, page by page |
//! | repair | compares a scope whose digest differs, bucket by bucket |
//! | relay | hands in colleagues' bundles |
//! | media | uploads photos in chunks |
//!
//! Runs begin when the user asks, or by a schedule: shortly after a save, after an idle time, and with growing delays
//! after failures ([`schedule`]).
//!
//! # From the outbox to the server's rows
//!
//! An operation is *waiting* until a push reply acknowledges it; it is then durable on the server and has an outcome.
//! The row that it changed still comes with a pull. A pull that began after the acknowledgement *settles* the
//! operation: from then on the server's row includes it, and the device no longer replays it over that row.
//!
//! ```text
//!   saved ──► waiting ──push──► acknowledged, outcome known ──pull──► settled ──60 days──► compacted
//! ```
//!
//! # Scopes, cursors and digests
//!
//! A device holds the rows of a few scopes. For each it stores a cursor: how far it has read the scope. A pull names
//! all cursors and receives what came after. The last page of a scope carries the server's digest over all its rows; if
//! this device's rows differ, the scope is repaired, and if that does not help, downloaded again.
//!
//! # When histories diverge
//!
//! - A *redirect* is a push reply that acknowledges nothing and names the operation to resume at, or another
//!   incarnation, as after a device was copied or restored.
//! - A new *epoch* means that the server was restored from a backup. The device downloads every scope and offers again
//!   what the backup may lack.
//! - A server that speaks only an older *version* of the protocol names it in a refusal; the device falls back to it
//!   for a day.
//!
//! # Pipelining
//!
//! On a fast link the next push or page is requested before the reply to the previous one. Only calls that are certain
//! to follow the expected reply are sent early; after any other reply they are cancelled.
//!
//! # Files
//!
//! Each step has a file with its request and its reply side by side. A step imports only what lies below all steps.
//!
//! | layer | files |
//! | --- | --- |
//! | drives | `driver`, `view` |
//! | composes steps | `begin`, `next`, `pipeline`, `apply`, `end` |
//! | steps | `enrol`, `push`, `pull`, `repair`, `relay`, `media`, `report` |
//! | shared by steps | `ctx`, `access`, `epoch`, `scope_rows` |
//! | state | `session`, `run`, `in_flight`, `cooldown`, `schedule`, `version`, `history` |
//! | terms | `step`, `job`, `failure`, `clock` |

mod access;
mod apply;
mod begin;
mod clock;
mod cooldown;
mod ctx;
mod driver;
mod end;
mod enrol;
mod epoch;
mod failure;
mod history;
mod in_flight;
mod job;
mod media;
mod next;
mod pipeline;
mod pull;
mod push;
mod relay;
mod repair;
mod report;
mod run;
pub mod schedule;
mod scope_rows;
pub(crate) mod session;
mod step;
#[cfg(test)]
mod tests;
mod version;
mod view;

pub use driver::run_to_end;
pub use job::Job;
pub use pipeline::STEPS_AT_ONCE;
pub use step::{Applied, ReplyBody, Step, StepReply};
