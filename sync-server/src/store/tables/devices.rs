//! Devices, the codes that enrol them, and what they sent.

use super::people::WorkerArea;
use crate::store::{
    error::Stored,
    query::{Filter, Query},
    table::table,
    txn::Txn,
};
use shared::{
    DeviceId, Hlc, Kind, OpId, RowId, WorkerId,
    chain::Chain,
    ids::{Incarnation, OpNo, Rev},
};
use std::collections::{BTreeSet, HashSet};

table! {
    /// An enrolled device. Times are UTC milliseconds.
    Device = "device" key(id: DeviceId) {
        id: DeviceId,
        worker: WorkerId,
        token_hash: Vec<u8>,
        incarnation: Incarnation,
        last_op: OpNo,
        chain: Chain,
        last_hlc: Hlc,
        label: String,
        enrolled: i64,
        last_seen: i64,
        revoked: Option<i64>,
        /// Public key of its bundles; absent until the device sent it.
        sign_key: Option<[u8; 32]>,
    }
}

table! {
    /// When a device in force was last heard of. Read only.
    DeviceContact = "device" key(id: DeviceId) {
        id: DeviceId,
        worker: WorkerId,
        last_seen: i64,
    }
}

table! {
    /// A one-time code for enrolment, by its hash.
    EnrolCode = "enrol_code" key(hash: Vec<u8>) {
        hash: Vec<u8>,
        worker: WorkerId,
        expires: i64,
        used_by: Option<DeviceId>,
        proof_hash: Option<Vec<u8>>,
    }
}

table! {
    /// Every operation that was evaluated, as it came, and its outcome.
    OpLog = "op_log" key(op_id: OpId) {
        op_id: OpId,
        device: DeviceId,
        incarnation: Incarnation,
        op_no: OpNo,
        /// The principal: nil for the server itself.
        worker: WorkerId,
        row: RowId,
        kind: Kind,
        change: String,
        /// The stamp as the device gave it.
        original: Hlc,
        /// The stamp that orders it among others.
        hlc: Hlc,
        skew_ms: i64,
        /// The record's revision afterwards; absent where the operation changed nothing.
        rev: Option<Rev>,
        /// JSON of [`shared::Outcome`]; absent for applied.
        outcome: Option<String>,
        op: String,
        received: i64,
    }
}

table! {
    /// Operations that could not be read, as they came. They do not block the operations after them.
    Quarantine = "quarantine" key(device: DeviceId, incarnation: Incarnation, op_no: OpNo) {
        device: DeviceId,
        incarnation: Incarnation,
        op_no: OpNo,
        op: String,
        outcome: String,
        received: i64,
    }
}

/// Devices in force that were last seen before `before_ms` and belong to workers below `area`.
///
/// # Errors
/// As at [`Txn`].
pub async fn silent_devices(txn: &mut impl Txn, area: &str, before_ms: i64) -> Stored<i64> {
    // From the few silent devices to their workers, since most devices were seen lately.
    let query = Query::all().filter(Filter::IsNull("revoked")).filter(Filter::Within("last_seen", i64::MIN..before_ms));
    let silent = txn.select::<DeviceContact>(&query).await?;
    let workers: BTreeSet<WorkerId> = silent.iter().map(|device| device.worker).collect();
    let workers: Vec<(WorkerId,)> = workers.into_iter().map(|worker| (worker,)).collect();
    let found = txn.get::<WorkerArea>(&workers).await?;
    let below = found.into_iter().flatten().filter(|worker| worker.area.as_str().starts_with(area));
    let below: HashSet<WorkerId> = below.map(|worker| worker.id).collect();
    Ok(silent.iter().filter(|device| below.contains(&device.worker)).count() as i64)
}
