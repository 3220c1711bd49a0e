//! Push: a device offers operations in order; each gets its outcome, and all of it is durable before the answer.
//!
//! What can be done without the store (reading the JSON, the chain) is done before the transaction; inside it everything
//! is loaded in a few batches, decided against the working set, and written in bulk. Pushes that wait are judged in one
//! transaction, one after the other: [`group`].

mod batch;

pub use batch::PushBatcher;

use super::{
    CoreError, ServerCore, auth, effects,
    error::refuse,
    evaluate::{Principal, When, evaluate},
    meta,
    working_set::WorkingSet,
};
use crate::store::{
    Job, Store, Txn,
    tables::{Device, OpLog, Quarantine},
};
use serde::Deserialize;
use shared::{
    DeviceId, Moment, Op, OpId, OpOutcome, Outcome,
    chain::Chain,
    hlc,
    ids::{Incarnation, MAX_OP_NO, OpNo},
    op::Rejection,
    wire::{ErrorCode, OP_BYTES_MAX, PUSH_BYTES_MAX, PUSH_OPS_MAX, PushReply, PushRequest, PushVerdict, Token},
};
use std::collections::HashMap;

/// An operation as it came, read as far as it can be.
#[derive(Clone)]
pub(super) struct Offered {
    pub no: OpNo,
    pub text: String,
    /// The chain after it.
    chain: Chain,
    pub op: Result<Op, Unread>,
}

impl Offered {
    /// Nil where not even that could be read.
    pub fn op_id(&self) -> OpId {
        self.op.as_ref().map_or_else(|unread| unread.op_id, |op| op.id)
    }
}

#[derive(Clone)]
pub(super) struct Unread {
    op_id: OpId,
    why: Rejection,
}

#[derive(Clone)]
pub(super) struct Push {
    token_hash: Vec<u8>,
    pub device: DeviceId,
    pub incarnation: Incarnation,
    first_op: OpNo,
    chain: Chain,
    skew_ms: i64,
    now_ms: i64,
    pub offered: Vec<Offered>,
}

impl<S: Store> ServerCore<S> {
    pub(super) async fn push_step(&self, token: &Token, request: PushRequest) -> Result<PushReply, CoreError> {
        let push = self.prepare_push(token, request).await?;
        batch::evaluate(self, push).await
    }

    /// What can be done without the store.
    async fn prepare_push(&self, token: &Token, request: PushRequest) -> Result<Push, CoreError> {
        auth::check_proto(request.proto)?;
        let bytes: usize = request.ops.iter().map(|op| op.get().len()).sum();
        if request.ops.len() > PUSH_OPS_MAX || bytes > PUSH_BYTES_MAX && request.ops.len() > 1 {
            return refuse(ErrorCode::TooLarge);
        }
        let last = request.first_op.0.checked_add(request.ops.len() as u64);
        if request.first_op.0 == 0 || last.is_none_or(|n| n > MAX_OP_NO) {
            return refuse(ErrorCode::Malformed);
        }
        self.sweep_if_due().await?;
        let now_ms = self.now_ms();
        let skew_ms = request.client_now.utc_ms.saturating_sub(now_ms);
        Ok(Push { token_hash: auth::token_hash(token), ..Push::new(request, skew_ms, now_ms) })
    }
}

