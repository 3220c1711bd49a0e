//! Calls ahead: while a reply is taken in, or a push is being judged, the next call is on its way already.
//!
//! ```text
//!   network   push 1 ═══════►  push 3 ═══════►
//!                  push 2 ═══════►  push 4 ═══════►
//!   store             apply 1  apply 2  apply 3
//! ```
//!
//! Only what follows for certain goes ahead, provided the reply before it is the usual one: the push behind one that is
//! accepted, the page behind a page. After any other reply what went ahead is called back: its reply is passed over, and the
//! session goes on from what the store holds, as if it had been lost. So nothing here decides anything, and a driver that
//! never asks for a step ahead is only slower.

use super::{
    Step, StepReply,
    clock::Sent,
    pull,
    session::{InFlight, Session},
};
use crate::{Core, Env};

/// 4 calls at once: one being made ready, one on its way, one waiting for its turn at the server and one being judged there.
pub const STEPS_AT_ONCE: usize = 4;

/// 1 s: where a push takes longer from first byte to answer, the link is what is slow, and two bodies would only share it.
const FAST_LINK_MS: u64 = 1000;

/// A push that is answered by now leaves room for others beside it.
pub(super) fn is_fast_link(sent: Sent, env: &dyn Env) -> bool {
    sent.out_for(env) <= FAST_LINK_MS
}

impl Session {
    /// What went ahead is not waited for any more; a reply is still due for each.
    pub(super) fn cancel_in_flight(&mut self) {
        self.in_flight.iter_mut().for_each(|(flight, _)| *flight = InFlight::Void);
    }
}

impl Core {
    /// What to send while so many calls are out: the next step, or one ahead of their replies. `None` where there is nothing more for now.
    pub fn pipeline_step(&mut self, out: usize) -> Option<Step> {
        match out {
            0 => self.next_step(),
            1..STEPS_AT_ONCE => self.pipeline_ahead(),
            _ => None,
        }
    }

    /// The step behind those that are out, where it can be told before their replies. A driver may ask while some are out, and
    /// makes the call beside theirs; replies are applied in the order of their steps.
    pub fn pipeline_ahead(&mut self) -> Option<Step> {
        let session = self.sync_ctx()?.session;
        let settled = session.enrol.is_none() && session.report.is_none();
        let straight = (session.fast_link || session.forced_batch.is_some())
            && session.run.as_ref().is_some_and(|run| run.redirects == 0);
        let Some((InFlight::Push(batch), _)) = session.in_flight.back() else { return None };
        if !settled || !straight || session.in_flight.len() >= STEPS_AT_ONCE {
            return None;
        }
        let end = batch.end();
        // What cannot be read now is met again by the next step, which says so.
        let (step, batch) = self.push_behind(end).ok().flatten()?;
        self.start(InFlight::Push(batch));
        Some(step)
    }

    /// The step behind one whose reply has come and is not applied yet. A driver that has nothing else out sends it first
    /// and applies the reply then.
    pub fn pipeline_behind(&mut self, reply: &StepReply) -> Option<Step> {
        let StepReply::Pull(Ok(reply)) = reply else { return None };
        // Whoever waits, and whatever was saved meanwhile, comes before the next page.
        let waits = self.session.enrol.is_some() || self.session.report.is_some() || self.has_something_to_push();
        let mut sync_ctx = self.sync_ctx().filter(|_| !waits)?;
        let [(InFlight::Pull(asked), _)] = sync_ctx.session.in_flight.make_contiguous() else { return None };
        let asked = asked.clone();
        let (step, cursors) = pull::behind(&mut sync_ctx, &asked, reply).ok().flatten()?;
        self.start(InFlight::Pull(cursors));
        Some(step)
    }

    /// Whatever is out was called back: nobody need wait for it.
    pub fn awaits_nothing(&self) -> bool {
        self.session.in_flight.iter().all(|(flight, _)| matches!(flight, InFlight::Void))
    }

    /// Pushes of at most `ops` operations from now on, and always some ahead, whatever the link: for simulations.
    #[doc(hidden)]
    pub fn hurry_for_tests(&mut self, ops: usize) {
        self.session.forced_batch = Some(ops);
    }

    pub(super) fn start(&mut self, flight: InFlight) {
        let sent = Sent::by(&*self.env);
        self.session.in_flight.push_back((flight, sent));
    }
}
