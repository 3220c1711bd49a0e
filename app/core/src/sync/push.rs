//! Push: sends the operations of the outbox in order, until none waits.
//!
//! A push is gapless under one incarnation and begins where the last acknowledged operation ended; the chain proves
//! that device and server agree on everything before. A server that disagrees redirects the push: it names the
//! operation to resume at, or another incarnation.

use super::{
    clock::{self, SentAt},
    ctx::SyncCtx,
    epoch,
    failure::{SyncFailure, ends_access},
    in_flight::{BatchEnd, Call, InFlight, PushBatch},
    step::{Applied, Step},
};
use crate::{
    Core,
    store::{Tx, chain, chain::chain_before, meta, outbox, outbox::Outgoing},
};
use serde_json::value::RawValue;
use shared::{
    OpOutcome, Outcome,
    chain::Chain,
    ids::{Incarnation, OpId, OpNo},
    protocol::Answer,
    wire::{ErrorCode, PUSH_BYTES_MAX, PUSH_OPS_MAX, PushReply, PushRequest, PushVerdict, SyncError},
};

/// 4: a restored server and a copied device at once take two redirects; more than that leads nowhere.
const REDIRECTS_MAX: u32 = 4;

/// 1 s: a push that takes longer from first byte to reply is limited by the link, which two bodies would only share.
const FAST_LINK_MS: u64 = 1000;

impl Core {
    /// The next push, if the outbox holds operations that may be sent now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn next_push(&mut self) -> Result<Option<Call>, SyncFailure> {
        let limit = self.session.forced_batch.unwrap_or(PUSH_OPS_MAX);
        let Some(run) = self.session.run.as_ref().filter(|run| !run.push_blocked) else { return Ok(None) };
        let ops = self.take_unsent(run.at_once, limit, PUSH_BYTES_MAX)?;
        let Some(first) = ops.first().map(|op| op.wire_no) else {
            if let Some(run) = &mut self.session.run {
                run.at_once = false;
            }
            return Ok(None);
        };
        let conn = self.store()?.conn();
        let incarnation = meta::get(conn, meta::key::INCARNATION)?.unwrap_or(meta::FIRST_INCARNATION);
        let before = chain_before(conn, incarnation, first)?;
        self.push_call(ops, incarnation, before, false)
    }

    /// Whether [`Core::next_push`] would find operations.
    pub(super) fn has_something_to_push(&mut self) -> bool {
        let Some(run) = self.session.run.as_ref().filter(|run| !run.push_blocked) else { return false };
        let through = self.sendable_through(run.at_once);
        let Ok(store) = self.store() else { return false };
        outbox::unsent(store.conn(), 0, through, 1, usize::MAX).is_ok_and(|ops| !ops.is_empty())
    }

    /// The push that follows the batch which ends at `end`, if that batch is accepted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) fn push_after(&mut self, end: BatchEnd) -> Result<Option<Call>, SyncFailure> {
        let limit = self.session.forced_batch.unwrap_or(PUSH_OPS_MAX);
        let Some(run) = self.session.run.as_ref().filter(|run| !run.push_blocked) else { return Ok(None) };
        let ops = self.take_unsent_behind(end.local_no, run.at_once, limit, PUSH_BYTES_MAX)?;
        if ops.first().is_none_or(|op| op.wire_no != end.wire_no.next()) {
            return Ok(None);
        }
        self.push_call(ops, end.incarnation, end.chain, true)
    }

    fn push_call(
        &mut self,
        mut ops: Vec<Outgoing>,
        incarnation: Incarnation,
        chain_before: Chain,
        pipelined: bool,
    ) -> Result<Option<Call>, SyncFailure> {
        let Some(first) = ops.first().map(|op| op.wire_no) else { return Ok(None) };
        // A push is gapless; operations after a gap go with the next one.
        let gapless = ops.iter().zip(first.0..).take_while(|(op, no)| op.wire_no.0 == *no).count();
        ops.truncate(gapless);
        let Some(ctx) = self.sync_ctx() else { return Ok(None) };
        let chain_after = ops.iter().fold(chain_before, |chain, op| chain.then(&op.json));
        let mut raw = Vec::with_capacity(ops.len());
        for op in &ops {
            raw.push(RawValue::from_string(op.json.clone()).map_err(crate::store::StoreError::from)?);
        }
        let request = PushRequest {
            proto: ctx.session.version.spoken(),
            caps: Vec::new(),
            device: ctx.device()?,
            incarnation,
            first_op: first,
            chain: chain_before,
            client_now: ctx.env.now(),
            ops: raw,
        };
        let step = Step::Push { token: ctx.token()?, request };
        let batch = PushBatch { incarnation, chain_before, chain_after, ops, pipelined };
        Ok(Some((step, InFlight::Push(batch))))
    }
}

