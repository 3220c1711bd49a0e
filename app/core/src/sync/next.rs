//! What comes next, and where a reply goes. A run goes round until nothing is left:
//!
//! ```text
//!   anything saved? ── push ──┐         records before photos, and what is saved meanwhile goes
//!   news to fetch?  ── pull ──┤◄──┐     before the next chunk of a photo
//!   a scope differs? ─ repair ┤   │     then pull again, to see that it agrees
//!   others' files?  ── carry ─┤   │
//!   photos waiting? ── media ─┘───┘     and so it does when a person asks once more meanwhile
//! ```

use super::{
    Step, StepReply, media, pipeline, pull, push, relay, repair,
    session::{Applied, InFlight, Job, SyncFailure},
};
use crate::{Core, Reply, views::Phase};

impl Core {
    /// The next call to make; `None` when all that was begun has ended. Steps whose replies were never applied count as
    /// lost.
    pub fn next_step(&mut self) -> Option<Step> {
        self.sync_ctx()?.session.in_flight.clear();
        let ended = match self.find_next() {
            Ok(Some((step, flight))) => {
                self.start(flight);
                return Some(step);
            }
            Ok(None) => None,
            Err(failure) => {
                // Without a token or a readable store nothing that was asked for can go on.
                if self.session.report.take().is_some() {
                    self.answer(Job::Report, Reply::Refused(failure.refusal()));
                }
                Some(failure)
            }
        };
        self.finish_run(ended.as_ref());
        None
    }

    /// What a person waits for first, then the run's own order.
    fn find_next(&mut self) -> Result<Option<(Step, InFlight)>, SyncFailure> {
        let Some(sync_ctx) = self.sync_ctx() else { return Ok(None) };
        if let Some(enrolling) = &sync_ctx.session.enrol {
            return Ok(Some((Step::Enrol { request: enrolling.request.clone() }, InFlight::Enrol)));
        }
        if let Some(request) = sync_ctx.session.report.clone() {
            return Ok(Some((Step::Report { token: sync_ctx.token()?, request }, InFlight::Report)));
        }
        if sync_ctx.session.run.is_none() {
            return Ok(None);
        }
        if let Some((step, batch)) = self.next_push()? {
            return Ok(Some((step, InFlight::Push(batch))));
        }
        let Some(mut sync_ctx) = self.sync_ctx() else { return Ok(None) };
        let run = sync_ctx.run()?;
        if run.pull == pull::Stage::Done && std::mem::take(&mut run.pull_again) {
            run.pull = pull::Stage::Due;
        }
        if let Some((step, cursors)) = pull::next(&mut sync_ctx)? {
            return Ok(Some((step, InFlight::Pull(cursors))));
        }
        if let Some((step, asked)) = repair::next(&mut sync_ctx)? {
            return Ok(Some((step, InFlight::Repair(asked))));
        }
        if let Some((step, id)) = relay::next(&mut sync_ctx)? {
            return Ok(Some((step, InFlight::Carry(id))));
        }
        // Looked at before every chunk: a phone that leaves the Wi-Fi stops in the middle of a photo and goes on there.
        if self.photos_held_now() {
            return Ok(None);
        }
        let Some(mut sync_ctx) = self.sync_ctx() else { return Ok(None) };
        Ok(media::next(&mut sync_ctx)?.map(|(step, call)| (step, InFlight::Media(call))))
    }

    /// Takes a reply in: one transaction. A reply that nothing waits for is passed over.
    pub fn apply(&mut self, reply: StepReply) -> Applied {
        let _span = self.step_span(reply.name()).entered();
        let was_silent = self.phase().is_ok_and(|phase| phase == Phase::InactivityLocked);
        let (contact, pulled) = (reply.is_contact(), matches!(reply, StepReply::Pull(_)));
        let mut applied = self.take_in(reply);
        if contact {
            self.record_contact();
            applied.status |= was_silent;
        }
        if pulled && applied.changed {
            self.reload_inactivity_limit();
        }
        applied
    }

    fn take_in(&mut self, reply: StepReply) -> Applied {
        let Some(mut sync_ctx) = self.sync_ctx() else { return Applied::default() };
        let Some((flight, sent)) = sync_ctx.session.in_flight.pop_front() else { return Applied::default() };
        if matches!(flight, InFlight::Void) {
            return Applied::default();
        }
        let now = sync_ctx.env.monotonic_ms();
        if reply.error().is_some_and(|error| sync_ctx.session.falls_back(error, now)) {
            sync_ctx.session.cancel_in_flight();
            return Applied::default();
        }
        let outcome = match (flight, reply) {
            (InFlight::Enrol, StepReply::Enrol(answer)) => return self.apply_enrol(answer, sent),
            (InFlight::Report, StepReply::Report(answer)) => return self.apply_report(answer),
            (InFlight::Push(batch), StepReply::Push(answer)) => {
                sync_ctx.session.fast_link = answer.is_ok() && pipeline::is_fast_link(sent, sync_ctx.env);
                push::apply(&mut sync_ctx, batch, answer, sent)
            }
            (InFlight::Pull(asked), StepReply::Pull(answer)) => pull::apply(&mut sync_ctx, &asked, answer, sent),
            (InFlight::Repair(asked), StepReply::Repair(answer)) => repair::apply(&mut sync_ctx, &asked, answer, sent),
            (InFlight::Carry(id), StepReply::Bundle(answer)) => relay::apply(&mut sync_ctx, id, answer),
            (InFlight::Media(call), StepReply::Media(answer)) => media::apply(&mut sync_ctx, call, answer),
            // A driver that mixes replies up loses them, and they are asked for again.
            _ => Ok(Applied::default()),
        };
        outcome.unwrap_or_else(|failure| {
            self.session.cancel_in_flight();
            let revoked = self.note_if_revoked(&failure);
            self.finish_run(Some(&failure));
            Applied { changed: true, status: revoked }
        })
    }
}
