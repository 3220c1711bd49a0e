//! The roster: one entry per recipient for lists and search, derived from records, and a copy of all entries in memory.
//!
//! - [`entry`]: the entry and its table; [`mod@refresh`]: computes entries from records; [`pairing`]: who cares for
//!   whom
//! - [`cache`]: all entries in memory, in the order of lists; [`names`]: names of recipients and areas

pub mod cache;
pub mod entry;
pub mod names;
pub(super) mod pairing;
pub mod refresh;

pub use cache::RosterCache;
pub use entry::Entry;
pub use names::{area_name, area_names, name};
pub(super) use refresh::mark_due;
pub use refresh::{catch_up, is_behind, is_stale, new_day, recompute_due, refresh};
