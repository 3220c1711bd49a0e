//! What a step works on: the open store, the environment and the session. It lies under all steps.

use super::{clock::SentAt, failure::SyncFailure, in_flight::InFlight, job::Job, run::Run, session::Session};
use crate::{
    Core, Env, Refusal, Reply,
    store::{Store, StoreError, Tx, meta},
};
use shared::{ids::DeviceId, wire::Token};

pub(super) struct SyncCtx<'a> {
    pub store: &'a mut Store,
    pub env: &'a mut dyn Env,
    pub session: &'a mut Session,
}

impl SyncCtx<'_> {
    /// # Errors
    /// When the device is not enrolled or the store cannot be read.
    pub fn token(&self) -> Result<Token, SyncFailure> {
        let enrolment = meta::enrolment(self.store.conn())?.ok_or(Refusal::NotEnrolled)?;
        Ok(enrolment.token)
    }

    /// # Errors
    /// When the store cannot be read or holds no device id.
    pub fn device(&self) -> Result<DeviceId, SyncFailure> {
        let device = meta::get(self.store.conn(), meta::key::DEVICE)?;
        Ok(device.ok_or(StoreError::Unreadable("the store has no device id"))?)
    }

    /// Runs `work` in one durable transaction; an error leaves the store as it was.
    ///
    /// # Errors
    /// Those of `work`, and of the store when it begins or commits.
    pub fn write<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, SyncFailure>) -> Result<T, SyncFailure> {
        commit(self.store.begin(self.env)?, work)
    }

    /// As [`SyncCtx::write`], but a power cut may undo it. Only for what the server repeats when asked again: the power
    /// cut then has the effect of a lost reply.
    ///
    /// # Errors
    /// As [`SyncCtx::write`].
    pub fn write_relaxed<T>(
        &mut self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, SyncFailure>,
    ) -> Result<T, SyncFailure> {
        commit(self.store.begin_relaxed(self.env)?, work)
    }

    /// The current run.
    ///
    /// # Errors
    /// When no run is active: the reply to a step may arrive after its run has ended.
    pub fn run(&mut self) -> Result<&mut Run, SyncFailure> {
        self.session.run.as_mut().ok_or(SyncFailure::Store(StoreError::Unreadable("no sync is running")))
    }
}

fn commit<T>(mut tx: Tx<'_>, work: impl FnOnce(&mut Tx<'_>) -> Result<T, SyncFailure>) -> Result<T, SyncFailure> {
    let done = work(&mut tx)?;
    tx.commit()?;
    Ok(done)
}

impl Core {
    /// The context of a step; `None` while the store is locked, which also ends every job.
    pub(super) fn sync_ctx(&mut self) -> Option<SyncCtx<'_>> {
        match self.store.as_mut() {
            Some(store) => Some(SyncCtx { store, env: &mut *self.env, session: &mut self.session }),
            None => {
                self.session = Session::default();
                None
            }
        }
    }

    /// Records that a call goes out now.
    pub(super) fn start(&mut self, call: InFlight) {
        let sent = SentAt::now(&*self.env);
        self.session.in_flight.push_back((call, sent));
    }

    /// Keeps the result of a job until a driver takes it.
    pub(super) fn finish_job(&mut self, job: Job, result: Reply) {
        self.session.results[job as usize] = Some(result);
    }
}
