//! Pushes of several devices that arrive together and are evaluated in one transaction.

use super::{
    device::CallState, mutants::Bug, network::TIMEOUT_MS, older_server::is_ahead, simulation::Simulation,
    store_fault::StoreFault,
};
use device_core::{ReplyBody, Step, StepReply};
use shared::{
    Moment,
    ids::{Epoch, OpNo},
    wire::{PushReply, PushRequest, PushVerdict, SyncError, Token},
};

/// 600 ‰ of the pushes that could be batched with others are.
const BATCHED: u64 = 600;

impl Simulation {
    /// The devices whose pushes are on their way while this one arrives, if the dice batch them.
    pub(super) fn concurrent_pushes(&mut self, at: usize, step: &Step) -> Vec<usize> {
        let unbatched = |step: &Step| !matches!(step, Step::Push { .. }) || self.server.older && is_ahead(step);
        if unbatched(step) {
            return Vec::new();
        }
        let now_ms = self.clock.now_ms();
        let on_its_way = |call: &CallState| match call {
            CallState::Requested(step, since) => !unbatched(step) && now_ms - since <= TIMEOUT_MS,
            _ => false,
        };
        let others: Vec<usize> =
            (0..self.devices.len()).filter(|other| *other != at && on_its_way(&self.devices[*other].call)).collect();
        if others.is_empty() || !self.dice.chance(BATCHED) { Vec::new() } else { others }
    }

    /// Delivers this push and those of `others` to one process, which replies to each.
    pub(super) async fn push_batched(&mut self, at: usize, step: Box<Step>, others: Vec<usize>) -> anyhow::Result<()> {
        let mut batch = vec![(at, step)];
        for other in others {
            match std::mem::replace(&mut self.devices[other].call, CallState::Idle) {
                CallState::Requested(step, _) => batch.push((other, step)),
                call => self.devices[other].call = call,
            }
        }
        let (mut pushes, mut dropped) = (Vec::new(), Vec::new());
        for (_, step) in &batch {
            let mut step = (**step).clone();
            dropped.push(self.plant_in_request(&mut step));
            if let Step::Push { token, request } = step {
                pushes.push((token, request));
            }
        }
        let names: Vec<&str> = batch.iter().map(|(at, _)| self.devices[*at].name.as_str()).collect();
        let text = format!("the pushes of {} are judged together", names.join(", "));
        self.event(text, Vec::new());
        self.trace.reach("push: judged together with others");
        let replies = self.reply_to_batch(pushes).await?;
        for (((at, step), reply), dropped) in batch.into_iter().zip(replies).zip(dropped) {
            let mut reply: StepReply = reply.map(ReplyBody::Push);
            self.plant_in_reply(at, &step, &mut reply, dropped);
            self.set_reply(at, step, reply);
        }
        Ok(())
    }

    async fn reply_to_batch(
        &mut self,
        mut pushes: Vec<(Token, PushRequest)>,
    ) -> anyhow::Result<Vec<Result<PushReply, SyncError>>> {
        let process = self.dice.below(self.server.processes.len() as u64) as usize;
        let fails = self.dice.chance(if self.quiesced { 0 } else { self.profile.network });
        let fault = fails.then(|| {
            let writes = self.dice.below(24) as u32;
            self.dice.one_of(&[StoreFault::CrashBefore, StoreFault::CrashAfter, StoreFault::FullAfter(writes)])
        });
        if let Some(fault) = fault {
            let kind = match fault {
                StoreFault::CrashBefore => "server killed before a group's commit",
                StoreFault::CrashAfter => "server killed after a group's commit",
                StoreFault::FullAfter(_) => "server disk full under a group",
            };
            self.note_fault(kind, kind.to_owned());
        }
        let dropped_push = if self.bug == Some(Bug::LastOfBatchForgotten) { pushes.pop() } else { None };
        let (count, server) = (pushes.len(), self.server.processes[process].clone());
        self.server.store.hooks().injected = false;
        self.server.store.hooks().fault = fault;
        let mut replies = server.push_together(pushes).await;
        self.server.store.hooks().fault = None;
        let met = std::mem::take(&mut self.server.store.hooks().injected);
        let cut = || SyncError::Offline("cut".to_owned());
        if met && matches!(fault, Some(StoreFault::CrashBefore | StoreFault::CrashAfter)) {
            self.server.replace_process(process).await?;
            replies = (0..count).map(|_| Err(cut())).collect();
        }
        if let Some((_, request)) = dropped_push {
            let epoch = replies.iter().find_map(|reply| reply.as_ref().ok()).map(|reply| reply.epoch);
            replies.push(epoch.map(|epoch| self.accept_all(epoch, &request)).ok_or_else(cut));
        }
        Ok(replies)
    }

    /// The reply of a server that accepted everything.
    fn accept_all(&self, epoch: Epoch, request: &PushRequest) -> PushReply {
        let acked_through = OpNo(request.first_op.0 + request.ops.len() as u64 - 1);
        let verdict = PushVerdict::Accepted { acked_through, outcomes: Vec::new() };
        PushReply { epoch, server_now: Moment::shanghai(self.clock.now_ms()), verdict }
    }
}
