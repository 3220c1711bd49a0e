//! What runs, and what comes next. A run goes round until nothing is left:
//!
//! ```text
//!   anything saved? ── push ──┐         records before photos, and what is saved meanwhile goes
//!   news to fetch?  ── pull ──┤◄──┐     before the next chunk of a photo
//!   a scope differs? ─ repair ┤   │     then pull again, to see that it agrees
//!   others' files?  ── carry ─┤   │
//!   photos waiting? ── media ─┘───┘     and so it does when a person asks once more meanwhile
//! ```
//!
//! Everything that must survive a kill is in the store, written in the same transaction as what it belongs to; what is
//! here can be lost at any moment and the next run begins as if nothing had been.

use super::{
    Step, StepReply, ahead, carry, clock::Sent, enrol, media, pace::Pace, pull, push, repair, version::Version,
};
use crate::{
    Command, Core, Env, Receipt, Refusal,
    store::{Store, StoreError, Tx, meta, outbox, photo},
    views::{Phase, Progress, SyncProblem},
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
    /// The calls that are out, in the order of their replies; see [`super::ahead`].
    pub(super) flights: VecDeque<(Flight, Sent)>,
    pub(super) enrol: Option<enrol::Enrolling>,
    pub(super) report: Option<ReportRequest>,
    pub(super) run: Option<Run>,
    answers: [Option<Receipt>; 3],
    /// The job begun last, for drivers that do one thing at a time.
    begun: Option<Job>,
    pub(super) pace: Pace,
    /// Photos during which the connection broke: others go first next time, in case it was the photo.
    pub(super) put_off: BTreeSet<PhotoId>,
    /// Scopes that were repaired because they differed, and when (monotonic ms).
    pub(super) repaired: BTreeMap<Scope, u64>,
    /// Scopes that were fetched anew because they differed, and when (monotonic ms).
    pub(super) repulled: BTreeMap<Scope, u64>,
    /// Digests found right, so that a sync without news counts nothing again.
    pub(super) verified: pull::Verified,
    pub(super) version: Version,
    /// The last push was answered quickly enough for others to go ahead.
    pub(super) quick: bool,
    /// Pushes of at most so many operations, and always some ahead: for simulations.
    pub(super) hurried: Option<usize>,
    /// The last operation whose outcome was asked after in a pull.
    pub(super) asked: u64,
}

/// The step that is out.
#[derive(Debug)]
pub(super) enum Flight {
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
    pub detours: u32,
    /// The first thing that went wrong without ending the run.
    pub problem: Option<SyncProblem>,
    /// The longest wait a server asked for without that ending the run, in seconds.
    pub wait_s: Option<u32>,
    pub progress: Progress,
}

impl Run {
    /// Keeps what went wrong, and how long to wait for that, while the rest goes on.
    pub fn note(&mut self, trouble: &Trouble) {
        self.problem.get_or_insert(trouble.problem());
        self.wait_s = self.wait_s.max(trouble.wait_s());
    }
}

/// What ends a run early.
#[derive(Debug)]
pub(super) enum Trouble {
    Store(StoreError),
    Server(SyncError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
impl From<SyncError> for Trouble {
    fn from(error: SyncError) -> Self {
        Self::Server(error)
    }
}
impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::StorageFull => Self::Store(StoreError::Full),
            _ => Self::Store(StoreError::Unreadable("what the sync needs")),
        }
    }
}

impl Trouble {
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

    fn refusal(&self) -> Refusal {
        match self {
            Self::Store(StoreError::Full) => Refusal::StorageFull,
            Self::Store(error) => Refusal::Store { detail: error.to_string() },
            Self::Server(error) => super::report::refusal(error),
        }
    }

    fn wait_s(&self) -> Option<u32> {
        match self {
            Self::Server(SyncError::Refused(error)) => error.retry_after,
            _ => None,
        }
    }
}

/// What is remembered of past runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Memo {
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

/// Key of [`Memo`].
pub(super) const MEMO: &str = "sync";

/// An open store with the world around it: what a step works on.
pub(super) struct Desk<'a> {
    pub store: &'a mut Store,
    pub env: &'a mut dyn Env,
    pub session: &'a mut Session,
}

