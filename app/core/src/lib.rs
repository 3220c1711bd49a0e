//! The device without a screen: an encrypted store, drafts, queries, an outbox, sync and photos.
//!
//! [`Core`] is a synchronous state machine that alone owns the SQLite connections: a [`Command`] in, a [`Reply`] out.
//! It starts no thread and reads no clock, randomness or network: those come in through [`Env`] and through replies to
//! the [`Step`]s it asks for. A driver ([`device`]) moves the bytes: a thread with channels on phones and desktops, a
//! Worker in a browser. The simulator drives the same `Core` with no driver at all.
//!
//! Where to look:
//! - what a screen can ask: [`command`]; what it gets: [`reply`], [`views`]
//! - how a command is carried out: `commands/`; how a question is answered: `queries/`
//! - tables and migrations: `store/`; the wrapped key and the PIN: `vault/`
//! - unsent work as a sealed file: `bundle`; the lock after days without contact: `silence`
//! - outbox → push → outcomes → pull → mirror: `sync/`; photos: `media/`; HTTP: `client/`

mod bundle;
pub mod client;
pub mod command;
mod commands;
mod core;
pub mod device;
pub mod env;
mod inactivity_lock;
pub mod media;
mod queries;
pub mod reply;
pub mod store;
pub mod sync;
#[cfg(test)]
mod testing;
pub mod vault;
pub mod views;

pub use command::Command;
pub use core::{Core, Paths};
pub use device::{Device, Event};
pub use env::Env;
pub use reply::{Refusal, Reply};
pub use sync::{ReplyBody, STEPS_AT_ONCE, Step, StepReply};
