//! Everything a screen can ask of the core, and what each command requires and changes.
//!
//! - [`commands`]: the [`Command`] enum; [`classify`]: name, requirement and effect of every command
//! - [`forms`]: the payloads of commands; [`base64_bytes`]: bytes inside a command as JSON

pub(crate) mod base64_bytes;
pub mod classify;
pub mod commands;
pub mod forms;

pub use classify::{Effect, Requirement};
pub use commands::Command;
pub use forms::{
    NeedText, NewAssistance, NewNeed, NewReceipt, NewVisit, Prefs, RecipientQuery, RecipientShare, RevealField, noon,
};
