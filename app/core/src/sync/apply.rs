//! Applies replies: finds the call that a reply belongs to and hands it to the step.

use super::{
    in_flight::InFlight,
    media, pull, push, relay, repair,
    step::{Applied, ReplyBody, StepReply},
};
use crate::{Core, views::Phase};

/// The answer inside a [`StepReply`] if it belongs to the step `$step`. A driver that mixes replies up loses them:
/// nothing is applied, and the next step repeats the call.
macro_rules! answer {
    ($reply:expr, $step:ident) => {
        match $reply {
            Ok(ReplyBody::$step(body)) => Ok(body),
            Err(error) => Err(error),
            Ok(_) => return Applied::default(),
        }
    };
}

impl Core {
    /// Applies a reply in one transaction. A reply to no call, or to a cancelled one, is discarded.
    pub fn apply(&mut self, reply: StepReply) -> Applied {
        let call = self.session.in_flight.front().map_or("none", |(call, _)| call.name());
        let _span = self.step_span(call).entered();
        let was_locked = self.phase().is_ok_and(|phase| phase == Phase::InactivityLocked);
        let (contact, pulled) = (reply.is_ok(), matches!(reply, Ok(ReplyBody::Pull(_))));
        let mut applied = self.apply_to_call(reply);
        if contact {
            self.record_contact();
            applied.status |= was_locked;
        }
        if pulled && applied.changed {
            self.reload_inactivity_limit();
        }
        applied
    }

    fn apply_to_call(&mut self, reply: StepReply) -> Applied {
        let Some(mut ctx) = self.sync_ctx() else { return Applied::default() };
        let Some((call, sent)) = ctx.session.in_flight.pop_front() else { return Applied::default() };
        if matches!(call, InFlight::Cancelled) {
            return Applied::default();
        }
        let now = ctx.env.monotonic_ms();
        if reply.as_ref().is_err_and(|error| ctx.session.fall_back(error, now)) {
            ctx.session.cancel_in_flight();
            return Applied::default();
        }
        let applied = match call {
            InFlight::Cancelled => Ok(Applied::default()),
            InFlight::Enrol => return self.apply_enrol(answer!(reply, Enrol), sent),
            InFlight::Report => return self.apply_report(answer!(reply, Report)),
            InFlight::Push(batch) => push::apply(&mut ctx, batch, answer!(reply, Push), sent),
            InFlight::Pull(cursors) => pull::apply(&mut ctx, &cursors, answer!(reply, Pull), sent),
            InFlight::Repair(call) => repair::apply(&mut ctx, &call, answer!(reply, Repair), sent),
            InFlight::Relay(id) => relay::apply(&mut ctx, id, answer!(reply, Bundle)),
            InFlight::Media(call) => media::apply(&mut ctx, call, answer!(reply, Media)),
        };
        applied.unwrap_or_else(|failure| {
            self.session.cancel_in_flight();
            let revoked = self.record_revocation(&failure);
            self.finish_run(Some(&failure));
            Applied { changed: true, status: revoked }
        })
    }
}
