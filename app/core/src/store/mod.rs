//! The encrypted store. All SQL of the device is here, beside the module of its table. Modules depend downwards only:
//!
//! ```text
//!   derive                          at commit: local rows, roster, due days
//!   undo  eviction  server_row
//!   local_row                       replays operations over server rows
//!   outbox  compact  roster  ...    one module per table; they note in the transaction what they changed
//!   tx                              one transaction; collects `changes`
//!   record  rules  chain  meta      reading only, over a connection
//! ```
//!
//! - [`database`]: opening the file, durability, checkpoints; [`migrations`]: schema versions
//! - [`meta`]: enrolment, clocks, epoch; [`identity`]: the enrolled worker; [`clock`]: the server's time
//! - [`record`]: reads records; [`server_row`]: takes in what the server sends; [`local_row`]: what screens show;
//!   [`member`]: scopes and cursors; [`eviction`]: rows that left every scope
//! - [`outbox`]: operations and their outcomes; [`chain`]: their running hash; [`compact`]: removes old ones;
//!   [`undo`]: takes a save back
//! - [`roster`]: recipients for lists and search; [`initials`]: pinyin; [`rules`]: the rule set in force
//! - [`draft`], [`photo`] and their size ([`photo_space`]), [`report_cache`], [`relayed_bundle`]: colleagues' bundles
//!
//! Everything that writes does so inside one [`Tx`] per command or reply. Dropped without [`Tx::commit`], a transaction
//! leaves no trace.

pub mod chain;
mod changes;
pub mod clock;
pub mod compact;
mod connection;
pub mod database;
mod derive;
pub mod draft;
pub mod error;
pub mod eviction;
pub mod identity;
pub mod initials;
pub mod key;
pub mod local_row;
pub mod member;
pub mod meta;
pub mod migrations;
pub mod outbox;
pub mod photo;
pub mod photo_space;
pub mod record;
mod record_write;
pub mod relayed_bundle;
pub mod report_cache;
pub mod roster;
pub mod rules;
pub mod server_row;
#[cfg(test)]
mod tests;
pub mod tx;
pub mod undo;

pub use clock::clock_offset;
pub use database::Store;
pub use error::{Result, StoreError};
pub use identity::Identity;
pub use key::StoreKey;
pub use meta::Enrolment;
pub use tx::Tx;
