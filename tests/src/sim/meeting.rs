//! Pushes that are on their way at the same time meet at the server and are judged in one transaction.

use super::{handset::Flight, mutants::Bug, network::TIMEOUT_MS, older::is_ahead, store::StoreFault, world::World};
use device_core::{Step, StepReply};
use shared::{
    Moment,
    ids::{Epoch, OpNo},
    wire::{PushReply, PushRequest, PushVerdict, SyncError, Token},
};

/// In a thousand pushes that could meet others so many do.
const MEET: u64 = 600;

impl World {
    /// Other devices whose push is on its way while this one arrives.
    pub(super) fn met_by(&mut self, at: usize, step: &Step) -> Vec<usize> {
        let alone = |step: &Step| !matches!(step, Step::Push { .. }) || self.server.older && is_ahead(step);
        if alone(step) {
            return Vec::new();
        }
        let now_ms = self.clock.now_ms();
        let under_way = |flight: &Flight| match flight {
            Flight::Asked(step, since) => !alone(step) && now_ms - since <= TIMEOUT_MS,
            _ => false,
        };
        let others: Vec<usize> =
            (0..self.handsets.len()).filter(|other| *other != at && under_way(&self.handsets[*other].flight)).collect();
        if others.is_empty() || !self.dice.chance(MEET) { Vec::new() } else { others }
    }

    /// Brings this push and those of `others` to one process, which answers each.
    pub(super) async fn push_together(&mut self, at: usize, step: Box<Step>, others: Vec<usize>) -> anyhow::Result<()> {
        let mut group = vec![(at, step)];
        for other in others {
            match std::mem::replace(&mut self.handsets[other].flight, Flight::Idle) {
                Flight::Asked(step, _) => group.push((other, step)),
                flight => self.handsets[other].flight = flight,
            }
        }
        let (mut pushes, mut dropped) = (Vec::new(), Vec::new());
        for (_, step) in &group {
            let mut step = (**step).clone();
            dropped.push(self.plant_in_request(&mut step));
            if let Step::Push { token, request } = step {
                pushes.push((token, request));
            }
        }
        let names: Vec<&str> = group.iter().map(|(at, _)| self.handsets[*at].name.as_str()).collect();
        let text = format!("the pushes of {} are judged together", names.join(", "));
        self.event(text, Vec::new());
        self.trace.reach("push: judged together with others");
        let answers = self.answer_together(pushes).await?;
        for (((at, step), answer), dropped) in group.into_iter().zip(answers).zip(dropped) {
            let mut reply = StepReply::Push(answer);
            self.plant_in_reply(at, &step, &mut reply, dropped);
            self.answered(at, step, reply);
        }
        Ok(())
    }

    async fn answer_together(
        &mut self,
        mut pushes: Vec<(Token, PushRequest)>,
    ) -> anyhow::Result<Vec<Result<PushReply, SyncError>>> {
        let process = self.dice.below(self.server.processes.len() as u64) as usize;
        let meets = self.dice.chance(if self.quiet { 0 } else { self.profile.network });
        let fault = meets.then(|| {
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
        let forgotten = if self.bug == Some(Bug::LastOfAGroupForgotten) { pushes.pop() } else { None };
        let (count, server) = (pushes.len(), self.server.processes[process].clone());
        self.server.store.notes().met = false;
        self.server.store.notes().fault = fault;
        let mut answers = server.push_together(pushes).await;
        self.server.store.notes().fault = None;
        let met = std::mem::take(&mut self.server.store.notes().met);
        let cut = || SyncError::Offline("cut".to_owned());
        if met && matches!(fault, Some(StoreFault::CrashBefore | StoreFault::CrashAfter)) {
            self.server.replace_process(process).await?;
            answers = (0..count).map(|_| Err(cut())).collect();
        }
        if let Some((_, request)) = forgotten {
            let epoch = answers.iter().find_map(|answer| answer.as_ref().ok()).map(|reply| reply.epoch);
            answers.push(epoch.map(|epoch| self.said_yes(epoch, &request)).ok_or_else(cut));
        }
        Ok(answers)
    }
    /// As if all of it had been taken.
    fn said_yes(&self, epoch: Epoch, request: &PushRequest) -> PushReply {
        let acked_through = OpNo(request.first_op.0 + request.ops.len() as u64 - 1);
        let verdict = PushVerdict::Accepted { acked_through, outcomes: Vec::new() };
        PushReply { epoch, server_now: Moment::shanghai(self.clock.now_ms()), verdict }
    }
}
