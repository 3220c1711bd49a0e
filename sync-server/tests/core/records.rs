//! Ids, and changes by the office, from short codes.

use serde_json::{Value, json};
use shared::{AreaCode, Change, Fields, Hlc, Kind, RecipientId, RowId, WorkerId, ids::id_from_code};
use std::sync::atomic::{AtomicU64, Ordering};
use sync_server::core::OfficeChange;
use uuid::Uuid;

/// 2026-03-02 10:00 in Shanghai, a Monday.
pub const START_MS: i64 = 1_772_416_800_000;
pub const DAY_MS: i64 = 86_400_000;
pub const VILLAGE: &str = "620826101201";
pub const VILLAGE_2: &str = "620826101202";
pub const OTHER_TOWNSHIP: &str = "620826102201";

static NEXT: AtomicU64 = AtomicU64::new(1);

/// An id that is unique in this run.
pub fn fresh() -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// A number that is unique in this run.
pub fn next_number() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The id of a worker, by code.
pub fn worker(code: &str) -> WorkerId {
    WorkerId(id_from_code("worker", code))
}
/// The id of a recipient, by code.
pub fn recipient(code: &str) -> RecipientId {
    RecipientId(id_from_code("recipient", code))
}
/// The id of the pairing of a worker and a recipient.
pub fn pairing(worker: &str, recipient: &str) -> RowId {
    RowId(id_from_code("pairing", &format!("{worker}/{recipient}")))
}
pub fn fields(value: Value) -> Fields {
    serde_json::from_value(value).unwrap()
}
pub fn area(code: &str) -> AreaCode {
    code.parse().unwrap()
}

/// A change by the office that creates a record.
pub fn create(kind: Kind, row: impl Into<RowId>, value: Value) -> OfficeChange {
    OfficeChange { kind, row: row.into(), change: Change::Create(fields(value)) }
}
/// A change by the office that sets fields.
pub fn set(kind: Kind, row: impl Into<RowId>, value: Value) -> OfficeChange {
    OfficeChange { kind, row: row.into(), change: Change::Set(fields(value)) }
}
/// A new worker; `areas` are those that the worker serves or supervises.
pub fn new_worker(code: &str, role: &str, at: &str, areas: &[&str]) -> OfficeChange {
    let value = json!({"code": code, "name": format!("干部{code}"), "area": at, "role": role, "areas": areas});
    create(Kind::Worker, worker(code), value)
}
/// A new recipient who lives alone.
pub fn new_recipient(code: &str, at: &str) -> OfficeChange {
    let value = json!({"code": code, "name": format!("对象{code}"), "category": "destitute_home", "area": at,
        "phone": "13900000000", "tags": ["lives-alone"]});
    create(Kind::Recipient, recipient(code), value)
}
/// A new pairing from its first day on.
pub fn new_pairing(w: &str, r: &str, start: &str) -> OfficeChange {
    let value = json!({"worker": worker(w), "recipient": recipient(r), "role": "paired", "start": start});
    create(Kind::Pairing, pairing(w, r), value)
}

/// A stamp at a time.
pub fn hlc_at(ms: i64) -> Hlc {
    Hlc::new(ms, 0)
}
