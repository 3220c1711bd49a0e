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
    Step, StepReply, ahead, carry, media, pull, push, repair,
    session::{Applied, Flight, Job, Trouble},
};
use crate::{Core, Receipt, views::Phase};

impl Core {
    /// The next call to make; `None` when all that was begun has ended. Steps whose replies were never applied count as
    /// lost.
    pub fn next_step(&mut self) -> Option<Step> {
        self.desk()?.session.flights.clear();
        let ended = match self.find_next() {
            Ok(Some((step, flight))) => {
                self.send_off(flight);
                return Some(step);
            }
            Ok(None) => None,
            Err(trouble) => {
                // Without a token or a readable store nothing that was asked for can go on.
                if self.session.report.take().is_some() {
                    self.answer(Job::Report, Receipt::Refused(trouble.refusal()));
                }
                Some(trouble)
            }
        };
        self.finish_run(ended.as_ref());
        None
    }

    /// What a person waits for first, then the run's own order.
    fn find_next(&mut self) -> Result<Option<(Step, Flight)>, Trouble> {
        let Some(desk) = self.desk() else { return Ok(None) };
        if let Some(enrolling) = &desk.session.enrol {
            return Ok(Some((Step::Enrol { request: enrolling.request.clone() }, Flight::Enrol)));
        }
        if let Some(request) = desk.session.report.clone() {
            return Ok(Some((Step::Report { token: desk.token()?, request }, Flight::Report)));
        }
        if desk.session.run.is_none() {
            return Ok(None);
        }
        if let Some((step, batch)) = self.next_push()? {
            return Ok(Some((step, Flight::Push(batch))));
        }
        let Some(mut desk) = self.desk() else { return Ok(None) };
        let run = desk.run()?;
        if run.pull == pull::Stage::Done && std::mem::take(&mut run.pull_again) {
            run.pull = pull::Stage::Due;
        }
        if let Some((step, cursors)) = pull::next(&mut desk)? {
            return Ok(Some((step, Flight::Pull(cursors))));
        }
        if let Some((step, asked)) = repair::next(&mut desk)? {
            return Ok(Some((step, Flight::Repair(asked))));
        }
        if let Some((step, id)) = carry::next(&mut desk)? {
            return Ok(Some((step, Flight::Carry(id))));
        }
        // Looked at before every chunk: a phone that leaves the Wi-Fi stops in the middle of a photo and goes on there.
        if self.photos_held_now() {
            return Ok(None);
        }
        let Some(mut desk) = self.desk() else { return Ok(None) };
        Ok(media::next(&mut desk)?.map(|(step, call)| (step, Flight::Media(call))))
    }

    /// Takes a reply in: one transaction. A reply that nothing waits for is passed over.
    pub fn apply(&mut self, reply: StepReply) -> Applied {
        let was_silent = self.phase().is_ok_and(|phase| phase == Phase::Silent);
        let (contact, pulled) = (reply.is_contact(), matches!(reply, StepReply::Pull(_)));
        let mut applied = self.take_in(reply);
        if contact {
            self.heard_of_the_server();
            applied.status |= was_silent;
        }
        if pulled && applied.changed {
            self.read_the_limit();
        }
        applied
    }

    fn take_in(&mut self, reply: StepReply) -> Applied {
        let Some(mut desk) = self.desk() else { return Applied::default() };
        let Some((flight, sent)) = desk.session.flights.pop_front() else { return Applied::default() };
        if matches!(flight, Flight::Void) {
            return Applied::default();
        }
        let now = desk.env.monotonic_ms();
        if reply.error().is_some_and(|error| desk.session.falls_back(error, now)) {
            desk.session.call_back();
            return Applied::default();
        }
        let outcome = match (flight, reply) {
            (Flight::Enrol, StepReply::Enrol(answer)) => return self.apply_enrol(answer, sent),
            (Flight::Report, StepReply::Report(answer)) => return self.apply_report(answer),
            (Flight::Push(batch), StepReply::Push(answer)) => {
                desk.session.quick = answer.is_ok() && ahead::is_quick(sent, desk.env);
                push::apply(&mut desk, batch, answer, sent)
            }
            (Flight::Pull(asked), StepReply::Pull(answer)) => pull::apply(&mut desk, &asked, answer, sent),
            (Flight::Repair(asked), StepReply::Repair(answer)) => repair::apply(&mut desk, &asked, answer, sent),
            (Flight::Carry(id), StepReply::Bundle(answer)) => carry::apply(&mut desk, id, answer),
            (Flight::Media(call), StepReply::Media(answer)) => media::apply(&mut desk, call, answer),
            // A driver that mixes replies up loses them, and they are asked for again.
            _ => Ok(Applied::default()),
        };
        outcome.unwrap_or_else(|trouble| {
            self.session.call_back();
            let revoked = self.note_if_revoked(&trouble);
            self.finish_run(Some(&trouble));
            Applied { changed: true, status: revoked }
        })
    }
}
