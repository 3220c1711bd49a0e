//! Push as a transaction: operations in order, each with its outcome, all durable before the answer.

use super::{
    log_outcome::{attention, encode},
    offered::{Offered, UnreadableOp, read},
};
use crate::{
    core::{
        apply::{
            effects, evaluate::evaluate, evaluation::EvaluationTime, principal::Principal, working_set::WorkingSet,
        },
        auth,
        error::{CoreError, refuse},
        feed_state,
        observe::OutcomeCounts,
    },
    store::{
        Job, Txn,
        tables::{Device, OpLog, Quarantine},
    },
};
use shared::{
    DeviceId, Moment, Op, OpId, OpOutcome, Outcome, WorkerId,
    chain::Chain,
    hlc,
    ids::{Incarnation, OpNo},
    op::Rejection,
    wire::{ErrorCode, PushReply, PushRequest, PushVerdict},
};
use std::collections::HashMap;

/// A push, read as far as possible without the store.
#[derive(Clone)]
pub struct PushJob {
    /// Empty for a push that came in a bundle.
    pub token_hash: Vec<u8>,
    pub device: DeviceId,
    pub incarnation: Incarnation,
    first_op: OpNo,
    /// The chain before the first operation.
    chain: Chain,
    /// How far the device's clock is ahead of the server's.
    skew_ms: i64,
    now_ms: i64,
    pub offered: Vec<Offered>,
}

/// What became of a push.
pub struct EvaluatedPush {
    pub reply: PushReply,
    /// The author.
    pub worker: WorkerId,
    pub counts: OutcomeCounts,
}

/// What became of the operations that [`PushJob::evaluate_ops`] evaluated.
#[derive(Default)]
pub struct EvaluatedOps {
    /// Those that the device has to know of, in order.
    pub outcomes: Vec<OpOutcome>,
    pub counts: OutcomeCounts,
}

impl PushJob {
    /// Reads a request. The caller has checked `first_op` and the number of operations; the token is checked by the
    /// transaction.
    pub fn new(token_hash: Vec<u8>, request: PushRequest, skew_ms: i64, now_ms: i64) -> Self {
        let mut chain = request.chain;
        let offer = |(i, raw): (usize, Box<serde_json::value::RawValue>)| {
            let text = String::from(Box::<str>::from(raw));
            let no = OpNo(request.first_op.0.saturating_add(i as u64));
            chain = chain.then(&text);
            Offered { no, op: read(&text, no), text, chain }
        };
        let offered = request.ops.into_iter().enumerate().map(offer).collect();
        Self {
            token_hash,
            device: request.device,
            incarnation: request.incarnation,
            first_op: request.first_op,
            chain: request.chain,
            skew_ms,
            now_ms,
            offered,
        }
    }
}

impl Job for PushJob {
    type Out = EvaluatedPush;
    type Err = CoreError;

    async fn run<T: Txn>(mut self, txn: &mut T) -> Result<EvaluatedPush, CoreError> {
        let auth::DeviceAuth { mut device, worker } = auth::device(txn, &self.token_hash).await?;
        if device.id != self.device {
            return refuse(ErrorCode::NotAllowed);
        }
        let epoch = feed_state::epoch(txn).await?;
        let now_ms = self.now_ms;
        let reply = |verdict, counts| EvaluatedPush {
            reply: PushReply { epoch, server_now: Moment::shanghai(now_ms), verdict },
            worker: worker.id,
            counts,
        };
        if self.first_op.0 > device.last_op.0 + 1 && self.incarnation == device.incarnation {
            return Ok(reply(PushVerdict::Resume { have: device.last_op }, OutcomeCounts::default()));
        }
        let ids: Vec<(OpId,)> = self.offered.iter().map(|o| (o.op_id(),)).collect();
        let logged: HashMap<OpId, OpLog> =
            txn.get::<OpLog>(&ids).await?.into_iter().flatten().map(|o| (o.op_id, o)).collect();
        let replayed = self.replayed(txn, &device, &logged).await?;
        let Some(mut outcomes) = replayed else {
            let incarnation = next_incarnation(&mut device, self.incarnation);
            device.last_seen = now_ms;
            txn.put(&[device]).await?;
            return Ok(reply(PushVerdict::NewIncarnation { incarnation }, OutcomeCounts::default()));
        };
        // `first_op` is at least 1: the caller has checked it.
        let acked_through = OpNo(self.first_op.0 - 1 + self.offered.len() as u64);
        self.offered.retain(|o| o.no > device.last_op);
        let mut counts = OutcomeCounts::default();
        if let Some(last) = self.offered.last() {
            let (last_op, chain) = (last.no, last.chain);
            let principal = Principal::Device { worker: &worker, device: device.id, revoked: device.revoked };
            let mut last_hlc = device.last_hlc;
            let evaluated = self.evaluate_ops(txn, &principal, device.incarnation, &mut last_hlc, logged).await?;
            outcomes.extend(evaluated.outcomes);
            counts = evaluated.counts;
            device = Device { last_op, chain, last_hlc, last_seen: now_ms, ..device };
            txn.put(&[device]).await?;
        }
        Ok(reply(PushVerdict::Accepted { acked_through, outcomes }, counts))
    }
}