/// # Errors
/// When the call failed and the run cannot go on, when the server redirects without end or contradicts itself, and
/// those of the store.
pub(super) fn apply(
    ctx: &mut SyncCtx<'_>,
    batch: PushBatch,
    answer: Answer<PushReply>,
    sent: SentAt,
) -> Result<Applied, SyncFailure> {
    ctx.session.fast_link = answer.is_ok() && sent.elapsed_ms(ctx.env) <= FAST_LINK_MS;
    let reply = match answer {
        Ok(reply) => reply,
        // The server refuses the whole request and would refuse it again. The pull may still succeed.
        Err(error) if error.is_permanent() && !ends_access(&error) => {
            ctx.session.cancel_in_flight();
            let run = ctx.run()?;
            run.push_blocked = true;
            run.problem = Some(SyncFailure::Server(error).problem());
            return Ok(Applied { changed: true, status: false });
        }
        // The server has room for one push of this device but not for several. That does not end a run that goes well.
        Err(error) if batch.pipelined && matches!(error.code(), Some(ErrorCode::Busy | ErrorCode::TooManyRequests)) => {
            ctx.session.cancel_in_flight();
            return Ok(Applied::default());
        }
        Err(error) => return Err(error.into()),
    };
    // This pipelined push arrived before its predecessor. Discard the reply and send it again.
    if batch.pipelined && !matches!(reply.verdict, PushVerdict::Accepted { .. }) {
        ctx.session.cancel_in_flight();
        return Ok(Applied::default());
    }
    let redirects = ctx.run()?.redirects;
    let (acked, new_epoch) = ctx.write_relaxed(|tx| {
        clock::record_offset(tx, sent, reply.server_now)?;
        let acked = match &reply.verdict {
            PushVerdict::Accepted { acked_through, outcomes } => accept(tx, &batch, *acked_through, outcomes)?,
            PushVerdict::Resume { .. } | PushVerdict::NewIncarnation { .. } if redirects >= REDIRECTS_MAX => {
                return Err(SyncError::BadReply("the push is sent round in circles".to_owned()).into());
            }
            PushVerdict::Resume { have } => {
                if have.next() >= batch.first() {
                    return Err(SyncError::BadReply("resume at what was just offered".to_owned()).into());
                }
                resume(tx, *have)?;
                0
            }
            PushVerdict::NewIncarnation { incarnation } => {
                // A restored server may know only an older incarnation. Operations acknowledged under the present one
                // then join the waiting ones; otherwise they would never be offered again.
                epoch::record(tx, reply.epoch)?;
                if let Some(after) = epoch::offering_after(tx)? {
                    outbox::unack_behind(tx, after)?;
                }
                outbox::restart(tx, *incarnation)?;
                chain::set_head(tx, *incarnation, OpNo(0), Chain::default())?;
                0
            }
            // A verdict that this build does not know acknowledges nothing.
            PushVerdict::Other(_) => return Err(SyncError::BadReply("a verdict of a newer server".to_owned()).into()),
        };
        let new_epoch = epoch::record(tx, reply.epoch)?;
        Ok((acked, new_epoch))
    })?;
    if new_epoch || acked as usize != batch.ops.len() {
        ctx.session.cancel_in_flight();
    }
    let run = ctx.run()?;
    if acked == 0 {
        run.redirects += 1;
    } else {
        run.pull.after_ack();
        run.progress.ops_done += acked;
        run.progress.ops_total = run.progress.ops_total.max(run.progress.ops_done);
    }
    Ok(Applied { changed: acked > 0, status: false })
}

/// The server has the operations up to `have` only: later ones wait again.
fn resume(tx: &mut Tx<'_>, have: OpNo) -> Result<(), SyncFailure> {
    outbox::unack_after(tx, have)?;
    let incarnation = tx.incarnation()?;
    if have < chain::base(tx, incarnation)?.no {
        // The operation after `have` was compacted, so a gapless push is impossible. The server does not know the next
        // incarnation and assigns a new one, under which the remaining operations are numbered from 1; their ids stay.
        outbox::restart(tx, Incarnation(incarnation.0.saturating_add(1)))?;
    }
    Ok(())
}

/// Acknowledges the operations up to `through`, which are durable on the server, and stores their outcomes. Returns how
/// many there are.
fn accept(tx: &mut Tx<'_>, batch: &PushBatch, through: OpNo, outcomes: &[OpOutcome]) -> Result<u32, SyncFailure> {
    // A reply cannot acknowledge more than the request held.
    let through = through.min(batch.last());
    if through < batch.first() {
        return Err(SyncError::BadReply("accepted nothing".to_owned()).into());
    }
    if tx.incarnation()? != batch.incarnation {
        return Ok(0);
    }
    let acked: Vec<&Outgoing> = batch.ops.iter().filter(|op| op.wire_no <= through).collect();
    outbox::ack_through(tx, through, acked.last().map_or(0, |op| op.no))?;
    for outcome in outcomes {
        outbox::set_outcome(tx, outcome)?;
    }
    if epoch::offering_after(tx)?.is_some() {
        // An outcome from before the restore is void: where the reply names none, the operation was applied.
        for op in &acked {
            let unnamed = !outcomes.iter().any(|o| o.op_no == op.wire_no);
            if unnamed && outbox::entry(tx, op.no)?.is_some_and(|e| e.outcome.is_some()) {
                let applied = OpOutcome { op_id: OpId::NIL, op_no: op.wire_no, outcome: Outcome::Applied };
                outbox::set_outcome(tx, &applied)?;
            }
        }
        if outbox::waiting(tx)?.0 == 0 {
            epoch::finish_offering(tx)?;
        }
    }
    let after = match acked.len() == batch.ops.len() {
        true => batch.chain_after,
        false => acked.iter().fold(batch.chain_before, |chain, op| chain.then(&op.json)),
    };
    chain::set_head(tx, batch.incarnation, through, after)?;
    Ok(u32::try_from(acked.len()).unwrap_or(u32::MAX))
}
