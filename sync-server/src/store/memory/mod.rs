//! A store in memory, for tests and the simulator: ordered maps behind one lock, nothing to install and nothing to sync to
//! a disk. It keeps every promise of [`Store`] but one, since a promise to survive a power cut needs a disk. Look-ups that
//! are no look-up by key read through a table, which is fine up to some ten thousand rows.
//!
//! A clone of a [`MemoryStore`] is the same store, as a second server process would see it; [`MemoryStore::copy`] is a
//! backup of it, and costs next to nothing.

mod state;
mod txn;

pub use txn::MemoryTxn;

use super::{Job, Store, StoreError, Stored};
use state::State;
use std::{
    path::{Path, PathBuf},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

/// A store that lives as long as its last handle.
#[derive(Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

impl MemoryStore {
    pub fn new() -> Self {
        Self::default()
    }

    /// Another store with what this one holds now. Tables are shared until one side changes them.
    pub fn copy(&self) -> Self {
        Self { state: Arc::new(Mutex::new(self.lock().clone())) }
    }

    /// Forgets everything and holds what `other` holds now: every handle of this store sees it. What a restore does.
    pub fn replace_with(&self, other: &Self) {
        let state = other.lock().clone();
        *self.lock() = state;
    }

    /// A store from a file that [`Store::backup`] wrote.
    ///
    /// # Errors
    /// [`StoreError::Backend`] when the file cannot be read, [`StoreError::Corrupt`] when it is no such file.
    pub fn open_backup(path: &Path) -> Stored<Self> {
        let bytes = std::fs::read(path).map_err(|e| StoreError::Backend(e.to_string()))?;
        Ok(Self { state: Arc::new(Mutex::new(State::from_bytes(&bytes)?)) })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A job that panicked was undone while it unwound.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_now<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        let mut state = self.lock();
        let mut txn = MemoryTxn::new(&mut state);
        let out = run(job, &mut txn)?;
        txn.commit();
        Ok(out)
    }

    fn read_now<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        let mut snapshot = self.lock().clone();
        run(job, &mut MemoryTxn::new(&mut snapshot))
    }
}

impl Store for MemoryStore {
    async fn write<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        self.write_now(job)
    }

    async fn read<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        self.read_now(job)
    }

    async fn backup(&self, path: PathBuf) -> Stored<()> {
        let bytes = self.lock().to_bytes()?;
        std::fs::write(path, bytes).map_err(|e| StoreError::Backend(e.to_string()))
    }
}

/// Runs a job's future, which on this backend never waits.
fn run<J: Job>(job: J, txn: &mut MemoryTxn<'_>) -> Result<J::Out, J::Err> {
    match pin!(job.run(txn)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(StoreError::Backend("a job waited for something else than its transaction".into()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Txn, tables::Meta};

    #[tokio::test(flavor = "multi_thread")]
    async fn it_keeps_every_promise_of_a_store() {
        crate::store::conformance::run(MemoryStore::new).await;
    }

    struct Note(&'static str);
    impl Job for Note {
        type Out = Option<String>;
        type Err = StoreError;
        async fn run<T: Txn>(self, txn: &mut T) -> Stored<Option<String>> {
            let before = txn.get::<Meta>(&[("note".to_owned(),)]).await?.pop().flatten();
            txn.put(&[Meta { name: "note".into(), value: self.0.into() }]).await?;
            txn.advance(3).await?;
            Ok(before.map(|m| m.value))
        }
    }

    #[tokio::test]
    async fn a_copy_goes_its_own_way_and_can_be_put_back() {
        let store = MemoryStore::new();
        let handle = store.clone();
        assert_eq!(store.write(Note("first")).await.unwrap(), None);
        let copy = store.copy();
        assert_eq!(handle.write(Note("second")).await.unwrap().as_deref(), Some("first"), "a handle is the same store");
        assert_eq!(copy.write(Note("other")).await.unwrap().as_deref(), Some("first"));
        store.replace_with(&copy);
        assert_eq!(handle.write(Note("third")).await.unwrap().as_deref(), Some("other"));
    }

    #[tokio::test]
    async fn a_backup_is_read_back_whole() {
        let store = MemoryStore::new();
        store.write(Note("一\u{0}'")).await.unwrap();
        let path = std::env::temp_dir().join(format!("lianxin-memory-backup-{}", std::process::id()));
        store.backup(path.clone()).await.unwrap();
        let back = MemoryStore::open_backup(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(back.write(Note("x")).await.unwrap().as_deref(), Some("一\u{0}'"));
        assert!(matches!(MemoryStore::open_backup(&path), Err(StoreError::Backend(_))));
    }
}
