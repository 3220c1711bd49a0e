//! Ends a run: stores how it went, schedules the next one, and does the housekeeping that follows a sync.

use super::{
    ctx::SyncCtx,
    failure::SyncFailure,
    history::{SYNC_HISTORY, SyncHistory},
    job::Job,
};
use crate::{
    Core, Reply,
    store::{meta, outbox, photo},
    views::SyncProblem,
};

impl SyncCtx<'_> {
    /// `None` when no run was active or its history could not be stored. What the run applied stays.
    fn end_run(&mut self, failure: Option<&SyncFailure>, held_back: bool) -> Option<()> {
        let run = self.session.run.take()?;
        let now = self.env.monotonic_ms();
        let problem = failure.map(SyncFailure::problem).or(run.problem);
        let mut random = [0; 2];
        self.env.random(&mut random);
        let random = u16::from_le_bytes(random);
        match (&problem, failure) {
            (Some(SyncProblem::Revoked), _) => self.session.schedule.stop(),
            (None, _) => self.session.schedule.after_success(now, random),
            (Some(_), failure) => {
                let wait = failure.and_then(SyncFailure::retry_after_s).max(run.retry_after_s);
                self.session.schedule.after_failure(now, wait, random);
            }
        }
        // Operations still in their undo window are due when it closes.
        if problem.is_none() && held_back {
            self.session.schedule.after_save(now);
        }
        let mut history: SyncHistory = meta::get(self.store.conn(), SYNC_HISTORY).ok()?.unwrap_or_default();
        if problem.is_none() {
            history.last_success = Some(self.env.now());
        }
        history.last_problem = problem;
        (history.bytes_up, history.bytes_down) = (run.progress.bytes_up, run.progress.bytes_down);
        self.write_relaxed(|tx| Ok(meta::set(tx, SYNC_HISTORY, &history)?)).ok()
    }
}

impl Core {
    /// Ends the run, if one is active, and keeps its result for the driver.
    pub(super) fn finish_run(&mut self, failure: Option<&SyncFailure>) {
        if self.session.run.is_none() {
            return;
        }
        let held_back = self.held_back_ms().is_some();
        let Some(mut ctx) = self.sync_ctx() else { return };
        // On a full disk the history cannot be stored; the run is over all the same.
        let _ = ctx.end_run(failure, held_back);
        // Housekeeping: a failure is repeated after the next sync.
        let _ = self.release_if_needed();
        self.drop_sealed_bundle(failure);
        let result = match self.sync_view() {
            Ok(view) => Reply::Sync(Box::new(view)),
            Err(refusal) => Reply::Refused(refusal),
        };
        self.finish_job(Job::Sync, result);
    }

    /// After a run that sent everything, the bundle sealed when access ended is no longer needed.
    fn drop_sealed_bundle(&mut self, failure: Option<&SyncFailure>) {
        let Ok(store) = self.store() else { return };
        let waiting = outbox::waiting(store.conn()).map_or(1, |(n, _)| n);
        let photos = photo::backlog(store.conn()).map_or(1, |d| d.photos);
        if failure.is_none() && waiting == 0 && photos == 0 {
            self.remove_sealed_bundle();
        }
    }
}
