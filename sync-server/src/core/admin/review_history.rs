//! The history of a reviewed record, from the log of operations.

use crate::store::{
    Column, Stored, Txn,
    tables::{Device, OpLog, Worker},
};
use shared::{Change, DeviceId, Hlc, Op, Outcome, WorkerId, records::Review};
use std::collections::{BTreeSet, HashMap};

/// 200 entries of the history of one record: more have not been seen.
const HISTORY_MAX: usize = 200;

/// Who made a change or set a value, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// The name; `None` for the server, an import, or a worker who is not on the roster any more.
    pub by: Option<String>,
    pub hlc: Hlc,
}

/// One operation on the record of a review.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryEntry {
    pub made: Attribution,
    /// The label of the device; `None` for an import or the console.
    pub device: Option<String>,
    pub change: Change,
    /// `None` for applied.
    pub outcome: Option<Outcome>,
}

/// All operations on the record of a review that concern the fields in question, whatever their outcome.
///
/// # Errors
///
/// The store failed.
pub async fn history<T: Txn>(txn: &mut T, review: &Review) -> Stored<Vec<HistoryEntry>> {
    let mut log = txn.find::<OpLog>("row", &[Column::cell(&review.row)]).await?;
    // An operation that changed nothing has no revision; it came after the one that it met.
    log.sort_by_key(|entry| (entry.received, entry.hlc, entry.rev.map_or(u64::MAX, |rev| rev.0)));
    let skip = log.len().saturating_sub(HISTORY_MAX);
    let log: Vec<(OpLog, Op)> =
        log.into_iter().skip(skip).filter_map(|e| serde_json::from_str(&e.op).ok().map(|op| (e, op))).collect();
    let names = worker_names(txn, log.iter().map(|(e, _)| e.worker).collect()).await?;
    let keys: BTreeSet<DeviceId> = log.iter().map(|(e, _)| e.device).filter(|d| !d.is_nil()).collect();
    let keys: Vec<(DeviceId,)> = keys.into_iter().map(|d| (d,)).collect();
    let devices: HashMap<DeviceId, String> =
        txn.get::<Device>(&keys).await?.into_iter().flatten().map(|d| (d.id, d.label)).collect();
    let in_question = review.op.change.field_names();
    let is_relevant = |change: &Change| {
        let fields = change.field_names();
        in_question.is_empty() || fields.is_empty() || fields.iter().any(|f| in_question.contains(f))
    };
    let entry = |(entry, op): (OpLog, Op)| HistoryEntry {
        made: Attribution { by: names.get(&entry.worker).cloned(), hlc: entry.hlc },
        device: devices.get(&entry.device).cloned().filter(|label| !label.is_empty()),
        change: op.change,
        outcome: entry.outcome.as_deref().and_then(|o| serde_json::from_str(o).ok()),
    };
    Ok(log.into_iter().filter(|(_, op)| is_relevant(&op.change)).map(entry).collect())
}

/// Names of workers, by id.
///
/// # Errors
///
/// The store failed.
pub async fn worker_names<T: Txn>(txn: &mut T, ids: BTreeSet<WorkerId>) -> Stored<HashMap<WorkerId, String>> {
    let keys: Vec<(WorkerId,)> = ids.into_iter().filter(|id| !id.is_nil()).map(|id| (id,)).collect();
    Ok(txn.get::<Worker>(&keys).await?.into_iter().flatten().map(|w| (w.id, w.name)).collect())
}
