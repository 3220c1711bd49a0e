//! Brings commits to the syncer, on a thread of its own, and answers whoever waited for them. While the syncer is at work the
//! writer runs the next jobs; while it is slow, what gathers shares one sync.
//!
//! ```text
//!   writer   run 1 ─ commit 1 ─ run 2 ─ commit 2 ─ run 3 ───────── commit 3
//!   syncer                      └─ sync ─ answer 1 ─ sync ─ answer 2
//!   reader               sees 1 ─ waits ┘
//! ```
//!
//! What a commit wrote can be read before it is on the syncer. So a reader waits too before it gives away what it read: a phone
//! must not hold what a power cut takes back, or its cursor would be ahead of the server's.

use super::writer::Waiting;
use crate::store::{StoreError, Stored};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
        mpsc,
    },
    thread::JoinHandle,
};
use tokio::sync::watch;

/// 4 groups wait while as many are brought to the syncer: the writer is no further ahead than that, and memory holds no more jobs.
const GROUPS: usize = 4;

/// Jobs that shared a commit.
pub struct Group {
    pub jobs: Vec<Box<dyn Waiting>>,
    /// How the commit went.
    pub commit: Stored<()>,
    /// False where nothing was written: there is nothing to sync, but what they read may not be on the syncer yet.
    pub wrote: bool,
}

/// How far the syncer is behind the commits.
#[derive(Clone)]
pub struct DurableThrough {
    committed: Arc<AtomicU64>,
    /// The number of the last group on the syncer, or why there will be no other.
    on_disk: watch::Receiver<Stored<u64>>,
}

impl DurableThrough {
    /// The newest commit that a snapshot taken before may show.
    pub fn seen(&self) -> u64 {
        self.committed.load(SeqCst)
    }

    /// Waits until that commit is on the syncer.
    pub async fn reached(&self, commit: u64) -> Stored<()> {
        if matches!(&*self.on_disk.borrow(), Ok(through) if *through >= commit) {
            return Ok(());
        }
        let mut news = self.on_disk.clone();
        let state = news.wait_for(|state| !matches!(state, Ok(through) if *through < commit)).await;
        state.map_err(|_| StoreError::Closed)?.as_ref().map(|_| ()).map_err(Clone::clone)
    }
}

pub struct Syncer {
    groups: Option<mpsc::SyncSender<(u64, Group)>>,
    thread: Option<JoinHandle<()>>,
    horizon: DurableThrough,
    /// Groups handed over.
    number: u64,
}

impl Syncer {
    /// `sync` returns once everything committed before it was called is on the syncer.
    pub fn start(mut sync: impl FnMut() -> io::Result<()> + Send + 'static) -> Stored<Self> {
        let (groups, committed) = mpsc::sync_channel::<(u64, Group)>(GROUPS);
        let (on_disk, seen) = watch::channel(Ok(0));
        let work = move || {
            while let Ok(first) = committed.recv() {
                let mut all = vec![first];
                all.extend(committed.try_iter().take(GROUPS - 1));
                let mut state = on_disk.borrow().clone();
                if state.is_ok() && all.iter().any(|(_, group)| group.wrote) {
                    // What is on the syncer after a failed sync nobody knows, and the next one may succeed without it.
                    state = state.and_then(|through| sync().map(|()| through).map_err(refused));
                }
                let last = all.last().map_or(0, |(number, _)| *number);
                let state = state.map(|_| last);
                let _ = on_disk.send_replace(state.clone());
                for (_, group) in all {
                    for mut job in group.jobs {
                        job.answer(group.commit.clone(), state.clone().map(|_| ()));
                    }
                }
            }
        };
        let thread = std::thread::Builder::new().name("store-syncer".into()).spawn(work);
        let thread = thread.map_err(|e| StoreError::Backend(e.to_string()))?;
        let horizon = DurableThrough { committed: Arc::default(), on_disk: seen };
        Ok(Self { groups: Some(groups), thread: Some(thread), horizon, number: 0 })
    }

    pub fn horizon(&self) -> DurableThrough {
        self.horizon.clone()
    }

    /// A commit is about to be made: from now on a reader may see it. Its [`Syncer::submit`] follows, however it goes.
    pub fn begin(&mut self) {
        self.number += 1;
        self.horizon.committed.store(self.number, SeqCst);
    }

