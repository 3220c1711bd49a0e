//! The server's store as the simulator sees it: one store behind a handle that several server processes share,
//! that crashes when told to, and that notes which operations were judged.

use super::{mutants::Bug, older::Translation, txn::SimTxn};
use shared::OpId;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};
use sync_server::store::{Job, SqliteStore, Store, StoreError, Stored, Txn};

/// What the next write meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFault {
    /// The process dies before the commit: nothing is written.
    CrashBefore,
    /// The process dies after the commit: all of it is written, nobody is told.
    CrashAfter,
    /// The disk is full from the nth write of the transaction on.
    FullAfter(u32),
}

#[derive(Default)]
pub struct Notes {
    pub fault: Option<StoreFault>,
    /// A fault was met.
    pub met: bool,
    /// Operations judged and committed, as often as they were.
    pub judged: Vec<OpId>,
    /// The process that writes now is of an older build, and sees its request in other words.
    pub older: Option<Arc<Translation>>,
}

struct Inner {
    sqlite: RwLock<Arc<SqliteStore>>,
    bug: Option<Bug>,
    notes: Mutex<Notes>,
}

/// A clone is the same store, as another process sees it.
#[derive(Clone)]
pub struct SimStore {
    inner: Arc<Inner>,
}

impl SimStore {
    pub fn new(sqlite: SqliteStore, bug: Option<Bug>) -> Self {
        let (sqlite, notes) = (RwLock::new(Arc::new(sqlite)), Mutex::default());
        Self { inner: Arc::new(Inner { sqlite, bug, notes }) }
    }

    fn sqlite(&self) -> Arc<SqliteStore> {
        self.inner.sqlite.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts another store in place of this one, as a restore does.
    pub fn replace(&self, sqlite: SqliteStore) {
        *self.inner.sqlite.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(sqlite);
    }

    pub fn notes(&self) -> MutexGuard<'_, Notes> {
        self.inner.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a wrapped job ends without a result of its own.
enum Stopped<J: Job> {
    Job(J::Err),
    Store(StoreError),
    /// It was told as done and is undone all the same: the planted bug.
    ToldAndUndone(J::Out),
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
        let judged = txn.judged();
        match self.fault {
            Some(StoreFault::CrashBefore) if self.bug == Some(Bug::AcknowledgedBeforeDurable) => {
                Err(Stopped::ToldAndUndone(done))
            }
            Some(StoreFault::CrashBefore) => Err(Stopped::Store(StoreError::Closed)),
            _ => Ok((done, judged)),
        }
    }
}

impl Store for SimStore {
    async fn write<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        let fault = self.notes().fault.take();
        self.notes().met |= fault.is_some();
        let older = self.notes().older.clone();
        let wrapped = Wrapped { job, bug: self.inner.bug, fault, older };
        let result = self.sqlite().write(wrapped).await;
        match result {
            Ok((done, judged)) => {
                self.notes().judged.extend(judged);
                match fault {
                    Some(StoreFault::CrashAfter) => Err(StoreError::Closed.into()),
                    _ => Ok(done),
                }
            }
            Err(Stopped::Job(error)) => Err(error),
            Err(Stopped::Store(error)) => Err(error.into()),
            Err(Stopped::ToldAndUndone(done)) => Ok(done),
        }
    }

    async fn read<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        let wrapped = Wrapped { job, bug: self.inner.bug, fault: None, older: None };
        let result = self.sqlite().read(wrapped).await;
        match result {
            Ok((done, _)) => Ok(done),
            Err(Stopped::Job(error)) => Err(error),
            Err(Stopped::Store(error)) => Err(error.into()),
            Err(Stopped::ToldAndUndone(done)) => Ok(done),
        }
    }

    async fn backup(&self, path: PathBuf) -> Stored<()> {
        self.sqlite().backup(path).await
    }
}
