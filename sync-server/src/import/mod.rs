//! Import of an office's lists from CSV: areas, units, workers, recipients, pairings. All of it or nothing: when one line
//! is wrong, every wrong line is named with what to do, and nothing changes. Importing the same lists twice changes
//! nothing, because ids are made from the office's own codes.
//!
//! - [`columns`]: the columns of each list, required or not
//! - [`sheet`]: from bytes to lines, whatever the file's encoding
//! - [`finding`]: what is wrong with a line, in words
//! - [`areas`], [`units`], [`workers`], [`recipients`], [`pairings`]: one list each
//! - [`run`]: all lists of one import, checked against each other and the store

pub mod areas;
pub mod columns;
pub mod finding;
pub mod pairings;
pub mod recipients;
mod run;
pub mod sheet;
pub mod units;
pub mod workers;

#[cfg(test)]
mod tests;

pub use columns::List;
pub use finding::{Finding, Findings};
pub use run::{Checked, File, ImportReport, Roster, check, import};

use shared::{AreaCode, Day, PairingId, RecipientId, RowId, UnitId, WorkerId, ids::id_from_code, records::PairingRole};

pub fn area_id(code: &AreaCode) -> RowId {
    RowId(id_from_code("area", code.as_str()))
}
pub fn unit_id(code: &str) -> UnitId {
    UnitId(id_from_code("unit", code))
}
pub fn worker_id(code: &str) -> WorkerId {
    WorkerId(id_from_code("worker", code))
}
pub fn recipient_id(code: &str) -> RecipientId {
    RecipientId(id_from_code("recipient", code))
}
/// Worker, recipient, role and first day together: the same two may be paired again later.
pub fn pairing_id(worker: &str, recipient: &str, role: &PairingRole, start: Day) -> PairingId {
    PairingId(id_from_code("pairing", &format!("{worker}|{recipient}|{role}|{start}")))
}
