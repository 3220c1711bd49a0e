//! The device without a screen: an encrypted store, drafts, queries, an outbox, sync and photos.
//!
//! [`Core`] is a synchronous state machine that alone owns the SQLite connections: a [`Command`] in, a [`Reply`] out.
//! It starts no thread and reads no clock, randomness or network: those come in through [`Env`] and through replies to
//! the [`Step`]s it asks for. A driver ([`device`]) moves the bytes: a thread with channels on phones and desktops, a
//! Worker in a browser. The simulator drives the same `Core` with no driver at all.
//!
//! Where to look:
//! - what a screen can ask, and what each command requires and changes: [`command`]; the answers: [`reply`], [`views`]
//! - how a command is carried out: `commands/`; how a query is answered: `queries/`
//! - tables and migrations: [`store`]; the wrapped key and the PIN: [`vault`]
//! - unsent work as a sealed file: `bundle`, `sealed_bundle`; the lock after days without contact: `inactivity_lock`
//! - outbox → push → outcomes → pull → server rows: [`sync`]; photos: [`media`]; HTTP: [`client`]
//! - tracing spans: `trace`

mod bundle;
pub mod client;
pub mod command;
mod commands;
mod core;
pub mod device;
pub mod env;
mod inactivity_lock;
mod inactivity_timer;
pub mod media;
mod queries;
pub mod reply;
mod sealed_bundle;
pub mod store;
pub mod sync;
#[cfg(test)]
mod testing;
mod trace;
pub mod vault;
pub mod views;

pub use command::Command;
pub use core::{Core, Paths};
pub use device::{Device, Event};
pub use env::Env;
pub use reply::{Refusal, Reply};
pub use sync::{ReplyBody, STEPS_AT_ONCE, Step, StepReply};
