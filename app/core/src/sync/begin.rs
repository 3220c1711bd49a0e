//! What begins: a job that somebody asked for, a sync that is due by itself, and when that is.

use super::{
    pull,
    session::{Job, Run},
};
use crate::{
    Command, Core, Refusal, Reply,
    store::{outbox, photo},
    views::{Phase, Progress},
};

impl Core {
    /// Begins a network command. `Some` is the final answer (a refusal); with `None` the driver goes on with
    /// [`Core::next_step`] until there is none, and takes the receipt.
    pub fn begin(&mut self, command: &Command) -> Option<Reply> {
        let Some(job) = Job::of(command) else { return Some(Reply::Refused(Refusal::NotNow)) };
        if let Err(refusal) = self.tick() {
            return Some(Reply::Refused(refusal));
        }
        if let Err(refusal) = self.may_begin(job) {
            return Some(Reply::Refused(refusal));
        }
        let begun = match command {
            Command::Enrol { server, code } => self.begin_enrol(server, code),
            Command::Report(request) => {
                self.session.report = Some(request.clone());
                Ok(())
            }
            _ => {
                self.begin_run(true, matches!(command, Command::SendPhotosNow));
                Ok(())
            }
        };
        match begun {
            Ok(()) => {
                let session = &mut self.session;
                session.begun = Some(job);
                session.answers[job as usize] = None;
                None
            }
            Err(refusal) => Some(Reply::Refused(refusal)),
        }
    }

    /// Begins a sync that nobody asked for, when it is due. Does nothing where it cannot run.
    pub fn begin_by_itself(&mut self) {
        if self.may_begin(Job::Sync).is_ok() {
            self.begin_run(false, false);
        }
    }

    /// Milliseconds until a sync is due by itself; `None` while one runs, or none can.
    pub fn due_in_ms(&mut self) -> Option<u64> {
        if self.is_running(Job::Sync) || self.may_begin(Job::Sync).is_err() {
            return None;
        }
        let now = self.env.monotonic_ms();
        // Nothing planned yet: the store was just opened.
        Some(self.session.pace.due().map_or(0, |due| due.saturating_sub(now)))
    }

    /// Whether photos wait: in the run that is under way, in which somebody may have said "now", or in the next one.
    pub(crate) fn photos_held_now(&self) -> bool {
        !self.session.run.as_ref().is_some_and(|run| run.photos_now) && self.photos_held()
    }

    /// There is something to send that could not go before.
    pub(crate) fn sync_soon(&mut self) {
        let now = self.env.monotonic_ms();
        // Before the store is opened nothing is planned, and opening plans the first one.
        if self.session.pace.due().is_some() {
            self.session.pace.now(now);
        }
    }

    /// Something was saved: a sync follows shortly.
    pub fn saved(&mut self) {
        let now = self.env.monotonic_ms();
        self.session.pace.saved(now);
    }

    fn begin_run(&mut self, by_user: bool, photos_now: bool) {
        let held = self.photos_held() && !photos_now;
        let Some(sync_ctx) = self.sync_ctx() else { return };
        sync_ctx.session.version.begin(sync_ctx.env.monotonic_ms());
        let photos_total = if held { 0 } else { photo::backlog(sync_ctx.store.conn()).map_or(0, |d| d.photos) };
        // One that runs already now also sends what it held back.
        if let Some(run) = &mut sync_ctx.session.run {
            run.by_user |= by_user;
            run.at_once |= by_user;
            run.pull_again |= by_user && run.pull != pull::Stage::Due;
            run.photos_now |= photos_now;
            run.progress.photos_total = run.progress.photos_total.max(run.progress.photos_done + photos_total);
            return;
        }
        // The link may be another one than last time.
        sync_ctx.session.fast_link = false;
        let ops_total = outbox::waiting(sync_ctx.store.conn()).map_or(0, |(n, _)| n);
        let progress = Progress { ops_total, photos_total, ..Progress::default() };
        sync_ctx.session.run = Some(Run { by_user, at_once: by_user, photos_now, progress, ..Run::default() });
    }

    fn may_begin(&mut self, job: Job) -> Result<(), Refusal> {
        match (self.phase()?, job) {
            (Phase::New | Phase::Locked, _) => Err(Refusal::Locked),
            (_, Job::Enrol) => Ok(()),
            (Phase::Unenrolled, _) => Err(Refusal::NotEnrolled),
            (Phase::Revoked, _) => Err(Refusal::Revoked),
            (Phase::InactivityLocked, Job::Report) => Err(Refusal::InactivityLocked),
            (Phase::Ready | Phase::InactivityLocked, _) => Ok(()),
        }
    }
}
