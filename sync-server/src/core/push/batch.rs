//! Pushes that wait while others are being written are judged in one job. On a database behind a socket a push is a dozen
//! round trips and a commit; sixty-four of them together are hardly more.
//!
//! Each is judged by the very code that judges one alone, one after the other, on an [`BufferedTxn`]: it sees what those before
//! it wrote, and gets its own verdict. So a group is no other rule, only another way to the store. What all of them will
//! ask the store is asked beforehand, for all at once.
//!
//! ```text
//! push a ──► store: judged, written ─────────►  answered
//!   push b ─► waits ─┐                        │
//!     push c ─► waits ─┴─► b and c, together ◄┘ ─► store ─► each answered
//! ```

use super::{CoreError, Push, PushReply, PushRequest, ServerCore, Token, meta};
use crate::{
    core::{
        Inner,
        working_set::{WorkingSet, recipient_named},
    },
    store::{
        Cell, Column, Job, Store, StoreError, Stored, Txn,
        buffered_txn::BufferedTxn,
        tables::{AreaFeedDigest, CareGrant, DailyCount, Device, OpLog, Recipient, Worker, WorkerDigest},
    },
};
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use shared::{Change, Moment, Op, OpId, RecipientId, WorkerId, wire::SyncError};
use std::{
    collections::{BTreeSet, HashMap},
    mem,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// 64 pushes: single visits of as many phones are judged in a few hundredths of a second.
const PUSHES: usize = 64;
/// 1,000 operations: four full pushes; with more of them little is won, and everyone waits for all.
const OPS: usize = 1000;

/// 50 operations: from here on what a push does itself outweighs what it shares with others. Where the store runs jobs in order and
/// commits them together, it goes there at once.
const LARGE: usize = 50;

type Evaluation = Result<PushReply, CoreError>;
/// Each member takes its own; the place is that in the group.
type Evaluations = Arc<Mutex<Vec<Option<Evaluation>>>>;
type Done = Shared<BoxFuture<'static, Stored<Evaluations>>>;

/// Where pushes meet. Nobody owns the work: whoever of the group still waits drives it, so that a phone whose connection
/// breaks holds up no other.
#[derive(Default)]
pub struct PushBatcher {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Takes members until it is begun.
    open: Option<Group>,
    /// The newest group, which the next one waits for.
    newest: Option<Done>,
}

#[derive(Clone)]
struct Group {
    members: Arc<Mutex<Vec<Push>>>,
    done: Done,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Judges a push, together with those that wait beside it.
pub async fn evaluate<S: Store>(core: &ServerCore<S>, push: Push) -> Evaluation {
    if push.offered.len() >= LARGE && core.inner.store.in_order() {
        return core.inner.store.write(push).await;
    }
    let (done, place) = join(&core.inner, push);
    let verdicts = done.await?;
    let verdict = locked(&verdicts).get_mut(place).and_then(Option::take);
    verdict.unwrap_or_else(|| Err(StoreError::Closed.into()))
}

fn join<S: Store>(inner: &Arc<Inner<S>>, push: Push) -> (Done, usize) {
    let mut state = locked(&inner.pushes.state);
    if let Some(group) = &state.open {
        let mut members = locked(&group.members);
        let ops: usize = members.iter().map(|p| p.offered.len()).sum();
        if members.len() < PUSHES && ops + push.offered.len() <= OPS {
            members.push(push);
            return (group.done.clone(), members.len() - 1);
        }
    }
    let members = Arc::new(Mutex::new(vec![push]));
    let (before, joined) = (state.newest.take(), members.clone());
    // A group that nobody waits for any more must not keep the server alive.
    let inner = Arc::downgrade(inner);
    let work = async move {
        if let Some(before) = before {
            // Its members hear how it went; this group only waits for its turn.
            let _ = before.await;
        }
        let inner = inner.upgrade().ok_or(StoreError::Closed)?;
        let pushes = begin(&inner.pushes, &joined);
        // Uncaught, it would take along whoever waits here, and every group after this one.
        let written = AssertUnwindSafe(write_together(&inner.store, pushes)).catch_unwind().await;
        let verdicts = written.map_err(|_| StoreError::Panicked)?;
        Ok(Arc::new(Mutex::new(verdicts.into_iter().map(Some).collect())))
    };
    let done = work.boxed().shared();
    state.newest = Some(done.clone());
    state.open = Some(Group { members, done: done.clone() });
    (done, 0)
}

/// From here on nobody joins.
fn begin(combiner: &PushBatcher, members: &Arc<Mutex<Vec<Push>>>) -> Vec<Push> {
    let mut state = locked(&combiner.state);
    if state.open.as_ref().is_some_and(|open| Arc::ptr_eq(&open.members, members)) {
        state.open = None;
    }
    mem::take(&mut *locked(members))
}

/// One verdict for each, in order.
async fn write_together<S: Store>(store: &S, mut pushes: Vec<Push>) -> Vec<Evaluation> {
    if pushes.len() == 1 {
        return match pushes.pop() {
            Some(push) => vec![store.write(push).await],
            None => Vec::new(),
        };
    }
    let pushes = Arc::new(pushes);
    match store.write(BatchJob(pushes.clone())).await {
        Ok(verdicts) => verdicts,
        // Nothing was written, and each may come again.
        Err(CoreError::Store(error @ (StoreError::Full | StoreError::Busy | StoreError::Closed))) => {
            pushes.iter().map(|_| Err(error.clone().into())).collect()
        }
        // Whatever it is, it is one's and not the others': each for itself.
        Err(_) => {
            let mut verdicts = Vec::with_capacity(pushes.len());
            for push in pushes.iter() {
                verdicts.push(store.write(push.clone()).await);
            }
            verdicts
        }
    }
}

struct BatchJob(Arc<Vec<Push>>);

impl Job for BatchJob {
    type Out = Vec<Evaluation>;
    type Err = CoreError;

    async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<Evaluation>, CoreError> {
        let mut shared = BufferedTxn::new(txn);
        prefetch(&mut shared, &self.0).await?;
        let mut verdicts = Vec::with_capacity(self.0.len());
        for push in self.0.iter() {
            let before = shared.writes();
            match push.clone().run(&mut shared).await {
                Err(CoreError::Store(error)) => return Err(error.into()),
                // A refusal comes before anything is written; if not, this cannot be taken back alone.
                Err(error) if shared.writes() != before => return Err(error),
                verdict => verdicts.push(verdict),
            }
        }
        shared.flush().await?;
        Ok(verdicts)
    }
}

/// What these pushes are going to ask, as far as it can be told, each table once. The answers stay in the buffered_txn; what
/// is missing here is asked when it is needed.
async fn prefetch<T: Txn>(shared: &mut BufferedTxn<'_, T>, pushes: &[Push]) -> Stored<()> {
    let hashes: Vec<Cell<'_>> = pushes.iter().map(|p| Cell::Blob(&p.token_hash)).collect();
    let devices = shared.find::<Device>("token_hash", &hashes).await?;
    let speakers: HashMap<&[u8], WorkerId> = devices.iter().map(|d| (d.token_hash.as_slice(), d.worker)).collect();
    let workers: BTreeSet<WorkerId> = speakers.values().copied().collect();
    shared.get::<Worker>(&workers.iter().map(|w| (*w,)).collect::<Vec<_>>()).await?;
    meta::epoch(shared).await?;

    let spoken = pushes.iter().flat_map(|p| p.offered.iter().filter_map(move |o| Some((p, o.op.as_ref().ok()?))));
    let spoken: Vec<(&Push, &Op)> = spoken.collect();
    shared.get::<OpLog>(&spoken.iter().map(|(_, op)| (op.id,)).collect::<Vec<(OpId,)>>()).await?;
    let ops: Vec<&Op> = spoken.iter().map(|(_, op)| *op).collect();
    // Any principal: pairings are looked up by recipient.
    WorkingSet::load(shared, &ops, workers.first().copied().unwrap_or(WorkerId::NIL)).await?;

    let recipients: BTreeSet<RecipientId> = ops.iter().filter_map(|op| recipient_named(op)).collect();
    let people = shared.get::<Recipient>(&recipients.iter().map(|r| (*r,)).collect::<Vec<_>>()).await?;
    let cells: Vec<_> = recipients.iter().map(Column::cell).collect();
    let carers = shared.find::<CareGrant>("recipient", &cells).await?;
    let counted = spoken.iter().filter_map(|(push, op)| {
        let Change::Create(fields) = &op.change else { return None };
        let day = fields.parsed::<Moment>("happened")?.day().number();
        Some((recipient_named(op)?, day, *speakers.get(push.token_hash.as_slice())?))
    });
    let counted: BTreeSet<(RecipientId, i32, WorkerId)> = counted.collect();
    shared.get::<DailyCount>(&counted.into_iter().collect::<Vec<_>>()).await?;
    let holders: BTreeSet<WorkerId> = carers.iter().map(|g| g.worker).chain(workers).collect();
    shared.get::<WorkerDigest>(&holders.into_iter().map(|w| (w,)).collect::<Vec<_>>()).await?;
    let area_feeds: BTreeSet<&str> = people.iter().flatten().map(|p| p.place.as_str()).collect();
    shared.get::<AreaFeedDigest>(&area_feeds.into_iter().map(|s| (s.to_owned(),)).collect::<Vec<_>>()).await?;
    Ok(())
}

impl<S: Store> ServerCore<S> {
    /// Judges pushes in one transaction, in this order; each gets the verdict it would get alone after those before it.
    pub async fn push_together(&self, pushes: Vec<(Token, PushRequest)>) -> Vec<Result<PushReply, SyncError>> {
        let mut verdicts: Vec<Option<Evaluation>> = Vec::with_capacity(pushes.len());
        let mut prepared = Vec::with_capacity(pushes.len());
        for (token, request) in pushes {
            verdicts.push(match self.prepare_push(&token, request).await {
                Ok(push) => {
                    prepared.push(push);
                    None
                }
                Err(refused) => Some(Err(refused)),
            });
        }
        let mut judged = write_together(&self.inner.store, prepared).await.into_iter();
        let own = |verdict: Option<Evaluation>| {
            let verdict = verdict.or_else(|| judged.next());
            verdict.unwrap_or_else(|| Err(StoreError::Closed.into())).map_err(SyncError::from)
        };
        verdicts.into_iter().map(own).collect()
    }
}
