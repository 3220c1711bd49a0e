//! Operations that an older server could not evaluate, judged by a newer one when it starts: by the worker who sent them and
//! with the stamp they had. Each in a transaction of its own, so that one that fails holds up no other; one that is judged
//! leaves the quarantine, so that a second time changes nothing. Their authors ask for the outcome in a pull
//! ([`super::asked`]).

use crate::{
    core::{
        apply::{
            effects, evaluate::evaluate, evaluation::EvaluationTime, principal::Principal, working_set::WorkingSet,
        },
        error::CoreError,
        intake::{log_outcome::encode, offered::read},
        server::ServerCore,
    },
    store::{
        Job, Store, StoreError, Table, Txn,
        tables::{Device, Meta, OpLog, Quarantine, Worker},
    },
};
use shared::{Hlc, Outcome, hlc, op::Rejection};
use std::collections::HashSet;

/// The build that went through the quarantine last.
const JUDGED_BY: &str = "judged_by";
/// 200 operations a look: at most 12 MiB.
const STEP: usize = 200;

impl<S: Store> ServerCore<S> {
    /// DailyCount per build. Returns how many were judged.
    pub async fn quarantine_retry(&self, build: &str) -> Result<u64, CoreError> {
        if self.inner.store.read(JudgedBy).await?.as_deref() == Some(build) {
            return Ok(0);
        }
        let (mut from, mut judged, mut seen) = (i64::MIN, 0, HashSet::new());
        loop {
            let mut step = self.inner.store.read(Waiting { from }).await?;
            let Some(last) = step.last().map(|q| q.received) else { break };
            let full = step.len() == STEP;
            step.retain(|q| seen.insert((q.device, q.incarnation, q.op_no)));
            // Operations of one push came at one moment: what was said first is judged first.
            step.sort_by_key(|q| (q.received, q.device, q.incarnation, q.op_no));
            // A second look at one moment that shows nothing new has seen as much of it as it can.
            from = if step.is_empty() { last.saturating_add(1) } else { last };
            for kept in step.into_iter().filter(waits) {
                match self.inner.store.write(Again { kept, now_ms: self.now_ms() }).await {
                    Ok(done) => judged += u64::from(done),
                    // The store's own trouble passes: the next start goes through it all again.
                    Err(CoreError::Store(error @ (StoreError::Busy | StoreError::Full | StoreError::Closed))) => {
                        return Err(error.into());
                    }
                    Err(error) => tracing::error!(%error, "an operation in quarantine could not be judged"),
                }
            }
            if !full {
                break;
            }
        }
        self.inner.store.write(Done { build: build.to_owned() }).await?;
        Ok(judged)
    }
}

fn waits(kept: &Quarantine) -> bool {
    serde_json::from_str::<Outcome>(&kept.outcome).is_ok_and(|o| o == Outcome::Rejected(Rejection::NeedsNewerServer))
}

struct JudgedBy;

impl Job for JudgedBy {
    type Out = Option<String>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let found = txn.get::<Meta>(&[(JUDGED_BY.to_owned(),)]).await?;
        Ok(found.into_iter().next().flatten().map(|m| m.value))
    }
}

struct Done {
    build: String,
}

impl Job for Done {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        Ok(txn.put(&[Meta { name: JUDGED_BY.to_owned(), value: self.build }]).await?)
    }
}

struct Waiting {
    from: i64,
}

impl Job for Waiting {
    type Out = Vec<Quarantine>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        Ok(txn.between::<Quarantine>("received", self.from, i64::MAX, STEP).await?)
    }
}

struct Again {
    kept: Quarantine,
    now_ms: i64,
}

impl Job for Again {
    type Out = bool;
    type Err = CoreError;

    async fn run<T: Txn>(self, txn: &mut T) -> Result<bool, CoreError> {
        let Self { kept, now_ms } = self;
        let Ok(op) = read(&kept.op, kept.op_no) else { return Ok(false) };
        let Some(device) = txn.get::<Device>(&[(kept.device,)]).await?.pop().flatten() else { return Ok(false) };
        let Some(worker) = txn.get::<Worker>(&[(device.worker,)]).await?.pop().flatten() else { return Ok(false) };
        let logged = txn.get::<OpLog>(&[(op.id,)]).await?.pop().flatten();
        let waits = Some(Outcome::Rejected(Rejection::NeedsNewerServer));
        let judged_before = logged.as_ref().is_some_and(|o| {
            o.outcome.as_deref().map_or(Some(Outcome::Applied), |text| serde_json::from_str(text).ok()) != waits
        });
        if judged_before {
            // It came again under another number and was judged then.
            txn.delete::<Quarantine>(&[kept.key()]).await?;
            return Ok(false);
        }
        // One that could not even be read was never given a stamp to order by: its own, but not after it came.
        let hlc = logged.as_ref().map_or_else(|| hlc::correct(op.hlc, 0, kept.received, Hlc::ZERO), |o| o.hlc);
        let principal = Principal::Device { worker: &worker, device: device.id, revoked: device.revoked };
        let mut working_set = WorkingSet::load(txn, &[&op], worker.id).await?;
        let verdict = evaluate(&mut working_set, &op, &principal, EvaluationTime { hlc, now_ms });
        if Some(&verdict.outcome) == waits.as_ref() {
            return Ok(false);
        }
        effects::write(txn, &working_set.into_changes(), Vec::new(), now_ms).await?;
        let entry = OpLog {
            op_id: op.id,
            device: device.id,
            incarnation: kept.incarnation,
            op_no: kept.op_no,
            worker: worker.id,
            row: op.row,
            change: op.change.name().to_owned(),
            kind: op.kind,
            original: op.hlc,
            hlc,
            skew_ms: logged.as_ref().map_or(0, |o| o.skew_ms),
            rev: verdict.rev,
            outcome: encode(&verdict.outcome),
            op: kept.op.clone(),
            received: kept.received,
        };
        txn.put(&[entry]).await?;
        txn.delete::<Quarantine>(&[kept.key()]).await?;
        Ok(true)
    }
}