    /// Answers the jobs once what they wrote and read is on the syncer. A group that came to no commit was never begun.
    pub fn submit(&mut self, group: Group) {
        if let Some(groups) = &self.groups {
            // Without its thread nobody is answered, and whoever waits is told that the store is closed.
            let _ = groups.send((self.number, group));
        }
    }

    /// Why nothing can be written any more, where that is so.
    pub fn broken(&self) -> Stored<()> {
        // Without its thread nothing comes to the syncer either.
        self.horizon.on_disk.has_changed().map_err(|_| StoreError::Closed)?;
        self.state()
    }

    fn state(&self) -> Stored<()> {
        self.horizon.on_disk.borrow().as_ref().map(|_| ()).map_err(Clone::clone)
    }

    /// Brings the last groups to the syncer and answers them. Whether all of them are there.
    pub fn end(mut self) -> Stored<()> {
        self.join();
        self.state()
    }

    fn join(&mut self) {
        self.groups = None;
        if let Some(thread) = self.thread.take() {
            // One that panicked answered nobody: what it held is sent again.
            let _ = thread.join();
        }
    }
}

fn refused(error: io::Error) -> StoreError {
    tracing::error!(%error, doing = "bringing the store's log to the syncer", "the store takes nothing more until the server is started again");
    StoreError::Backend("the syncer did not take what was written; look at it and start the server again".to_owned())
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.join();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    struct Asks(Option<oneshot::Sender<Stored<()>>>);

    impl Waiting for Asks {
        fn run(&mut self, _: &mut rusqlite::Connection) -> bool {
            true
        }
        fn answer(&mut self, commit: Stored<()>, on_disk: Stored<()>) {
            self.0.take().unwrap().send(commit.and(on_disk)).unwrap();
        }
    }

    /// A syncer whose syncs end when they are told how, and a job handed to it.
    struct Slow {
        syncer: Syncer,
        ends: mpsc::Sender<io::Result<()>>,
    }

    impl Slow {
        fn start() -> Self {
            let (ends, end) = mpsc::channel();
            Self { syncer: Syncer::start(move || end.recv().unwrap()).unwrap(), ends }
        }
        fn commit(&mut self, wrote: bool) -> oneshot::Receiver<Stored<()>> {
            let (tell, told) = oneshot::channel();
            self.syncer.begin();
            self.syncer.submit(Group { jobs: vec![Box::new(Asks(Some(tell)))], commit: Ok(()), wrote });
            told
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_is_answered_and_nothing_read_is_given_away_before_it_is_on_the_disk() {
        let mut slow = Slow::start();
        let horizon = slow.syncer.horizon();
        horizon.reached(horizon.seen()).await.unwrap();
        let mut first = slow.commit(true);
        let reader = tokio::spawn({
            let horizon = horizon.clone();
            async move { horizon.reached(horizon.seen()).await }
        });
        // It wrote nothing, and what it read came with the first.
        let mut second = slow.commit(false);
        // Long enough for an answer that waits for nothing.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        assert!(first.try_recv().is_err() && second.try_recv().is_err() && !reader.is_finished());
        slow.ends.send(Ok(())).unwrap();
        assert_eq!((first.await.unwrap(), second.await.unwrap(), reader.await.unwrap()), (Ok(()), Ok(()), Ok(())));
        assert_eq!(horizon.seen(), 2);
        horizon.reached(2).await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn after_a_sync_that_failed_nothing_is_acknowledged_any_more() {
        let mut slow = Slow::start();
        let horizon = slow.syncer.horizon();
        let first = slow.commit(true);
        slow.ends.send(Err(io::Error::other("gone"))).unwrap();
        assert!(matches!(first.await.unwrap(), Err(StoreError::Backend(_))));
        assert!(slow.syncer.broken().is_err());
        // The next sync would succeed, and is not asked.
        slow.ends.send(Ok(())).unwrap();
        assert!(slow.commit(true).await.unwrap().is_err());
        assert!(horizon.reached(1).await.is_err());
    }

    #[tokio::test]
    async fn a_commit_that_failed_is_answered_with_its_own_error() {
        let mut slow = Slow::start();
        let (tell, told) = oneshot::channel();
        slow.syncer.begin();
        let jobs: Vec<Box<dyn Waiting>> = vec![Box::new(Asks(Some(tell)))];
        slow.syncer.submit(Group { jobs, commit: Err(StoreError::Full), wrote: false });
        assert_eq!(told.await.unwrap(), Err(StoreError::Full));
    }
}
