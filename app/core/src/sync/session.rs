//! The part of a core that syncs: what runs, what is out, what is remembered. [`super::begin`] begins it, [`super::next`] decides
//! what comes next, [`super::end`] ends it.
//!
//! Everything that must survive a kill is in the store, written in the same transaction as what it belongs to; what is
//! here can be lost at any moment and the next run begins as if nothing had been.

use super::{clock::Sent, enrol, media, pace::Pace, pull, push, repair, version::Version};
use crate::{
    Command, Core, Env, Refusal, Reply,
    store::{Store, StoreError, Tx, meta},
    views::{Progress, SyncProblem},
};
use serde::{Deserialize, Serialize};
use shared::{
    Moment, PhotoId,
    ids::DeviceId,
    wire::{ErrorCode, ReportRequest, Scope, SyncError, Token},
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The three things that need the network. At most one of each kind runs at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    Enrol,
    Sync,
    Report,
}

impl Job {
    /// The job behind a command; `None` for all that [`Core::handle`] carries out alone.
    pub fn of(command: &Command) -> Option<Self> {
        match command {
            Command::Enrol { .. } => Some(Self::Enrol),
            Command::SyncNow | Command::SendPhotosNow => Some(Self::Sync),
            Command::Report(_) => Some(Self::Report),
            _ => None,
        }
    }
}

/// What a reply changed, for those who show it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Records or outcomes.
    pub changed: bool,
    /// The phase: enrolled, revoked.
    pub status: bool,
}

/// The part of a core that syncs. Lives as long as the core; cleared when the store is locked.
#[derive(Debug, Default)]
pub struct Session {
    /// The calls that are out, in the order of their replies; see [`super::pipeline`].
    pub(super) in_flight: VecDeque<(InFlight, Sent)>,
    pub(super) enrol: Option<enrol::Enrolling>,
    pub(super) report: Option<ReportRequest>,
    pub(super) run: Option<Run>,
    pub(super) answers: [Option<Reply>; 3],
    /// The job begun last, for drivers that do one thing at a time.
    pub(super) begun: Option<Job>,
    pub(super) pace: Pace,
    /// Photos during which the connection broke: others go first next time, in case it was the photo.
    pub(super) deferred: BTreeSet<PhotoId>,
    /// Scopes that were repaired because they differed, and when (monotonic ms).
    pub(super) repaired: BTreeMap<Scope, u64>,
    /// Scopes that were fetched anew because they differed, and when (monotonic ms).
    pub(super) repulled: BTreeMap<Scope, u64>,
    /// Digests found right, so that a sync without news counts nothing again.
    pub(super) verified: pull::Verified,
    pub(super) version: Version,
    /// The last push was answered quickly enough for others to go ahead.
    pub(super) fast_link: bool,
    /// Pushes of at most so many operations, and always some ahead: for simulations.
    pub(super) forced_batch: Option<usize>,
    /// The last operation whose outcome was asked after in a pull.
    pub(super) asked: u64,
}

/// The step that is out.
#[derive(Debug)]
pub(super) enum InFlight {
    Enrol,
    Push(push::Batch),
    /// The cursors it was asked with.
    Pull(pull::Cursors),
    Repair(repair::Asked),
    /// A colleague's file, by its id.
    Carry(i64),
    Media(media::Call),
    Report,
    /// Went ahead of a reply that was another than expected: whatever comes back is passed over.
    Void,
}

/// One sync, from its first push to its last photo.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// Asked for by a person: photos given up are tried again.
    pub by_user: bool,
    /// What was saved before a person asked goes at once; what is saved from then on can be taken back again.
    pub at_once: bool,
    pub pull: pull::Stage,
    /// A person asked once more since the pull began: there may be news that it did not see.
    pub pull_again: bool,
    pub repair: repair::Repairs,
    /// Somebody said that photos go now, metered or not.
    pub photos_now: bool,
    pub push_blocked: bool,
    pub photos_blocked: bool,
    pub photo: Option<media::Current>,
    pub skipped: BTreeSet<PhotoId>,
    /// Colleagues' files that had their turn in this run.
    pub carried: BTreeSet<i64>,
    /// The pull under way tells what this device signs with.
    pub tells_key: bool,
    /// Times the server sent the push elsewhere without taking anything.
    pub redirects: u32,
    /// The first thing that went wrong without ending the run.
    pub problem: Option<SyncProblem>,
    /// The longest wait a server asked for without that ending the run, in seconds.
    pub wait_s: Option<u32>,
    pub progress: Progress,
}

impl Run {
    /// Keeps what went wrong, and how long to wait for that, while the rest goes on.
    pub fn note(&mut self, failure: &SyncFailure) {
        self.problem.get_or_insert(failure.problem());
        self.wait_s = self.wait_s.max(failure.wait_s());
    }
}

/// What ends a run early.
#[derive(Debug)]
pub(super) enum SyncFailure {
    Store(StoreError),
    Server(SyncError),
}

impl From<StoreError> for SyncFailure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
impl From<SyncError> for SyncFailure {
    fn from(error: SyncError) -> Self {
        Self::Server(error)
    }
}
impl From<Refusal> for SyncFailure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::StorageFull => Self::Store(StoreError::Full),
            _ => Self::Store(StoreError::Unreadable("what the sync needs")),
        }
    }
}

