//! A worker's log as the records that a server would hold: each operation decided by the rules of `shared`.

use super::{
    deeds::WorkerLog,
    plan::{Plan, worker_id},
};
use shared::{
    DeviceId, Hlc, Op, OpId, RowId,
    ids::{OpNo, Rev, id_from_code, uuid_v7},
    merge::{Actor, Decision, OpContext, actor::Relation, decide},
    records::Row,
};
use std::collections::HashMap;

/// The records of one log. Panics where an operation would not be applied as sent: the generator makes no such
/// operation.
pub fn rows(plan: &Plan, log: &WorkerLog) -> Vec<Row> {
    let worker = &plan.workers[log.worker];
    let device = DeviceId(id_from_code("device", &worker.code));
    let actor = Actor { worker: worker_id(worker), device, unit: worker.unit, relation: Relation::InCare };
    let mut rows: HashMap<RowId, Row> = HashMap::new();
    for (n, entry) in log.entries.iter().enumerate() {
        let hlc = Hlc::new(entry.at.utc_ms, 0).0 + n as u64;
        let op = Op {
            id: OpId(uuid_v7(entry.at.utc_ms, [0; 10])),
            no: OpNo(n as u64 + 1),
            base: Rev(0),
            hlc: Hlc(hlc),
            kind: entry.kind.clone(),
            row: entry.row,
            change: entry.change.clone(),
        };
        let meta = OpContext { hlc: op.hlc, area: Some(worker.area), category: None, likely_duplicate: false };
        match decide(rows.get(&entry.row), &op, &actor, &meta) {
            Decision::Apply(row) => rows.insert(entry.row, *row),
            other => panic!("{} of a {} is not applied: {other:?}", entry.change.name(), entry.kind),
        };
    }
    let mut rows: Vec<Row> = rows.into_values().collect();
    rows.sort_by_key(|r| r.id);
    rows
}
