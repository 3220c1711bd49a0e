//! How a run ends: what is remembered of it, when to try again, and what goes with it.

use super::session::{Desk, Job, MEMO, Memo, Trouble};
use crate::{
    Core, Receipt,
    store::{meta, outbox, photo},
    views::SyncProblem,
};

impl Desk<'_> {
    /// Ends the run: remembers how it went and when to try again. What was applied so far stays.
    fn end_run(&mut self, trouble: Option<&Trouble>, held_back: bool) -> Option<()> {
        let run = self.session.run.take()?;
        let now = self.env.monotonic_ms();
        let problem = trouble.map(Trouble::problem).or(run.problem);
        let mut random = [0; 2];
        self.env.random(&mut random);
        let random = u16::from_le_bytes(random);
        match (&problem, trouble) {
            (Some(SyncProblem::Revoked), _) => self.session.pace.stop(),
            (None, _) => self.session.pace.succeeded(now, random),
            (Some(_), trouble) => {
                let wait = trouble.and_then(Trouble::wait_s).max(run.wait_s);
                self.session.pace.failed(now, wait, random);
            }
        }
        // What was saved moments ago and held back is due as soon as it may go.
        if problem.is_none() && held_back {
            self.session.pace.saved(now);
        }
        let mut memo: Memo = meta::get(self.store.conn(), MEMO).ok()?.unwrap_or_default();
        if problem.is_none() {
            memo.last_success = Some(self.env.now());
        }
        memo.last_problem = problem;
        (memo.up, memo.down) = (run.progress.bytes_up, run.progress.bytes_down);
        self.write_told(|tx| Ok(meta::set(tx, MEMO, &memo)?)).ok()
    }
}

impl Core {
    pub(super) fn finish_run(&mut self, trouble: Option<&Trouble>) {
        if self.session.run.is_none() {
            return;
        }
        let held_back = self.held_back_ms().is_some();
        let Some(mut desk) = self.desk() else { return };
        // On a full disk the note of how it went cannot be kept; the run itself is over all the same.
        let _ = desk.end_run(trouble, held_back);
        // Housekeeping: what fails is tried again after the next sync.
        let _ = self.release_if_needed();
        self.let_go_of_what_was_sealed(trouble);
        let receipt = match self.sync_view() {
            Ok(view) => Receipt::Sync(Box::new(view)),
            Err(refusal) => Receipt::Refused(refusal),
        };
        self.answer(Job::Sync, receipt);
    }

    /// After a run that sent everything, a file that was sealed for an earlier loss of access has done its work.
    fn let_go_of_what_was_sealed(&mut self, trouble: Option<&Trouble>) {
        let Ok(store) = self.store() else { return };
        let waiting = outbox::waiting(store.conn()).map_or(1, |(n, _)| n);
        let photos = photo::debt(store.conn()).map_or(1, |d| d.photos);
        if trouble.is_none() && waiting == 0 && photos == 0 {
            self.drop_sealed();
        }
    }

    /// Writes down that access ended, so that it holds after a restart, and seals what is unsent.
    pub(super) fn note_if_revoked(&mut self, trouble: &Trouble) -> bool {
        let Trouble::Server(error) = trouble else { return false };
        let Some(mut desk) = self.desk().filter(|_| error.is_revoked()) else { return false };
        desk.session.pace.stop();
        let noted = desk.write(|tx| Ok(meta::set(tx, meta::key::REVOKED, &true)?)).is_ok();
        // On a full disk the next unlocking tries again; until then the store holds it as before.
        let _ = self.seal_unsent();
        noted
    }
}