impl Push {
    /// A request read as far as it can be; whose word it is, the caller knows or the token says. `first_op` and the number of
    /// operations hold.
    pub fn new(request: PushRequest, skew_ms: i64, now_ms: i64) -> Self {
        let mut chain = request.chain;
        let offer = |(i, raw): (usize, Box<serde_json::value::RawValue>)| {
            let text = String::from(Box::<str>::from(raw));
            let no = OpNo(request.first_op.0.saturating_add(i as u64));
            chain = chain.then(&text);
            Offered { no, op: read(&text, no), text, chain }
        };
        let offered = request.ops.into_iter().enumerate().map(offer).collect();
        Self {
            token_hash: Vec::new(),
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

/// Reads one operation. What cannot be read is told apart: newer than this server, or broken.
pub(super) fn read(text: &str, no: OpNo) -> Result<Op, Unread> {
    let broken = |op_id, detail: &str| Unread { op_id, why: Rejection::Malformed { detail: detail.to_owned() } };
    if text.len() > OP_BYTES_MAX {
        return Err(broken(OpId::NIL, "larger than an operation may be"));
    }
    let error = match serde_json::from_str::<Op>(text) {
        Ok(op) if op.id.is_nil() || op.row.is_nil() => return Err(broken(op.id, "without an id")),
        Ok(op) if op.no != no => return Err(broken(op.id, "its number is not its place")),
        Ok(op) => return Ok(op),
        Err(error) => error,
    };
    /// What every version's operations have.
    #[derive(Deserialize)]
    struct Envelope {
        op_id: OpId,
        change: Option<serde_json::Map<String, serde_json::Value>>,
    }
    const KNOWN: [&str; 8] = ["create", "set", "elements", "amend", "advance", "void", "reopen", "resolve"];
    match serde_json::from_str::<Envelope>(text) {
        Ok(Envelope { op_id, change: Some(change) })
            if change.len() == 1 && change.keys().all(|k| !KNOWN.contains(&k.as_str())) =>
        {
            Err(Unread { op_id, why: Rejection::NeedsNewerServer })
        }
        // The place is told, never the content: outcomes end up in logs.
        Ok(Envelope { op_id, .. }) => Err(broken(op_id, &format!("column {}", error.column()))),
        Err(_) => Err(broken(OpId::NIL, &format!("column {}", error.column()))),
    }
}

impl Job for Push {
    type Out = PushReply;
    type Err = CoreError;

    async fn run<T: Txn>(mut self, txn: &mut T) -> Result<PushReply, CoreError> {
        let auth::DeviceAuth { mut device, worker } = auth::device(txn, &self.token_hash).await?;
        if device.id != self.device {
            return refuse(ErrorCode::NotAllowed);
        }
        let epoch = meta::epoch(txn).await?;
        let now_ms = self.now_ms;
        let reply = |verdict| PushReply { epoch, server_now: Moment::shanghai(now_ms), verdict };
        if self.first_op.0 > device.last_op.0 + 1 && self.incarnation == device.incarnation {
            return Ok(reply(PushVerdict::Resume { have: device.last_op }));
        }
        let ids: Vec<(OpId,)> = self.offered.iter().map(|o| (o.op_id(),)).collect();
        let logged: HashMap<OpId, OpLog> =
            txn.get::<OpLog>(&ids).await?.into_iter().flatten().map(|o| (o.op_id, o)).collect();
        let seen = self.replayed(txn, &device, &logged).await?;
        let Some(mut outcomes) = seen else {
            let incarnation = start_over(&mut device, self.incarnation);
            device.last_seen = now_ms;
            txn.put(&[device]).await?;
            return Ok(reply(PushVerdict::NewIncarnation { incarnation }));
        };
        // `first_op` is at least 1.
        let acked_through = OpNo(self.first_op.0 - 1 + self.offered.len() as u64);
        self.offered.retain(|o| o.no > device.last_op);
        if let Some(last) = self.offered.last() {
            let (last_op, chain) = (last.no, last.chain);
            let principal = Principal::Device { worker: &worker, device: device.id, revoked: device.revoked };
            let mut last_hlc = device.last_hlc;
            outcomes.extend(self.take(txn, &principal, device.incarnation, &mut last_hlc, logged).await?);
            device = Device { last_op, chain, last_hlc, last_seen: now_ms, ..device };
            txn.put(&[device]).await?;
        }
        Ok(reply(PushVerdict::Accepted { acked_through, outcomes }))
    }
}

impl Push {
    /// Outcomes of what was received before; `None` when this is not the device that sent it then: a clone, or a phone
    /// put back to an earlier state.
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

    /// Judges what is new and writes all of it.
    pub async fn take<T: Txn>(
        self,
        txn: &mut T,
        principal: &Principal<'_>,
        incarnation: Incarnation,
        last_hlc: &mut hlc::Hlc,
        logged: HashMap<OpId, OpLog>,
    ) -> Result<Vec<OpOutcome>, CoreError> {
        let fresh: Vec<&Op> =
            self.offered.iter().filter_map(|o| o.op.as_ref().ok()).filter(|op| !logged.contains_key(&op.id)).collect();
        let mut working_set = WorkingSet::load(txn, &fresh, principal.worker()).await?;
        let (mut outcomes, mut quarantine) = (Vec::new(), Vec::new());
        let mut log: Vec<OpLog> = Vec::with_capacity(self.offered.len());
        let mut places: HashMap<OpId, usize> = HashMap::with_capacity(self.offered.len());
        for Offered { no, text, op, .. } in self.offered {
            let keep = |op, outcome: &Outcome| Quarantine {
                device: principal.device(),
                incarnation,
                op_no: no,
                op,
                outcome: encode(outcome).unwrap_or_default(),
                received: self.now_ms,
            };
            let op = match op {
                Ok(op) => op,
                Err(Unread { op_id, why }) => {
                    let outcome = Outcome::Rejected(why);
                    quarantine.push(keep(text, &outcome));
                    outcomes.push(OpOutcome { op_id, op_no: no, outcome });
                    continue;
                }
            };
            if let Some(before) = logged.get(&op.id).or_else(|| log.get(*places.get(&op.id)?)) {
                // Sent before under another number: the same operation, with the same outcome.
                outcomes.extend(attention(op.id, no, before.outcome.as_deref()));
                continue;
            }
            let corrected = hlc::correct(op.hlc, self.skew_ms, self.now_ms, *last_hlc);
            *last_hlc = corrected;
            let verdict = evaluate(&mut working_set, &op, principal, When { hlc: corrected, now_ms: self.now_ms });
            if verdict.outcome == Outcome::Rejected(Rejection::NeedsNewerServer) {
                quarantine.push(keep(text.clone(), &verdict.outcome));
            }
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
                rev: verdict.rev,
                outcome: encode(&verdict.outcome),
                op: text,
                received: self.now_ms,
            };
            if verdict.outcome.needs_attention() {
                outcomes.push(OpOutcome { op_id: op.id, op_no: no, outcome: verdict.outcome });
            }
            places.insert(entry.op_id, log.len());
            log.push(entry);
        }
        effects::write(txn, &working_set.into_changes(), Vec::new(), self.now_ms).await?;
        txn.put(&log).await?;
        txn.put(&quarantine).await?;
        Ok(outcomes)
    }
}

/// The next incarnation. A device that has not begun the present one yet is told it again: its reply was lost.
fn start_over(device: &mut Device, claimed: Incarnation) -> Incarnation {
    let unused = device.last_op.0 == 0 && device.chain == Chain::default();
    if !(unused && claimed < device.incarnation) {
        device.incarnation = device.incarnation.max(claimed).next();
        device.last_op = OpNo(0);
        device.chain = Chain::default();
    }
    device.incarnation
}

/// An outcome for the log; nothing for plain "applied", which nearly all are.
pub(super) fn encode(outcome: &Outcome) -> Option<String> {
    if outcome.needs_attention() { serde_json::to_string(outcome).ok() } else { None }
}

fn attention(op_id: OpId, op_no: OpNo, stored: Option<&str>) -> Option<OpOutcome> {
    let outcome = serde_json::from_str(stored?).ok()?;
    Some(OpOutcome { op_id, op_no, outcome })
}
