//! Evaluates operations that an older server could not, once when a newer server starts: as operations of the worker
//! who sent them and with the stamps they had. Each runs in a transaction of its own, so that a failing one delays no
//! other; an evaluated one leaves the quarantine, so that a second run changes nothing. Devices ask for the outcomes in
//! a pull (see `sync::late_outcomes`).

use crate::{
    core::{
        apply::{
            effects, evaluate::evaluate, evaluation::EvaluationTime, principal::Principal, working_set::WorkingSet,
        },
        error::CoreError,
        intake::{log_outcome::encode, offered::read},
        observe::OutcomeCounts,
        server::ServerCore,
    },
    store::{
        Job, Store, StoreError, Table, Txn,
        tables::{Device, Meta, OpLog, Quarantine, Worker},
    },
};
use shared::{Hlc, Outcome, hlc, op::Rejection};
use std::collections::HashSet;

/// Name of the fact: the build that retried the quarantine last. The stored name is older than this file's.
const LAST_BUILD: &str = "judged_by";
/// 200 operations per read: at most 12 MiB.
const STEP: usize = 200;

impl<S: Store> ServerCore<S> {
    /// Retries the quarantine, once per build. Returns how many operations were evaluated.
    ///
    /// # Errors
    ///
    /// The store is full, busy or closed; the next start tries again. Other failures of single operations are logged.
    #[tracing::instrument(name = "quarantine_retry", skip_all, fields(build = %build))]
    pub async fn quarantine_retry(&self, build: &str) -> Result<u64, CoreError> {
        if self.inner.store.read(FindLastBuild).await?.as_deref() == Some(build) {
            return Ok(0);
        }
        let (mut from, mut evaluated, mut seen) = (i64::MIN, 0, HashSet::new());
        loop {
            let mut step = self.inner.store.read(FindQuarantined { from }).await?;
            let Some(last) = step.last().map(|q| q.received) else { break };
            let full = step.len() == STEP;
            step.retain(|q| seen.insert((q.device, q.incarnation, q.op_no)));
            // Operations of one push have the same time of arrival: evaluate them in their order.
            step.sort_by_key(|q| (q.received, q.device, q.incarnation, q.op_no));
            // A second read of the same moment that shows nothing new cannot show more of it.
            from = if step.is_empty() { last.saturating_add(1) } else { last };
            for quarantined in step.into_iter().filter(waits_for_newer_server) {
                match self.inner.store.write(RetryOp { quarantined, now_ms: self.now_ms() }).await {
                    Ok(None) => {}
                    Ok(Some(outcome)) => {
                        evaluated += 1;
                        let mut counts = OutcomeCounts::default();
                        counts.add(&outcome);
                        self.count_operations(counts);
                    }
                    // The store's own failure passes: the next start retries all of them.
                    Err(CoreError::Store(error @ (StoreError::Busy | StoreError::Full | StoreError::Closed))) => {
                        return Err(error.into());
                    }
                    Err(error) => tracing::error!(%error, "an operation in quarantine could not be evaluated"),
                }
            }
            if !full {
                break;
            }
        }
        self.inner.store.write(SaveLastBuild { build: build.to_owned() }).await?;
        Ok(evaluated)
    }
}

/// True for an operation that waits for a newer server; broken ones stay in quarantine for good.
fn waits_for_newer_server(quarantined: &Quarantine) -> bool {
    serde_json::from_str::<Outcome>(&quarantined.outcome)
        .is_ok_and(|o| o == Outcome::Rejected(Rejection::NeedsNewerServer))
}

/// The build that retried the quarantine last.
struct FindLastBuild;

impl Job for FindLastBuild {
    type Out = Option<String>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let found = txn.get::<Meta>(&[(LAST_BUILD.to_owned(),)]).await?;
        Ok(found.into_iter().next().flatten().map(|m| m.value))
    }
}

/// Stores the build that retried the quarantine.
struct SaveLastBuild {
    build: String,
}

impl Job for SaveLastBuild {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        Ok(txn.put(&[Meta { name: LAST_BUILD.to_owned(), value: self.build }]).await?)
    }
}

/// Quarantined operations that arrived at `from` or later, oldest first.
struct FindQuarantined {
    from: i64,
}

impl Job for FindQuarantined {
    type Out = Vec<Quarantine>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        Ok(txn.between::<Quarantine>("received", self.from, i64::MAX, STEP).await?)
    }
}

/// Evaluates one quarantined operation. Returns its outcome if it left the quarantine with one.
struct RetryOp {
    quarantined: Quarantine,
    now_ms: i64,
}

impl Job for RetryOp {
    type Out = Option<Outcome>;
    type Err = CoreError;

    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let Self { quarantined, now_ms } = self;
        let Ok(op) = read(&quarantined.op, quarantined.op_no) else { return Ok(None) };
        let Some(device) = txn.get::<Device>(&[(quarantined.device,)]).await?.pop().flatten() else { return Ok(None) };
        let Some(worker) = txn.get::<Worker>(&[(device.worker,)]).await?.pop().flatten() else { return Ok(None) };
        let logged = txn.get::<OpLog>(&[(op.id,)]).await?.pop().flatten();
        let still_waits = Some(Outcome::Rejected(Rejection::NeedsNewerServer));
        let evaluated_before = logged.as_ref().is_some_and(|o| {
            o.outcome.as_deref().map_or(Some(Outcome::Applied), |text| serde_json::from_str(text).ok()) != still_waits
        });
        if evaluated_before {
            // It was sent again under another number and evaluated then.
            txn.delete::<Quarantine>(&[quarantined.key()]).await?;
            return Ok(None);
        }
        // An operation that could not be read has no corrected stamp: its own, but not later than its arrival.
        let hlc = logged.as_ref().map_or_else(|| hlc::correct(op.hlc, 0, quarantined.received, Hlc::ZERO), |o| o.hlc);
        let principal = Principal::Device { worker: &worker, device: device.id, revoked: device.revoked };
        let mut working_set = WorkingSet::load(txn, &[&op], worker.id).await?;
        let evaluation = evaluate(&mut working_set, &op, &principal, EvaluationTime { hlc, now_ms });
        if Some(&evaluation.outcome) == still_waits.as_ref() {
            return Ok(None);
        }
        effects::write(txn, &working_set.into_changes(), Vec::new(), now_ms).await?;
        let entry = OpLog {
            op_id: op.id,
            device: device.id,
            incarnation: quarantined.incarnation,
            op_no: quarantined.op_no,
            worker: worker.id,
            row: op.row,
            change: op.change.name().to_owned(),
            kind: op.kind,
            original: op.hlc,
            hlc,
            skew_ms: logged.as_ref().map_or(0, |o| o.skew_ms),
            rev: evaluation.rev,
            outcome: encode(&evaluation.outcome),
            op: quarantined.op.clone(),
            received: quarantined.received,
        };
        txn.put(&[entry]).await?;
        txn.delete::<Quarantine>(&[quarantined.key()]).await?;
        Ok(Some(evaluation.outcome))
    }
}