impl SyncFailure {
    pub fn problem(&self) -> SyncProblem {
        match self {
            Self::Store(StoreError::Full) => SyncProblem::StorageFull,
            Self::Store(_) => SyncProblem::Refused(ErrorCode::Internal),
            Self::Server(error) if error.is_revoked() => SyncProblem::Revoked,
            Self::Server(SyncError::Offline(_)) => SyncProblem::Offline,
            Self::Server(SyncError::BadReply(_)) => SyncProblem::BadReply,
            Self::Server(SyncError::Refused(error)) => SyncProblem::Refused(error.code.clone()),
        }
    }

    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Store(StoreError::Full) => Refusal::StorageFull,
            Self::Store(error) => Refusal::Store { detail: error.to_string() },
            Self::Server(error) => super::report::refusal(error),
        }
    }

    pub fn wait_s(&self) -> Option<u32> {
        match self {
            Self::Server(SyncError::Refused(error)) => error.retry_after,
            _ => None,
        }
    }
}

/// What is remembered of past runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct SyncHistory {
    #[serde(default)]
    pub last_success: Option<Moment>,
    #[serde(default)]
    pub last_problem: Option<SyncProblem>,
    #[serde(default)]
    pub up: u64,
    #[serde(default)]
    pub down: u64,
    /// How often a scope turned out to hold something else than on the server, and was fetched anew.
    #[serde(default)]
    pub mismatches: u32,
}

/// Key of [`SyncHistory`].
pub(super) const SYNC_HISTORY: &str = "sync";

/// An open store with the world around it: what a step works on.
pub(super) struct SyncCtx<'a> {
    pub store: &'a mut Store,
    pub env: &'a mut dyn Env,
    pub session: &'a mut Session,
}

impl SyncCtx<'_> {
    pub fn token(&self) -> Result<Token, SyncFailure> {
        let enrolment = meta::enrolment(self.store.conn())?.ok_or(Refusal::NotEnrolled)?;
        Ok(enrolment.token)
    }

    pub fn device(&self) -> Result<DeviceId, SyncFailure> {
        let device = meta::get(self.store.conn(), meta::key::DEVICE)?;
        Ok(device.ok_or(StoreError::Unreadable("the store has no device id"))?)
    }

    /// Does `work` in one transaction; on an error nothing of it was.
    pub fn write<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, SyncFailure>) -> Result<T, SyncFailure> {
        in_one(self.store.begin(self.env)?, work)
    }

    /// As [`SyncCtx::write`], for what the server says again when it is asked again: lost with the power, it is a lost reply.
    pub fn write_relaxed<T>(
        &mut self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, SyncFailure>,
    ) -> Result<T, SyncFailure> {
        in_one(self.store.begin_relaxed(self.env)?, work)
    }

    /// The run that is under way; a reply to one of its steps may come after it was ended.
    pub fn run(&mut self) -> Result<&mut Run, SyncFailure> {
        self.session.run.as_mut().ok_or(SyncFailure::Store(StoreError::Unreadable("no sync is running")))
    }
}

fn in_one<T>(mut tx: Tx<'_>, work: impl FnOnce(&mut Tx<'_>) -> Result<T, SyncFailure>) -> Result<T, SyncFailure> {
    let done = work(&mut tx)?;
    tx.commit()?;
    Ok(done)
}

impl Core {
    /// What a step works on; while locked there is nothing to work on, and what ran has ended.
    pub(super) fn sync_ctx(&mut self) -> Option<SyncCtx<'_>> {
        match self.store.as_mut() {
            Some(store) => Some(SyncCtx { store, env: &mut *self.env, session: &mut self.session }),
            None => {
                self.session = Session::default();
                None
            }
        }
    }

    pub(super) fn answer(&mut self, job: Job, receipt: Reply) {
        self.session.answers[job as usize] = Some(receipt);
    }

    /// Bytes over the wire since the last reply, as the driver counted them.
    pub fn count_traffic(&mut self, up: u64, down: u64) {
        if let Some(run) = &mut self.session.run {
            run.progress.bytes_up += up;
            run.progress.bytes_down += down;
        }
    }

    /// How far a running sync has come.
    pub fn progress(&mut self) -> Option<Progress> {
        self.session.run.as_ref().map(|run| run.progress)
    }

    pub fn is_running(&mut self, job: Job) -> bool {
        let Some(sync_ctx) = self.sync_ctx() else { return false };
        match job {
            Job::Enrol => sync_ctx.session.enrol.is_some(),
            Job::Sync => sync_ctx.session.run.is_some(),
            Job::Report => sync_ctx.session.report.is_some(),
        }
    }

    /// The receipt of the job begun last, once [`Core::next_step`] has nothing more for it.
    pub fn network_reply(&mut self) -> Reply {
        let begun = self.session.begun.take();
        begun.and_then(|job| self.take_reply(job)).unwrap_or(Reply::Refused(Refusal::NotNow))
    }

    /// The receipt of a job that has ended; once.
    pub fn take_reply(&mut self, job: Job) -> Option<Reply> {
        if self.is_running(job) {
            return None;
        }
        self.session.answers[job as usize].take()
    }

    /// Where the next step goes.
    pub fn server(&mut self) -> Option<String> {
        let sync_ctx = self.sync_ctx()?;
        match &sync_ctx.session.enrol {
            Some(enrolling) => Some(enrolling.server.clone()),
            None => Some(meta::enrolment(sync_ctx.store.conn()).ok()??.server),
        }
    }
}
