//! Entries of the access log: what a signed-in person looked at or took away.

use crate::core::OfficeChange;
use shared::{
    Change, Kind, Moment, RowId,
    ids::uuid_v7,
    records::{AccessLog, Record, access_log::Access},
};

/// The change that adds an entry. `row` is the recipient concerned; `detail` says what was accessed, never its content.
pub fn entry(what: Access, happened: Moment, row: Option<RowId>, detail: Option<String>) -> OfficeChange {
    let mut random = [0; 10];
    getrandom::fill(&mut random).expect("the system's random source answers");
    let id = RowId(uuid_v7(happened.utc_ms, random));
    let log = AccessLog { what, happened, row, detail };
    OfficeChange { kind: Kind::AccessLog, row: id, change: Change::Create(log.to_fields()) }
}
