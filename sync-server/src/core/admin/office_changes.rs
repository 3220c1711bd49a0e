//! Changes by the office: imports and edits at the console. All changes of a call are applied in one transaction, or
//! none.

use crate::{
    core::{
        apply::{
            effects,
            evaluate::evaluate,
            evaluation::EvaluationTime,
            principal::Principal,
            working_set::{WorkingSet, parse_row},
        },
        error::CoreError,
        intake::log_outcome::encode,
        server::ServerCore,
    },
    store::{
        Job, Store, StoreError, Txn,
        tables::{OpLog, Record},
    },
};
use shared::{
    Change, DeviceId, Fields, Hlc, Kind, Op, OpId, Outcome, Row, RowId, WorkerId,
    ids::{Incarnation, OpNo, Rev, uuid_v7},
    op::Rejection,
};

/// One change by the office. Ids of imported records are derived from codes: [`shared::ids::id_from_code`].
#[derive(Clone, Debug, PartialEq)]
pub struct OfficeChange {
    pub kind: Kind,
    pub row: RowId,
    /// `Create` of a record that exists becomes `Set` of the fields that differ; fields that it does not name stay.
    pub change: Change,
}

/// How many changes created, changed or left their record as it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangeCounts {
    pub created: usize,
    pub changed: usize,
    pub unchanged: usize,
}

impl<S: Store> ServerCore<S> {
    /// Applies all changes or none, as the server.
    ///
    /// # Errors
    ///
    /// [`CoreError::Refused`] with the first change that a rule refuses, or the store failed.
    pub async fn apply_office(&self, changes: Vec<OfficeChange>) -> Result<ChangeCounts, CoreError> {
        self.apply_office_by(WorkerId::NIL, changes).await
    }

    /// Applies all changes or none, with the person at the console as the author. The caller checks what they may do.
    ///
    /// # Errors
    ///
    /// As [`ServerCore::apply_office`].
    pub async fn apply_office_by(&self, by: WorkerId, changes: Vec<OfficeChange>) -> Result<ChangeCounts, CoreError> {
        let now_ms = self.now_ms();
        let op = |change: OfficeChange| Op {
            id: OpId(uuid_v7(now_ms, self.random())),
            no: OpNo(0),
            base: Rev(0),
            hlc: Hlc::new(now_ms, 0),
            kind: change.kind,
            row: change.row,
            change: change.change,
        };
        let ops = changes.into_iter().map(op).collect();
        self.inner.store.write(ApplyChanges { by, ops, now_ms }).await
    }

    /// The records with these ids that exist, in this order; voided ones, too.
    ///
    /// # Errors
    ///
    /// The store failed, or a stored record cannot be read.
    pub async fn rows(&self, ids: Vec<RowId>) -> Result<Vec<Row>, CoreError> {
        self.inner.store.read(Rows(ids)).await
    }
}

struct Rows(Vec<RowId>);

impl Job for Rows {
    type Out = Vec<Row>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<Row>, CoreError> {
        let keys: Vec<_> = self.0.into_iter().map(|id| (id,)).collect();
        let found = txn.get::<Record>(&keys).await?.into_iter().flatten();
        Ok(found.map(|r| parse_row(&r.doc)).collect::<Result<_, _>>()?)
    }
}

/// Applies changes of the office as operations without a device.
struct ApplyChanges {
    by: WorkerId,
    ops: Vec<Op>,
    now_ms: i64,
}

impl Job for ApplyChanges {
    type Out = ChangeCounts;
    type Err = CoreError;

    async fn run<T: Txn>(self, txn: &mut T) -> Result<ChangeCounts, CoreError> {
        let mut working_set = WorkingSet::load(txn, &self.ops.iter().collect::<Vec<_>>(), WorkerId::NIL).await?;
        working_set.load_console_worker(txn, self.by).await?;
        let principal = Principal::Office { by: self.by };
        let mut reply = ChangeCounts::default();
        let mut log = Vec::with_capacity(self.ops.len());
        for (index, mut op) in self.ops.into_iter().enumerate() {
            let existing = working_set.row(op.row);
            let is_new = existing.is_none();
            if let Some(row) = existing {
                op.base = row.rev;
                if let Some(change) = as_set(row, &op) {
                    op.change = change;
                }
                if matches!(&op.change, Change::Set(fields) if fields.is_empty()) {
                    reply.unchanged += 1;
                    continue;
                }
            }
            let evaluation =
                evaluate(&mut working_set, &op, &principal, EvaluationTime { hlc: op.hlc, now_ms: self.now_ms });
            match (&evaluation.outcome, evaluation.rev) {
                (Outcome::Rejected(rejection), _) => {
                    return Err(CoreError::Refused { index, rejection: rejection.clone() });
                }
                // The office cannot wait for its own review: it has to make the change in another way.
                (Outcome::InReview { applied: false, .. }, _) => {
                    return Err(CoreError::Refused { index, rejection: Rejection::NotAllowed });
                }
                (_, None) => reply.unchanged += 1,
                (_, Some(_)) if is_new => reply.created += 1,
                (_, Some(_)) => reply.changed += 1,
            }
            let text = serde_json::to_string(&op).map_err(|e| StoreError::Corrupt(e.to_string()))?;
            log.push(OpLog {
                op_id: op.id,
                device: DeviceId::NIL,
                incarnation: Incarnation(0),
                op_no: OpNo(0),
                worker: self.by,
                row: op.row,
                kind: op.kind,
                change: op.change.name().to_owned(),
                original: op.hlc,
                hlc: op.hlc,
                skew_ms: 0,
                rev: evaluation.rev,
                outcome: encode(&evaluation.outcome),
                op: text,
                received: self.now_ms,
            });
        }
        effects::write(txn, &working_set.into_changes(), Vec::new(), self.now_ms).await?;
        txn.put(&log).await?;
        Ok(reply)
    }
}

/// `Create` of an existing record, as `Set` of the fields that differ; an absent field equals null.
fn as_set(row: &Row, op: &Op) -> Option<Change> {
    let Change::Create(fields) = &op.change else { return None };
    if row.kind != op.kind {
        return None;
    }
    let differs = |(name, value): &(&String, &serde_json::Value)| match row.fields.get(name) {
        Some(current) => current != *value,
        None => !value.is_null(),
    };
    let fields = fields.0.iter().filter(differs).map(|(n, v)| (n.clone(), v.clone())).collect();
    Some(Change::Set(Fields(fields)))
}