impl Desk<'_> {
    pub fn token(&self) -> Result<Token, Trouble> {
        let enrolment = meta::enrolment(self.store.conn())?.ok_or(Refusal::NotEnrolled)?;
        Ok(enrolment.token)
    }

    pub fn device(&self) -> Result<DeviceId, Trouble> {
        let device = meta::get(self.store.conn(), meta::key::DEVICE)?;
        Ok(device.ok_or(StoreError::Unreadable("the store has no device id"))?)
    }

    /// Does `work` in one transaction; on an error nothing of it was.
    pub fn write<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let mut tx = self.store.begin(self.env)?;
        let done = work(&mut tx)?;
        tx.commit()?;
        Ok(done)
    }

    /// The run that is under way; a reply to one of its steps may come after it was ended.
    pub fn run(&mut self) -> Result<&mut Run, Trouble> {
        self.session.run.as_mut().ok_or(Trouble::Store(StoreError::Unreadable("no sync is running")))
    }

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
        self.write(|tx| Ok(meta::set(tx, MEMO, &memo)?)).ok()
    }
}

impl Core {
    /// Begins a network command. `Some` is the final answer (a refusal); with `None` the driver goes on with
    /// [`Core::next_step`] until there is none, and takes the receipt.
    pub fn begin(&mut self, command: &Command) -> Option<Receipt> {
        let Some(job) = Job::of(command) else { return Some(Receipt::Refused(Refusal::NotNow)) };
        if let Err(refusal) = self.look_at_the_clocks() {
            return Some(Receipt::Refused(refusal));
        }
        if let Err(refusal) = self.may_begin(job) {
            return Some(Receipt::Refused(refusal));
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
            Err(refusal) => Some(Receipt::Refused(refusal)),
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

    /// The next call to make; `None` when all that was begun has ended. Steps whose replies were never applied count as
    /// lost.
    pub fn next_step(&mut self) -> Option<Step> {
        self.desk()?.session.flights.clear();
        let ended = match self.find_next() {
            Ok(Some((step, flight))) => {
                self.send_off(flight);
                return Some(step);
            }
            Ok(None) => None,
            Err(trouble) => {
                // Without a token or a readable store nothing that was asked for can go on.
                if self.session.report.take().is_some() {
                    self.answer(Job::Report, Receipt::Refused(trouble.refusal()));
                }
                Some(trouble)
            }
        };
        self.finish_run(ended.as_ref());
        None
    }

    /// What a person waits for first, then the run's own order.
    fn find_next(&mut self) -> Result<Option<(Step, Flight)>, Trouble> {
        let Some(desk) = self.desk() else { return Ok(None) };
        if let Some(enrolling) = &desk.session.enrol {
            return Ok(Some((Step::Enrol { request: enrolling.request.clone() }, Flight::Enrol)));
        }
        if let Some(request) = desk.session.report.clone() {
            return Ok(Some((Step::Report { token: desk.token()?, request }, Flight::Report)));
        }
        if desk.session.run.is_none() {
            return Ok(None);
        }
        if let Some((step, batch)) = self.next_push()? {
            return Ok(Some((step, Flight::Push(batch))));
        }
        let Some(mut desk) = self.desk() else { return Ok(None) };
        let run = desk.run()?;
        if run.pull == pull::Stage::Done && std::mem::take(&mut run.pull_again) {
            run.pull = pull::Stage::Due;
        }
        if let Some((step, cursors)) = pull::next(&mut desk)? {
            return Ok(Some((step, Flight::Pull(cursors))));
        }
        if let Some((step, asked)) = repair::next(&mut desk)? {
            return Ok(Some((step, Flight::Repair(asked))));
        }
        if let Some((step, id)) = carry::next(&mut desk)? {
            return Ok(Some((step, Flight::Carry(id))));
        }
        // Looked at before every chunk: a phone that leaves the Wi-Fi stops in the middle of a photo and goes on there.
        if self.photos_held_now() {
            return Ok(None);
        }
        let Some(mut desk) = self.desk() else { return Ok(None) };
        Ok(media::next(&mut desk)?.map(|(step, call)| (step, Flight::Media(call))))
    }

    /// Takes a reply in: one transaction. A reply that nothing waits for is passed over.
    pub fn apply(&mut self, reply: StepReply) -> Applied {
        let was_silent = self.phase().is_ok_and(|phase| phase == Phase::Silent);
        let (contact, pulled) = (reply.is_contact(), matches!(reply, StepReply::Pull(_)));
        let mut applied = self.take_in(reply);
        if contact {
            self.heard_of_the_server();
            applied.status |= was_silent;
        }
        if pulled && applied.changed {
            self.read_the_limit();
        }
        applied
    }

    fn take_in(&mut self, reply: StepReply) -> Applied {
        let Some(mut desk) = self.desk() else { return Applied::default() };
        let Some((flight, sent)) = desk.session.flights.pop_front() else { return Applied::default() };
        if matches!(flight, Flight::Void) {
            return Applied::default();
        }
        let now = desk.env.monotonic_ms();
        if reply.error().is_some_and(|error| desk.session.falls_back(error, now)) {
            desk.session.call_back();
            return Applied::default();
        }
        let outcome = match (flight, reply) {
            (Flight::Enrol, StepReply::Enrol(answer)) => return self.apply_enrol(answer, sent),
            (Flight::Report, StepReply::Report(answer)) => return self.apply_report(answer),
            (Flight::Push(batch), StepReply::Push(answer)) => {
                desk.session.quick = ahead::is_quick(sent, desk.env);
                push::apply(&mut desk, batch, answer, sent)
            }
            (Flight::Pull(asked), StepReply::Pull(answer)) => pull::apply(&mut desk, &asked, answer, sent),
            (Flight::Repair(asked), StepReply::Repair(answer)) => repair::apply(&mut desk, &asked, answer, sent),
            (Flight::Carry(id), StepReply::Bundle(answer)) => carry::apply(&mut desk, id, answer),
            (Flight::Media(call), StepReply::Media(answer)) => media::apply(&mut desk, call, answer),
            // A driver that mixes replies up loses them, and they are asked for again.
            _ => Ok(Applied::default()),
        };
        outcome.unwrap_or_else(|trouble| {
            self.session.call_back();
            let revoked = self.note_if_revoked(&trouble);
            self.finish_run(Some(&trouble));
            Applied { changed: true, status: revoked }
        })
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
        let Some(desk) = self.desk() else { return false };
        match job {
            Job::Enrol => desk.session.enrol.is_some(),
            Job::Sync => desk.session.run.is_some(),
            Job::Report => desk.session.report.is_some(),
        }
    }

    /// The receipt of the job begun last, once [`Core::next_step`] has nothing more for it.
    pub fn network_receipt(&mut self) -> Receipt {
        let begun = self.session.begun.take();
        begun.and_then(|job| self.take_answer(job)).unwrap_or(Receipt::Refused(Refusal::NotNow))
    }

    /// The receipt of a job that has ended; once.
    pub fn take_answer(&mut self, job: Job) -> Option<Receipt> {
        if self.is_running(job) {
            return None;
        }
        self.session.answers[job as usize].take()
    }

    /// Where the next step goes.
    pub fn server(&mut self) -> Option<String> {
        let desk = self.desk()?;
        match &desk.session.enrol {
            Some(enrolling) => Some(enrolling.server.clone()),
            None => Some(meta::enrolment(desk.store.conn()).ok()??.server),
        }
    }

    /// What a step works on; while locked there is nothing to work on, and what ran has ended.
    pub(super) fn desk(&mut self) -> Option<Desk<'_>> {
        match self.store.as_mut() {
            Some(store) => Some(Desk { store, env: &mut *self.env, session: &mut self.session }),
            None => {
                self.session = Session::default();
                None
            }
        }
    }

    pub(super) fn answer(&mut self, job: Job, receipt: Receipt) {
        self.session.answers[job as usize] = Some(receipt);
    }

    fn begin_run(&mut self, by_user: bool, photos_now: bool) {
        let held = self.photos_held() && !photos_now;
        let Some(desk) = self.desk() else { return };
        desk.session.version.begin(desk.env.monotonic_ms());
        let photos_total = if held { 0 } else { photo::debt(desk.store.conn()).map_or(0, |d| d.photos) };
        // One that runs already now also sends what it held back.
        if let Some(run) = &mut desk.session.run {
            run.by_user |= by_user;
            run.at_once |= by_user;
            run.pull_again |= by_user && run.pull != pull::Stage::Due;
            run.photos_now |= photos_now;
            run.progress.photos_total = run.progress.photos_total.max(run.progress.photos_done + photos_total);
            return;
        }
        let ops_total = outbox::waiting(desk.store.conn()).map_or(0, |(n, _)| n);
        let progress = Progress { ops_total, photos_total, ..Progress::default() };
        desk.session.run = Some(Run { by_user, at_once: by_user, photos_now, progress, ..Run::default() });
    }

    fn finish_run(&mut self, trouble: Option<&Trouble>) {
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

    fn may_begin(&mut self, job: Job) -> Result<(), Refusal> {
        match (self.phase()?, job) {
            (Phase::New | Phase::Locked, _) => Err(Refusal::Locked),
            (_, Job::Enrol) => Ok(()),
            (Phase::Unenrolled, _) => Err(Refusal::NotEnrolled),
            (Phase::Revoked, _) => Err(Refusal::Revoked),
            (Phase::Silent, Job::Report) => Err(Refusal::Silent),
            (Phase::Ready | Phase::Silent, _) => Ok(()),
        }
    }
}
