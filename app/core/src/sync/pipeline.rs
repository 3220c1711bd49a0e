//! Pipelining: while the server evaluates a push, or while this device applies a page, the next call is already on its
//! way.
//!
//! ```text
//!   network   push 1 ═══════►  push 3 ═══════►
//!                  push 2 ═══════►  push 4 ═══════►
//!   store             apply 1  apply 2  apply 3
//! ```
//!
//! A call is sent early only if it is certain to follow the expected reply to its predecessor: the push after an
//! accepted push, the page after a page. After any other reply the early calls are cancelled: their replies are
//! discarded, and the session continues from what the store holds, as if they had been lost. Pipelining therefore
//! decides nothing, and a driver that never asks for an early step is only slower.

use super::{
    in_flight::InFlight,
    pull,
    step::{ReplyBody, Step, StepReply},
};
use crate::Core;

/// 4 calls at once: one in preparation, one on its way, one waiting for its turn at the server, one in evaluation
/// there.
pub const STEPS_AT_ONCE: usize = 4;

impl Core {
    /// The step to send while `out` calls are in flight: the next step, or one that precedes their replies. `None` when
    /// there is none for now.
    pub fn pipeline_step(&mut self, out: usize) -> Option<Step> {
        match out {
            0 => self.next_step(),
            1..STEPS_AT_ONCE => self.pipeline_ahead(),
            _ => None,
        }
    }

    /// The push after those in flight, if it can be known before their replies. The driver sends it at once and applies
    /// all replies in the order of their steps.
    pub fn pipeline_ahead(&mut self) -> Option<Step> {
        let session = self.sync_ctx()?.session;
        let only_sync = session.enrolling.is_none() && session.report.is_none();
        let undisturbed = (session.fast_link || session.forced_batch.is_some())
            && session.run.as_ref().is_some_and(|run| run.redirects == 0);
        let Some((InFlight::Push(batch), _)) = session.in_flight.back() else { return None };
        if !only_sync || !undisturbed || session.in_flight.len() >= STEPS_AT_ONCE {
            return None;
        }
        let end = batch.end();
        // The next regular step meets a store error again and reports it.
        let (step, call) = self.push_after(end).ok().flatten()?;
        self.start(call);
        Some(step)
    }

    /// The page after one whose reply has arrived and is not applied yet. A driver with no other call in flight sends
    /// it first and applies the reply then.
    pub fn pipeline_behind(&mut self, reply: &StepReply) -> Option<Step> {
        let Ok(ReplyBody::Pull(reply)) = reply else { return None };
        // Jobs that the user waits for, and operations saved meanwhile, precede the next page.
        let waits = self.session.enrolling.is_some() || self.session.report.is_some() || self.has_something_to_push();
        let mut ctx = self.sync_ctx().filter(|_| !waits)?;
        let [(InFlight::Pull(requested), _)] = ctx.session.in_flight.make_contiguous() else { return None };
        let requested = requested.clone();
        let (step, call) = pull::next_page(&mut ctx, &requested, reply).ok().flatten()?;
        self.start(call);
        Some(step)
    }

    /// True when every call in flight was cancelled, so that its reply need not be awaited.
    pub fn awaits_nothing(&self) -> bool {
        self.session.in_flight.iter().all(|(call, _)| matches!(call, InFlight::Cancelled))
    }

    /// From now on limits pushes to `ops` operations and pipelines on every link: for simulations.
    #[doc(hidden)]
    pub fn force_batch_for_tests(&mut self, ops: usize) {
        self.session.forced_batch = Some(ops);
    }
}
