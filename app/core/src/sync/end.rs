//! How a run ends: what is remembered of it, when to try again, and what goes with it.

use super::session::{Job, SYNC_HISTORY, SyncCtx, SyncFailure, SyncHistory};
use crate::{
    Core, Reply,
    store::{meta, outbox, photo},
    views::SyncProblem,
};

impl SyncCtx<'_> {
    /// Ends the run: remembers how it went and when to try again. What was applied so far stays.
    fn end_run(&mut self, failure: Option<&SyncFailure>, held_back: bool) -> Option<()> {
        let run = self.session.run.take()?;
        let now = self.env.monotonic_ms();
        let problem = failure.map(SyncFailure::problem).or(run.problem);
        let mut random = [0; 2];
        self.env.random(&mut random);
        let random = u16::from_le_bytes(random);
        match (&problem, failure) {
            (Some(SyncProblem::Revoked), _) => self.session.pace.stop(),
            (None, _) => self.session.pace.succeeded(now, random),
            (Some(_), failure) => {
                let wait = failure.and_then(SyncFailure::wait_s).max(run.wait_s);
                self.session.pace.failed(now, wait, random);
            }
        }
        // What was saved moments ago and held back is due as soon as it may go.
        if problem.is_none() && held_back {
            self.session.pace.saved(now);
        }
        let mut memo: SyncHistory = meta::get(self.store.conn(), SYNC_HISTORY).ok()?.unwrap_or_default();
        if problem.is_none() {
            memo.last_success = Some(self.env.now());
        }
        memo.last_problem = problem;
        (memo.up, memo.down) = (run.progress.bytes_up, run.progress.bytes_down);
        self.write_relaxed(|tx| Ok(meta::set(tx, SYNC_HISTORY, &memo)?)).ok()
    }
}

impl Core {
    pub(super) fn finish_run(&mut self, failure: Option<&SyncFailure>) {
        if self.session.run.is_none() {
            return;
        }
        let held_back = self.held_back_ms().is_some();
        let Some(mut sync_ctx) = self.sync_ctx() else { return };
        // On a full disk the note of how it went cannot be kept; the run itself is over all the same.
        let _ = sync_ctx.end_run(failure, held_back);
        // Housekeeping: what fails is tried again after the next sync.
        let _ = self.release_if_needed();
        self.drop_sealed_bundle(failure);
        let receipt = match self.sync_view() {
            Ok(view) => Reply::Sync(Box::new(view)),
            Err(refusal) => Reply::Refused(refusal),
        };
        self.answer(Job::Sync, receipt);
    }

    /// After a run that sent everything, a file that was sealed for an earlier loss of access has done its work.
    fn drop_sealed_bundle(&mut self, failure: Option<&SyncFailure>) {
        let Ok(store) = self.store() else { return };
        let waiting = outbox::waiting(store.conn()).map_or(1, |(n, _)| n);
        let photos = photo::backlog(store.conn()).map_or(1, |d| d.photos);
        if failure.is_none() && waiting == 0 && photos == 0 {
            self.remove_sealed_bundle();
        }
    }

    /// Writes down that access ended, so that it holds after a restart, and seals what is unsent.
    pub(super) fn note_if_revoked(&mut self, failure: &SyncFailure) -> bool {
        let SyncFailure::Server(error) = failure else { return false };
        let Some(mut sync_ctx) = self.sync_ctx().filter(|_| error.is_revoked()) else { return false };
        sync_ctx.session.pace.stop();
        let noted = sync_ctx.write(|tx| Ok(meta::set(tx, meta::key::REVOKED, &true)?)).is_ok();
        // On a full disk the next unlocking tries again; until then the store holds it as before.
        let _ = self.seal_unsent();
        noted
    }
}
