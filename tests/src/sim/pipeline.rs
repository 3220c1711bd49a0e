//! Pipelined steps: they arrive after their predecessor or overtake it, and meet the same faults.

use super::{
    device::{CallState, PipelinedReply},
    mutants::Bug,
    simulation::Simulation,
};
use device_core::{ReplyBody, Step, StepReply};
use shared::{
    ids::OpNo,
    wire::{PushReply, PushVerdict},
};

impl Simulation {
    /// Delivers a request and the pushes that the device pipelines after it.
    pub(super) async fn deliver_pipelined(&mut self, at: usize, step: Box<Step>) -> anyhow::Result<()> {
        let mut pipelined = Vec::new();
        while self.dice.chance(if self.profile.forced_batch { 700 } else { 0 }) {
            let Some(step) = self.devices[at].core.pipeline_ahead() else { break };
            self.mark_sent(&step);
            self.trace.reach("push: ahead of a reply");
            pipelined.push(step);
        }
        // The bug shows only when the very last push overtakes: a later push reveals the gap.
        let often = if self.bug == Some(Bug::OvertakingPushAcknowledged) { 900 } else { 200 };
        let overtakes = !pipelined.is_empty() && self.dice.chance(often);
        if overtakes {
            self.trace.reach("push: overtook the one before it");
            self.deliver_ahead(at, pipelined.remove(0), true).await?;
        }
        let reply = self.deliver(at, &step).await?;
        for step in pipelined {
            self.deliver_ahead(at, step, false).await?;
        }
        self.set_reply(at, step, reply);
        Ok(())
    }

    async fn deliver_ahead(&mut self, at: usize, step: Step, overtakes: bool) -> anyhow::Result<()> {
        let mut reply = self.deliver(at, &step).await?;
        if overtakes && self.bug == Some(Bug::OvertakingPushAcknowledged) {
            acknowledge(&step, &mut reply);
        }
        let restores_then = self.server.restores;
        self.devices[at].pipelined.push_back(PipelinedReply {
            step: Box::new(step),
            reply: Box::new(reply),
            restores_then,
        });
        Ok(())
    }

    /// Requests the next page of a pull before the current one is applied.
    pub(super) async fn pipeline_next_page(&mut self, at: usize, reply: &StepReply) -> anyhow::Result<()> {
        if !self.profile.forced_batch || !self.devices[at].pipelined.is_empty() {
            return Ok(());
        }
        let Some(step) = self.devices[at].core.pipeline_behind(reply) else { return Ok(()) };
        self.trace.reach("pull: ahead of the page before it");
        self.deliver_ahead(at, step, false).await
    }

    /// Makes the next pipelined reply the current one. False when there is none.
    pub(super) fn next_pipelined_reply(&mut self, at: usize) -> bool {
        let device = &mut self.devices[at];
        let Some(PipelinedReply { step, reply, restores_then }) = device.pipelined.pop_front() else { return false };
        device.restores_then = restores_then;
        device.call = CallState::Replied(step, reply);
        true
    }
}

fn acknowledge(step: &Step, reply: &mut StepReply) {
    if let (Step::Push { request, .. }, Ok(ReplyBody::Push(PushReply { verdict, .. }))) = (step, reply)
        && matches!(verdict, PushVerdict::Resume { .. })
    {
        let acked_through = OpNo(request.first_op.0 + request.ops.len() as u64 - 1);
        *verdict = PushVerdict::Accepted { acked_through, outcomes: Vec::new() };
    }
}
