//! Steps that go out before the reply to the one before them: they arrive behind it or overtake it, and meet every mishap that it
//! may meet.

use super::{
    handset::{Ahead, Flight},
    mutants::Bug,
    world::World,
};
use device_core::{Step, StepReply};
use shared::{
    ids::OpNo,
    wire::{PushReply, PushVerdict},
};

impl World {
    /// Brings a request to the server, with what the device sends behind it meanwhile.
    pub(super) async fn deliver_with_those_behind(&mut self, at: usize, step: Box<Step>) -> anyhow::Result<()> {
        let mut behind = Vec::new();
        while self.dice.chance(if self.profile.forced_batch { 700 } else { 0 }) {
            let Some(step) = self.handsets[at].core.pipeline_ahead() else { break };
            self.offered(&step);
            self.trace.reach("push: ahead of a reply");
            behind.push(step);
        }
        // The bug shows only where the last push of all overtakes: whatever comes after it finds out.
        let often = if self.bug == Some(Bug::OvertakerAcknowledged) { 900 } else { 200 };
        let overtakes = !behind.is_empty() && self.dice.chance(often);
        if overtakes {
            self.trace.reach("push: overtook the one before it");
            self.deliver_behind(at, behind.remove(0), true).await?;
        }
        let reply = self.deliver(at, &step).await?;
        for step in behind {
            self.deliver_behind(at, step, false).await?;
        }
        self.answered(at, step, reply);
        Ok(())
    }

    async fn deliver_behind(&mut self, at: usize, step: Step, overtakes: bool) -> anyhow::Result<()> {
        let mut reply = self.deliver(at, &step).await?;
        if overtakes && self.bug == Some(Bug::OvertakerAcknowledged) {
            acknowledge(&step, &mut reply);
        }
        let answered_in = self.server.restores;
        self.handsets[at].ahead.push_back(Ahead { step: Box::new(step), reply: Box::new(reply), answered_in });
        Ok(())
    }

    /// The next page of a pull, asked for before this one is taken in.
    pub(super) async fn ask_for_the_page_behind(&mut self, at: usize, reply: &StepReply) -> anyhow::Result<()> {
        if !self.profile.forced_batch || !self.handsets[at].ahead.is_empty() {
            return Ok(());
        }
        let Some(step) = self.handsets[at].core.pipeline_behind(reply) else { return Ok(()) };
        self.trace.reach("pull: ahead of the page before it");
        self.deliver_behind(at, step, false).await
    }

    /// Once a reply is taken in, the one behind it is next. False when there is none.
    pub(super) fn answered_ahead(&mut self, at: usize) -> bool {
        let handset = &mut self.handsets[at];
        let Some(Ahead { step, reply, answered_in }) = handset.ahead.pop_front() else { return false };
        handset.answered_in = answered_in;
        handset.flight = Flight::Answered(step, reply);
        true
    }
}

fn acknowledge(step: &Step, reply: &mut StepReply) {
    if let (Step::Push { request, .. }, StepReply::Push(Ok(PushReply { verdict, .. }))) = (step, reply)
        && matches!(verdict, PushVerdict::Resume { .. })
    {
        let acked_through = OpNo(request.first_op.0 + request.ops.len() as u64 - 1);
        *verdict = PushVerdict::Accepted { acked_through, outcomes: Vec::new() };
    }
}
