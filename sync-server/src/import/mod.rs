//! Import of an office's lists from CSV: areas, units, workers, recipients, pairings. All of it or nothing: if one line
//! is wrong, every wrong line is reported with what to do, and nothing changes. Importing the same lists twice changes
//! nothing, because ids are derived from the office's own codes.
//!
//! From the bottom to the top; no file uses one below it in this list:
//!
//! - [`columns`]: the lists and their columns; [`ids`]: ids from codes
//! - [`finding`]: what is wrong with a line, in the reader's language
//! - [`sheet`]: from bytes to lines, whatever the file's encoding; `values`: what cells hold
//! - `builder`: collects the records
//! - `areas`, `units`, `workers`, `recipients`, `pairings`: one list each
//! - `run`: all lists of one import, checked against each other and the store

mod areas;
mod builder;
pub mod columns;
pub mod finding;
pub mod ids;
mod pairings;
mod recipients;
mod run;
pub mod sheet;
mod units;
mod values;
mod workers;

#[cfg(test)]
mod tests;

pub use columns::List;
pub use finding::{Finding, Findings};
pub use ids::{area_id, pairing_id, recipient_id, unit_id, worker_id};
pub use run::{CheckedImport, ImportReport, Roster, check, import};
pub use sheet::File;
