//! Pushes that wait while others are written are evaluated in one transaction. On a database behind a socket a push is
//! a dozen round trips and a commit; 64 pushes in one transaction are hardly more.
//!
//! Each push is evaluated by the same code as a push alone, one after the other, on a [`BufferedTxn`]: it sees what the
//! pushes before it wrote, and gets its own reply. A batch is thus another way to the store and no other rule. What all
//! of them will read is loaded beforehand, once for all.
//!
//! ```text
//! push a ──► store: evaluated, written ──────►  answered
//!   push b ─► waits ─┐                        │
//!     push c ─► waits ─┴─► b and c, one batch ◄┘ ─► store ─► each answered
//! ```

use super::{
    prefetch::prefetch,
    push_job::{EvaluatedPush, PushJob},
};
use crate::{
    core::error::CoreError,
    store::{Job, Store, StoreError, Stored, Txn, buffered_txn::BufferedTxn},
};
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use std::{
    mem,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// 64 pushes: single visits of as many phones are evaluated in a few hundredths of a second.
const PUSHES_MAX: usize = 64;
/// 1,000 operations: four full pushes. A larger batch gains little, and every push in it waits for all others.
const OPS_MAX: usize = 1000;

/// 50 operations: from here on a push's own work outweighs what a batch would share. Where the store runs jobs in order
/// and commits them together, such a push goes to the store at once.
const LARGE_PUSH: usize = 50;

pub type PushResult = Result<EvaluatedPush, CoreError>;
/// One result for each push of a batch, by its position; each push takes its own.
type BatchResults = Arc<Mutex<Vec<Option<PushResult>>>>;
type BatchDone = Shared<BoxFuture<'static, Stored<BatchResults>>>;

/// Collects pushes into batches. No task owns a batch: every push that waits for it drives it, so that a phone whose
/// connection breaks delays no other.
#[derive(Default)]
pub struct PushBatcher {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The batch that takes pushes until it starts.
    open: Option<Batch>,
    /// The newest batch; the next one waits for it.
    newest: Option<BatchDone>,
}

#[derive(Clone)]
struct Batch {
    pushes: Arc<Mutex<Vec<PushJob>>>,
    done: BatchDone,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl PushBatcher {
    /// Evaluates a push, in one transaction with those that wait at the same time.
    ///
    /// # Errors
    ///
    /// The push as a whole was refused, or the store failed; nothing of it was written then.
    pub async fn evaluate<S: Store>(&self, store: &Arc<S>, push: PushJob) -> PushResult {
        if push.offered.len() >= LARGE_PUSH && store.in_order() {
            return store.write(push).await;
        }
        let (done, position) = self.join(store, push);
        let results = done.await?;
        let result = locked(&results).get_mut(position).and_then(Option::take);
        result.unwrap_or_else(|| Err(StoreError::Closed.into()))
    }

    /// Adds a push to the open batch, or opens one. Returns the batch and the position in it.
    fn join<S: Store>(&self, store: &Arc<S>, push: PushJob) -> (BatchDone, usize) {
        let mut state = locked(&self.state);
        if let Some(batch) = &state.open {
            let mut pushes = locked(&batch.pushes);
            let ops: usize = pushes.iter().map(|p| p.offered.len()).sum();
            if pushes.len() < PUSHES_MAX && ops + push.offered.len() <= OPS_MAX {
                pushes.push(push);
                return (batch.done.clone(), pushes.len() - 1);
            }
        }
        let pushes = Arc::new(Mutex::new(vec![push]));
        let (before, joined) = (state.newest.take(), pushes.clone());
        // Weak: a batch that no push waits for any more must not keep the store open.
        let (store, batcher) = (Arc::downgrade(store), Arc::downgrade(&self.state));
        let work = async move {
            if let Some(before) = before {
                // The result belongs to the pushes of that batch; this one only waits until it is over.
                let _ = before.await;
            }
            let (store, batcher) = (store.upgrade(), batcher.upgrade());
            let (store, batcher) = store.zip(batcher).ok_or(StoreError::Closed)?;
            let pushes = close(&batcher, &joined);
            // An uncaught panic would also end the pushes that wait here, and every batch after this one.
            let written = AssertUnwindSafe(write_batch(&*store, pushes)).catch_unwind().await;
            let results = written.map_err(|_| StoreError::Panicked)?;
            Ok(Arc::new(Mutex::new(results.into_iter().map(Some).collect())))
        };
        let done = work.boxed().shared();
        state.newest = Some(done.clone());
        state.open = Some(Batch { pushes, done: done.clone() });
        (done, 0)
    }
}

/// Closes the batch of these pushes and takes them: from here on no push joins it.
fn close(state: &Mutex<State>, pushes: &Arc<Mutex<Vec<PushJob>>>) -> Vec<PushJob> {
    let mut state = locked(state);
    if state.open.as_ref().is_some_and(|open| Arc::ptr_eq(&open.pushes, pushes)) {
        state.open = None;
    }
    mem::take(&mut *locked(pushes))
}

/// Evaluates pushes in one transaction, in this order. Returns one result for each.
pub async fn write_batch<S: Store>(store: &S, mut pushes: Vec<PushJob>) -> Vec<PushResult> {
    if pushes.len() == 1 {
        return match pushes.pop() {
            Some(push) => vec![store.write(push).await],
            None => Vec::new(),
        };
    }
    let pushes = Arc::new(pushes);
    match store.write(BatchJob(pushes.clone())).await {
        Ok(results) => results,
        // Nothing was written, and each device may send its push again.
        Err(CoreError::Store(error @ (StoreError::Full | StoreError::Busy | StoreError::Closed))) => {
            pushes.iter().map(|_| Err(error.clone().into())).collect()
        }
        // One push poisoned the batch. Retry each separately.
        Err(_) => {
            let mut results = Vec::with_capacity(pushes.len());
            for push in pushes.iter() {
                results.push(store.write(push.clone()).await);
            }
            results
        }
    }
}

struct BatchJob(Arc<Vec<PushJob>>);

impl Job for BatchJob {
    type Out = Vec<PushResult>;
    type Err = CoreError;

    async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<PushResult>, CoreError> {
        let mut buffered = BufferedTxn::new(txn);
        prefetch(&mut buffered, &self.0).await?;
        let mut results = Vec::with_capacity(self.0.len());
        for push in self.0.iter() {
            let before = buffered.writes();
            match push.clone().run(&mut buffered).await {
                Err(CoreError::Store(error)) => return Err(error.into()),
                // A push is refused before it writes. One that wrote cannot be rolled back alone.
                Err(error) if buffered.writes() != before => return Err(error),
                result => results.push(result),
            }
        }
        buffered.flush().await?;
        Ok(results)
    }
}
