//! The server's store in the simulator: one store behind a handle that several server processes share. It injects
//! store faults and records evaluated operations.

use super::{mutants::Bug, older_server::Translation, store_fault::StoreFault, txn::SimTxn};
use shared::OpId;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};
use sync_server::store::{Job, SqliteStore, Store, StoreError, Stored, Txn};

#[derive(Default)]
pub struct StoreHooks {
    pub fault: Option<StoreFault>,
    /// The fault was injected.
    pub injected: bool,
    /// Each evaluation of an operation that was committed.
    pub evaluated: Vec<OpId>,
    /// Set while a process of an older build writes.
    pub older: Option<Arc<Translation>>,
}

struct Inner {
    sqlite: RwLock<Arc<SqliteStore>>,
    bug: Option<Bug>,
    hooks: Mutex<StoreHooks>,
}

/// Clones share the store, as processes do.
#[derive(Clone)]
pub struct SimStore {
    inner: Arc<Inner>,
}

impl SimStore {
    pub fn new(sqlite: SqliteStore, bug: Option<Bug>) -> Self {
        let (sqlite, hooks) = (RwLock::new(Arc::new(sqlite)), Mutex::default());
        Self { inner: Arc::new(Inner { sqlite, bug, hooks }) }
    }

    fn sqlite(&self) -> Arc<SqliteStore> {
        self.inner.sqlite.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the store, as a restore does.
    pub fn replace(&self, sqlite: SqliteStore) {
        *self.inner.sqlite.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(sqlite);
    }

    pub fn hooks(&self) -> MutexGuard<'_, StoreHooks> {
        self.inner.hooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a wrapped job has no result.
enum Stopped<J: Job> {
    Job(J::Err),
    Store(StoreError),
    /// The planted bug: acknowledged and rolled back.
    AcknowledgedAndUndone(J::Out),
}

impl<J: Job> From<StoreError> for Stopped<J> {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

struct Wrapped<J> {
    job: J,
    bug: Option<Bug>,
    fault: Option<StoreFault>,
    older: Option<Arc<Translation>>,
}

impl<J: Job> Job for Wrapped<J> {
    type Out = (J::Out, Vec<OpId>);
    type Err = Stopped<J>;

    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, Stopped<J>> {
        let mut txn = SimTxn::new(txn, self.bug, self.fault, self.older);
        let done = match self.job.run(&mut txn).await {
            Ok(done) => done,
            Err(error) => return Err(Stopped::Job(error)),
        };
        let evaluated = txn.evaluated();
        match self.fault {
            Some(StoreFault::CrashBefore) if self.bug == Some(Bug::AcknowledgedBeforeDurable) => {
                Err(Stopped::AcknowledgedAndUndone(done))
            }
            Some(StoreFault::CrashBefore) => Err(Stopped::Store(StoreError::Closed)),
            _ => Ok((done, evaluated)),
        }
    }
}

impl Store for SimStore {
    async fn write<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        let fault = self.hooks().fault.take();
        self.hooks().injected |= fault.is_some();
        let older = self.hooks().older.clone();
        let wrapped = Wrapped { job, bug: self.inner.bug, fault, older };
        let result = self.sqlite().write(wrapped).await;
        match result {
            Ok((done, evaluated)) => {
                self.hooks().evaluated.extend(evaluated);
                match fault {
                    Some(StoreFault::CrashAfter) => Err(StoreError::Closed.into()),
                    _ => Ok(done),
                }
            }
            Err(Stopped::Job(error)) => Err(error),
            Err(Stopped::Store(error)) => Err(error.into()),
            Err(Stopped::AcknowledgedAndUndone(done)) => Ok(done),
        }
    }

    async fn read<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        let wrapped = Wrapped { job, bug: self.inner.bug, fault: None, older: None };
        let result = self.sqlite().read(wrapped).await;
        match result {
            Ok((done, _)) => Ok(done),
            Err(Stopped::Job(error)) => Err(error),
            Err(Stopped::Store(error)) => Err(error.into()),
            Err(Stopped::AcknowledgedAndUndone(done)) => Ok(done),
        }
    }

    async fn backup(&self, path: PathBuf) -> Stored<()> {
        self.sqlite().backup(path).await
    }
}
