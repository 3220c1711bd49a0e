//! Areas, rules, workers, their accounts, and recipients: what is looked up by id, code or area.

use crate::store::{cell::Cell, error::Stored, query::Filter, table::table, txn::Txn};
use shared::{AreaCode, RecipientId, RowId, UnitId, WorkerId, ids::PairingId};

table! {
    /// The name of an area.
    Area = "area" key(code: AreaCode) {
        code: AreaCode,
        name: String,
    }
}

table! {
    /// Every rule set that is not voided; `shared::domain::rule_set_for` says which one is in force where. `doc` is the
    /// JSON of the record's fields.
    RuleSet = "rule_set" key(row: RowId) {
        row: RowId,
        area: AreaCode,
        doc: String,
    }
}

table! {
    /// A worker for look-ups.
    Worker = "worker" key(id: WorkerId) {
        id: WorkerId,
        code: String,
        name: String,
        role: String,
        area: AreaCode,
        /// Codes of the areas that the worker supervises, separated by spaces.
        areas: String,
        unit: Option<UnitId>,
        left: bool,
    }
}

table! {
    /// The area of a worker. Read only.
    WorkerArea = "worker" key(id: WorkerId) {
        id: WorkerId,
        area: AreaCode,
    }
}

table! {
    /// A console log-in.
    Account = "account" key(worker: WorkerId) {
        worker: WorkerId,
        salt: Vec<u8>,
        /// Argon2id, parameters as in `core::accounts`.
        hash: Vec<u8>,
    }
}

table! {
    /// A recipient for look-ups: the area of the figures, and when the next visit is due. Days count from 1970-01-01.
    Recipient = "recipient" key(id: RecipientId) {
        id: RecipientId,
        place: AreaCode,
        category: String,
        active: bool,
        visit_days: Option<i32>,
        contact_days: Option<i32>,
        /// Day on which the care began.
        since: i32,
        last_visit: Option<i32>,
        last_contact: Option<i32>,
        due_on: Option<i32>,
    }
}

table! {
    /// A pairing as a right. `active` says whether its rows are in the worker's scope now: by the dates alone that
    /// would change without a write.
    CareGrant = "care_grant" key(pairing: PairingId) {
        pairing: PairingId,
        worker: WorkerId,
        recipient: RecipientId,
        start: i32,
        /// First day on which it is no longer in force.
        end: Option<i32>,
        active: bool,
    }
}

/// Active recipients below `area` whose next visit was due before `today`.
///
/// # Errors
/// As at [`Txn`].
pub async fn overdue(txn: &mut impl Txn, area: &str, today: i32) -> Stored<i64> {
    let below = Filter::StartsWith("place", area);
    let due = Filter::Within("due_on", i64::MIN..i64::from(today));
    txn.count::<Recipient>(&[below, Filter::Is("active", Cell::Int(1)), due]).await
}
