//! Begins jobs: one that the user asked for, or a sync that is due by itself.

use super::{
    job::Job,
    run::{PullStage, Run},
};
use crate::{
    Command, Core, Refusal, Reply,
    store::{outbox, photo},
    views::{Phase, Progress},
};

impl Core {
    /// Begins a network command. `Some` is its final answer, a refusal. After `None` the driver calls
    /// [`Core::next_step`] until there is no step left, and then takes the result.
    pub fn begin(&mut self, command: &Command) -> Option<Reply> {
        match self.try_begin(command) {
            Ok(job) => {
                self.session.last_begun = Some(job);
                self.session.results[job as usize] = None;
                None
            }
            Err(refusal) => Some(Reply::Refused(refusal)),
        }
    }

    fn try_begin(&mut self, command: &Command) -> Result<Job, Refusal> {
        let job = Job::of(command).ok_or(Refusal::NotNow)?;
        self.tick()?;
        self.may_begin(job)?;
        match command {
            Command::Enrol { server, code } => self.begin_enrol(server, code)?,
            Command::Report(request) => self.session.report = Some(request.clone()),
            _ => self.begin_run(true, matches!(command, Command::SendPhotosNow)),
        }
        Ok(job)
    }

    /// Begins an automatic sync. Does nothing where a sync cannot run.
    pub fn begin_by_itself(&mut self) {
        if self.may_begin(Job::Sync).is_ok() {
            self.begin_run(false, false);
        }
    }

    /// Milliseconds until an automatic sync is due; `None` while one runs or none can.
    pub fn due_in_ms(&mut self) -> Option<u64> {
        if self.is_running(Job::Sync) || self.may_begin(Job::Sync).is_err() {
            return None;
        }
        let now = self.env.monotonic_ms();
        // Nothing is scheduled right after the store was opened: a sync is due at once.
        Some(self.session.schedule.due().map_or(0, |due| due.saturating_sub(now)))
    }

    /// Whether photos wait for an unmetered connection, unless the user asked the current run to send them now.
    pub(crate) fn photos_held_now(&self) -> bool {
        !self.session.run.as_ref().is_some_and(|run| run.photos_now) && self.photos_held()
    }

    /// Makes a sync due at once, because something may be sent that could not be before.
    pub(crate) fn sync_soon(&mut self) {
        let now = self.env.monotonic_ms();
        // Without a schedule the store was just opened, and a sync is due anyway.
        if self.session.schedule.due().is_some() {
            self.session.schedule.at_once(now);
        }
    }

    /// A save brings the next automatic sync forward.
    pub fn saved(&mut self) {
        let now = self.env.monotonic_ms();
        self.session.schedule.after_save(now);
    }

    fn begin_run(&mut self, by_user: bool, photos_now: bool) {
        let held = self.photos_held() && !photos_now;
        let Some(ctx) = self.sync_ctx() else { return };
        ctx.session.version.begin(ctx.env.monotonic_ms());
        let photos_total = if held { 0 } else { photo::backlog(ctx.store.conn()).map_or(0, |d| d.photos) };
        // A run in progress takes over the user's wishes.
        if let Some(run) = &mut ctx.session.run {
            run.by_user |= by_user;
            run.at_once |= by_user;
            run.pull_again |= by_user && run.pull != PullStage::Due;
            run.photos_now |= photos_now;
            run.progress.photos_total = run.progress.photos_total.max(run.progress.photos_done + photos_total);
            return;
        }
        // The link may be another one than in the last run.
        ctx.session.fast_link = false;
        let ops_total = outbox::waiting(ctx.store.conn()).map_or(0, |(n, _)| n);
        let progress = Progress { ops_total, photos_total, ..Progress::default() };
        ctx.session.run = Some(Run { by_user, at_once: by_user, photos_now, progress, ..Run::default() });
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
