//! Decides which step comes next. A run repeats this order until nothing is left:
//!
//! ```text
//!   unsent operations? ─ push ──┐         records before photos; an operation saved meanwhile
//!   news to fetch?  ──── pull ──┤◄──┐     precedes the next chunk of a photo
//!   a scope differs? ─── repair ┤   │     then pull again, to verify the digest
//!   colleagues' bundles? relay ─┤   │
//!   photos waiting? ──── media ─┘───┘     and pull again when the user asked meanwhile
//! ```

use super::{
    failure::SyncFailure,
    in_flight::{Call, InFlight},
    job::Job,
    media, pull, relay, repair,
    run::PullStage,
    step::Step,
};
use crate::{Core, Reply};

impl Core {
    /// The next call to make; `None` when every job has ended. Calls whose replies were not applied count as lost.
    pub fn next_step(&mut self) -> Option<Step> {
        self.sync_ctx()?.session.in_flight.clear();
        let failure = match self.next_call() {
            Ok(Some((step, call))) => {
                self.start(call);
                return Some(step);
            }
            Ok(None) => None,
            Err(failure) => {
                // Without a token or a readable store no job can continue.
                if self.session.report.take().is_some() {
                    self.finish_job(Job::Report, Reply::Refused(failure.refusal()));
                }
                Some(failure)
            }
        };
        self.finish_run(failure.as_ref());
        None
    }

    /// Jobs that the user waits for first, then the order of the run.
    fn next_call(&mut self) -> Result<Option<Call>, SyncFailure> {
        let Some(ctx) = self.sync_ctx() else { return Ok(None) };
        if let Some(enrolling) = &ctx.session.enrolling {
            return Ok(Some((Step::Enrol { request: enrolling.request.clone() }, InFlight::Enrol)));
        }
        if let Some(request) = ctx.session.report.clone() {
            return Ok(Some((Step::Report { token: ctx.token()?, request }, InFlight::Report)));
        }
        if ctx.session.run.is_none() {
            return Ok(None);
        }
        if let Some(call) = self.next_push()? {
            return Ok(Some(call));
        }
        let Some(mut ctx) = self.sync_ctx() else { return Ok(None) };
        let run = ctx.run()?;
        if run.pull == PullStage::Done && std::mem::take(&mut run.pull_again) {
            run.pull = PullStage::Due;
        }
        for next in [pull::next, repair::next, relay::next] {
            if let Some(call) = next(&mut ctx)? {
                return Ok(Some(call));
            }
        }
        // Checked before every chunk: a phone that leaves the Wi-Fi stops within a photo and resumes there later.
        if self.photos_held_now() {
            return Ok(None);
        }
        let Some(mut ctx) = self.sync_ctx() else { return Ok(None) };
        media::next(&mut ctx)
    }
}
