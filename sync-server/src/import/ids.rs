//! Ids of imported records. They are derived from the office's own codes, so that the same list gives the same records.

use shared::{AreaCode, Day, PairingId, RecipientId, RowId, UnitId, WorkerId, ids::id_from_code, records::PairingRole};

/// The record of an area.
pub fn area_id(code: &AreaCode) -> RowId {
    RowId(id_from_code("area", code.as_str()))
}

/// The record of a unit, by the office's code.
pub fn unit_id(code: &str) -> UnitId {
    UnitId(id_from_code("unit", code))
}

/// The record of a worker, by the office's code.
pub fn worker_id(code: &str) -> WorkerId {
    WorkerId(id_from_code("worker", code))
}

/// The record of a recipient, by the office's code.
pub fn recipient_id(code: &str) -> RecipientId {
    RecipientId(id_from_code("recipient", code))
}

/// The record of a pairing. The first day is part of it: the same worker and recipient may be paired again later.
pub fn pairing_id(worker: &str, recipient: &str, role: &PairingRole, start: Day) -> PairingId {
    PairingId(id_from_code("pairing", &format!("{worker}|{recipient}|{role}|{start}")))
}
