//! Push: what was saved, in order, until nothing waits.

use super::{
    Step, clock,
    clock::Sent,
    epoch,
    session::{Applied, SyncFailure},
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

/// What a push held, to be matched with its reply.
#[derive(Debug)]
pub(super) struct Batch {
    incarnation: Incarnation,
    before: Chain,
    /// The chain behind its last operation.
    after: Chain,
    ops: Vec<Outgoing>,
    /// It went out before the reply to the one before it.
    ahead: bool,
}

impl Batch {
    fn first(&self) -> OpNo {
        self.ops.first().map_or(OpNo(1), |op| op.wire_no)
    }
    fn last(&self) -> OpNo {
        self.ops.last().map_or(OpNo(0), |op| op.wire_no)
    }
    /// Where the next one goes on: the last local number, the last number, whose, and the chain.
    pub fn end(&self) -> (u64, OpNo, Incarnation, Chain) {
        (self.ops.last().map_or(0, |op| op.no), self.last(), self.incarnation, self.after)
    }
}

impl Core {
    /// The next push, if anything may be offered now.
    pub(super) fn next_push(&mut self) -> Result<Option<(Step, Batch)>, SyncFailure> {
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
        self.offer(ops, incarnation, before, false)
    }

    /// Whether [`Core::next_push`] would find something.
    pub(super) fn has_something_to_push(&mut self) -> bool {
        let Some(run) = self.session.run.as_ref().filter(|run| !run.push_blocked) else { return false };
        let through = self.sendable_through(run.at_once);
        let Ok(store) = self.store() else { return false };
        outbox::unsent(store.conn(), 0, through, 1, usize::MAX).is_ok_and(|ops| !ops.is_empty())
    }

    /// The push that follows the one that is out, once that is accepted.
    pub(super) fn push_behind(
        &mut self,
        behind: (u64, OpNo, Incarnation, Chain),
    ) -> Result<Option<(Step, Batch)>, SyncFailure> {
        let (no, last, incarnation, before) = behind;
        let limit = self.session.forced_batch.unwrap_or(PUSH_OPS_MAX);
        let Some(run) = self.session.run.as_ref().filter(|run| !run.push_blocked) else { return Ok(None) };
        let ops = self.take_unsent_behind(no, run.at_once, limit, PUSH_BYTES_MAX)?;
        if ops.first().is_none_or(|op| op.wire_no != last.next()) {
            return Ok(None);
        }
        self.offer(ops, incarnation, before, true)
    }

    fn offer(
        &mut self,
        mut ops: Vec<Outgoing>,
        incarnation: Incarnation,
        before: Chain,
        ahead: bool,
    ) -> Result<Option<(Step, Batch)>, SyncFailure> {
        let Some(first) = ops.first().map(|op| op.wire_no) else { return Ok(None) };
        // A push is gapless; what comes after a gap goes with the next.
        let run_of = ops.iter().zip(first.0..).take_while(|(op, no)| op.wire_no.0 == *no).count();
        ops.truncate(run_of);
        let Some(sync_ctx) = self.sync_ctx() else { return Ok(None) };
        let after = ops.iter().fold(before, |chain, op| chain.then(&op.json));
        let mut raw = Vec::with_capacity(ops.len());
        for op in &ops {
            raw.push(RawValue::from_string(op.json.clone()).map_err(crate::store::StoreError::from)?);
        }
        let request = PushRequest {
            proto: sync_ctx.session.version.spoken(),
            caps: Vec::new(),
            device: sync_ctx.device()?,
            incarnation,
            first_op: first,
            chain: before,
            client_now: sync_ctx.env.now(),
            ops: raw,
        };
        Ok(Some((Step::Push { token: sync_ctx.token()?, request }, Batch { incarnation, before, after, ops, ahead })))
    }
}

pub(super) fn apply(
    sync_ctx: &mut super::session::SyncCtx<'_>,
    batch: Batch,
    answer: Answer<PushReply>,
    sent: Sent,
) -> Result<Applied, SyncFailure> {
    let reply = match answer {
        Ok(reply) => reply,
        // The request as a whole will not do, and the same one will not do later. News may still be fetched.
        Err(error) if error.is_permanent() && !ends_access(&error) => {
            sync_ctx.session.cancel_in_flight();
            let run = sync_ctx.run()?;
            run.push_blocked = true;
            run.problem = Some(SyncFailure::Server(error).problem());
            return Ok(Applied { changed: true, status: false });
        }
        // The server has room for one of this device and not for several: no reason to end a run that goes well.
        Err(error) if batch.ahead && matches!(error.code(), Some(ErrorCode::Busy | ErrorCode::TooManyRequests)) => {
            sync_ctx.session.cancel_in_flight();
            return Ok(Applied::default());
        }
        Err(error) => return Err(error.into()),
    };
    // It overtook the one before it on the way, and the server knows no better: offered again, it is in its place.
    if batch.ahead && !matches!(reply.verdict, PushVerdict::Accepted { .. }) {
        sync_ctx.session.cancel_in_flight();
        return Ok(Applied::default());
    }
    let redirects = sync_ctx.run()?.redirects;
    let (acked, other_epoch) = sync_ctx.write_relaxed(|tx| {
        clock::note(tx, sent, reply.server_now)?;
        let acked = match &reply.verdict {
            PushVerdict::Accepted { acked_through, outcomes } => accepted(tx, &batch, *acked_through, outcomes)?,
            PushVerdict::Resume { .. } | PushVerdict::NewIncarnation { .. } if redirects >= REDIRECTS_MAX => {
                return Err(SyncError::BadReply("the push is sent round in circles".to_owned()).into());
            }
            PushVerdict::Resume { have } => {
                if have.next() >= batch.first() {
                    return Err(SyncError::BadReply("resume at what was just offered".to_owned()).into());
                }
                outbox::unack_after(tx, *have)?;
                let incarnation = tx.incarnation()?;
                if *have < chain::base(tx, incarnation)?.no {
                    // What it asks for first was acknowledged by it long ago and is not kept any more. The numbers cannot
                    // be gapless then; under an incarnation that the server has not heard of it offers a fresh one, and
                    // all that is still here goes to it from number 1, under the same operation ids.
                    outbox::restart(tx, Incarnation(incarnation.0.saturating_add(1)))?;
                }
                0
            }
            PushVerdict::NewIncarnation { incarnation } => {
                // A restored server may know an older incarnation only: then work that was acknowledged under this one
                // goes along, or nothing would ever offer it again.
                epoch::note(tx, reply.epoch)?;
                if let Some(after) = epoch::offering_after(tx)? {
                    outbox::unack_behind(tx, after)?;
                }
                outbox::restart(tx, *incarnation)?;
                chain::set_head(tx, *incarnation, OpNo(0), Chain::default())?;
                0
            }
            // Acknowledged nothing that this build could tell.
            PushVerdict::Other(_) => return Err(SyncError::BadReply("a verdict of a newer server".to_owned()).into()),
        };
        let other_epoch = epoch::note(tx, reply.epoch)?;
        Ok((acked, other_epoch))
    })?;
    if other_epoch || acked as usize != batch.ops.len() {
        sync_ctx.session.cancel_in_flight();
    }
    let run = sync_ctx.run()?;
    if acked == 0 {
        run.redirects += 1;
    } else {
        run.pull.after_ack();
        run.progress.ops_done += acked;
        run.progress.ops_total = run.progress.ops_total.max(run.progress.ops_done);
    }
    Ok(Applied { changed: acked > 0, status: false })
}

/// Errors that are about this device's access or build, not about one request.
pub(super) fn ends_access(error: &SyncError) -> bool {
    use shared::wire::ErrorCode as E;
    matches!(error.code(), Some(E::TokenRevoked | E::TokenUnknown | E::ProtocolTooOld | E::ProtocolTooNew))
}

/// Acknowledged: durable on the server, each with its outcome. Returns how many.
fn accepted(tx: &mut Tx<'_>, batch: &Batch, through: OpNo, outcomes: &[OpOutcome]) -> Result<u32, SyncFailure> {
    // More than was offered cannot be acknowledged by this reply.
    let through = through.min(batch.last());
    if through < batch.first() {
        return Err(SyncError::BadReply("accepted nothing".to_owned()).into());
    }
    if tx.incarnation()? != batch.incarnation {
        return Ok(0);
    }
    let acked: Vec<&Outgoing> = batch.ops.iter().filter(|op| op.wire_no <= through).collect();
    outbox::ack_through(tx, through, acked.last().map_or(0, |op| op.no))?;
    for told in outcomes {
        outbox::set_outcome(tx, told)?;
    }
    if epoch::offering_after(tx)?.is_some() {
        // What was said of an operation before the server was restored holds no longer where nothing is said now.
        for op in &acked {
            let untold = !outcomes.iter().any(|o| o.op_no == op.wire_no);
            if untold && outbox::entry(tx, op.no)?.is_some_and(|e| e.outcome.is_some()) {
                let told = OpOutcome { op_id: OpId::NIL, op_no: op.wire_no, outcome: Outcome::Applied };
                outbox::set_outcome(tx, &told)?;
            }
        }
        if outbox::waiting(tx)?.0 == 0 {
            epoch::offered(tx)?;
        }
    }
    let after = match acked.len() == batch.ops.len() {
        true => batch.after,
        false => acked.iter().fold(batch.before, |chain, op| chain.then(&op.json)),
    };
    chain::set_head(tx, batch.incarnation, through, after)?;
    Ok(u32::try_from(acked.len()).unwrap_or(u32::MAX))
}