impl PushJob {
    /// Outcomes of the operations that were received before. `None` if this device did not send them: it is a copy, or
    /// was restored to an earlier state.
    async fn replayed<T: Txn>(
        &self,
        txn: &mut T,
        device: &Device,
        logged: &HashMap<OpId, OpLog>,
    ) -> Result<Option<Vec<OpOutcome>>, CoreError> {
        if self.incarnation != device.incarnation {
            return Ok(None);
        }
        let old: Vec<&Offered> = self.offered.iter().filter(|o| o.no <= device.last_op).collect();
        let reaches = self.first_op.0 + self.offered.len() as u64 > device.last_op.0;
        if reaches && old.last().map_or(self.chain, |o| o.chain) != device.chain {
            return Ok(None);
        }
        let keys: Vec<_> = old.iter().map(|o| (device.id, device.incarnation, o.no)).collect();
        let quarantined = txn.get::<Quarantine>(&keys).await?;
        let mut outcomes = Vec::new();
        for (offered, quarantined) in old.into_iter().zip(quarantined) {
            let outcome = match (&offered.op, quarantined) {
                (_, Some(kept)) if kept.op == offered.text => Some(kept.outcome),
                (Ok(op), None) if logged.contains_key(&op.id) => logged[&op.id].outcome.clone(),
                _ => return Ok(None),
            };
            outcomes.extend(attention(offered.op_id(), offered.no, outcome.as_deref()));
        }
        Ok(Some(outcomes))
    }

    /// Evaluates the offered operations and writes everything that follows. `last_hlc` is the stamp of the device's
    /// last operation; `logged` are operations that the log has already.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn evaluate_ops<T: Txn>(
        self,
        txn: &mut T,
        principal: &Principal<'_>,
        incarnation: Incarnation,
        last_hlc: &mut hlc::Hlc,
        logged: HashMap<OpId, OpLog>,
    ) -> Result<EvaluatedOps, CoreError> {
        let fresh: Vec<&Op> =
            self.offered.iter().filter_map(|o| o.op.as_ref().ok()).filter(|op| !logged.contains_key(&op.id)).collect();
        let mut working_set = WorkingSet::load(txn, &fresh, principal.worker()).await?;
        let EvaluatedOps { mut outcomes, mut counts } = EvaluatedOps::default();
        let mut quarantine = Vec::new();
        let mut log: Vec<OpLog> = Vec::with_capacity(self.offered.len());
        let mut positions: HashMap<OpId, usize> = HashMap::with_capacity(self.offered.len());
        for Offered { no, text, op, .. } in self.offered {
            let quarantined = |op, outcome: &Outcome| Quarantine {
                device: principal.device(),
                incarnation,
                op_no: no,
                op,
                outcome: encode(outcome).unwrap_or_default(),
                received: self.now_ms,
            };
            let op = match op {
                Ok(op) => op,
                Err(UnreadableOp { op_id, why }) => {
                    let outcome = Outcome::Rejected(why);
                    quarantine.push(quarantined(text, &outcome));
                    (counts.rejected, counts.quarantined) = (counts.rejected + 1, counts.quarantined + 1);
                    outcomes.push(OpOutcome { op_id, op_no: no, outcome });
                    continue;
                }
            };
            if let Some(before) = logged.get(&op.id).or_else(|| log.get(*positions.get(&op.id)?)) {
                // The same operation was sent before under another number: its outcome stays.
                outcomes.extend(attention(op.id, no, before.outcome.as_deref()));
                continue;
            }
            let corrected = hlc::correct(op.hlc, self.skew_ms, self.now_ms, *last_hlc);
            *last_hlc = corrected;
            let evaluation =
                evaluate(&mut working_set, &op, principal, EvaluationTime { hlc: corrected, now_ms: self.now_ms });
            if evaluation.outcome == Outcome::Rejected(Rejection::NeedsNewerServer) {
                quarantine.push(quarantined(text.clone(), &evaluation.outcome));
                counts.quarantined += 1;
            }
            counts.add(&evaluation.outcome);
            let entry = OpLog {
                op_id: op.id,
                device: principal.device(),
                incarnation,
                op_no: no,
                worker: principal.worker(),
                row: op.row,
                kind: op.kind,
                change: op.change.name().to_owned(),
                original: op.hlc,
                hlc: corrected,
                skew_ms: self.skew_ms,
                rev: evaluation.rev,
                outcome: encode(&evaluation.outcome),
                op: text,
                received: self.now_ms,
            };
            if evaluation.outcome.needs_attention() {
                outcomes.push(OpOutcome { op_id: op.id, op_no: no, outcome: evaluation.outcome });
            }
            positions.insert(entry.op_id, log.len());
            log.push(entry);
        }
        effects::write(txn, &working_set.into_changes(), Vec::new(), self.now_ms).await?;
        txn.put(&log).await?;
        txn.put(&quarantine).await?;
        Ok(EvaluatedOps { outcomes, counts })
    }
}

/// Moves the device to its next incarnation. A device that has not used the current one yet gets the same again: the
/// reply that named it was lost.
fn next_incarnation(device: &mut Device, claimed: Incarnation) -> Incarnation {
    let unused = device.last_op.0 == 0 && device.chain == Chain::default();
    if !(unused && claimed < device.incarnation) {
        device.incarnation = device.incarnation.max(claimed).next();
        device.last_op = OpNo(0);
        device.chain = Chain::default();
    }
    device.incarnation
}
