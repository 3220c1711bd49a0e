//! The syncer thread. It fsyncs the log after commits and answers the jobs that waited for them. Meanwhile the writer
//! runs the next jobs; groups that gather during a slow sync share the next one.
//!
//! ```text
//!   writer   run 1 ─ commit 1 ─ run 2 ─ commit 2 ─ run 3 ───────── commit 3
//!   syncer                      └─ sync ─ answer 1 ─ sync ─ answer 2
//!   reader               sees 1 ─ waits ┘
//! ```
//!
//! A commit can be read before it is on the disk. So a reader waits as well before it returns its result: otherwise a
//! phone could hold a row that a power cut takes back, with a cursor ahead of the server's.

use super::queued::QueuedJob;
use crate::store::error::{StoreError, Stored};
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

/// 4 groups may wait while 4 others are synced: it bounds how far the writer is ahead, and the jobs in memory.
const GROUPS: usize = 4;

/// Jobs that shared a commit.
pub struct Group {
    pub jobs: Vec<Box<dyn QueuedJob>>,
    /// How the commit went.
    pub commit: Stored<()>,
    /// False where nothing was written: there is nothing to sync, but what the jobs read may not be on the disk yet.
    pub wrote: bool,
}

/// Up to which commit the log is on the disk.
#[derive(Clone)]
pub struct DurableThrough {
    committed: Arc<AtomicU64>,
    /// The number of the last group on the disk, or the error after which there is no other.
    on_disk: watch::Receiver<Stored<u64>>,
}

impl DurableThrough {
    /// The newest commit that a snapshot taken before this call may show.
    pub fn newest_visible(&self) -> u64 {
        self.committed.load(SeqCst)
    }

    /// Waits until a commit is on the disk.
    pub async fn wait_for(&self, commit: u64) -> Stored<()> {
        if matches!(&*self.on_disk.borrow(), Ok(through) if *through >= commit) {
            return Ok(());
        }
        let mut changes = self.on_disk.clone();
        let state = changes.wait_for(|state| !matches!(state, Ok(through) if *through < commit)).await;
        state.map_err(|_| StoreError::Closed)?.as_ref().map(|_| ()).map_err(Clone::clone)
    }
}

/// The handle of the syncer thread.
pub struct Syncer {
    groups: Option<mpsc::SyncSender<(u64, Group)>>,
    thread: Option<JoinHandle<()>>,
    durable: DurableThrough,
    /// Groups begun so far.
    number: u64,
}

impl Syncer {
    /// `sync` returns once everything that was committed before its call is on the disk.
    pub fn start(mut sync: impl FnMut() -> io::Result<()> + Send + 'static) -> Stored<Self> {
        let (groups, committed) = mpsc::sync_channel::<(u64, Group)>(GROUPS);
        let (on_disk, state) = watch::channel(Ok(0));
        let work = move || {
            while let Ok(first) = committed.recv() {
                let mut all = vec![first];
                all.extend(committed.try_iter().take(GROUPS - 1));
                let mut state = on_disk.borrow().clone();
                if state.is_ok() && all.iter().any(|(_, group)| group.wrote) {
                    // After a failed sync the state of the disk is unknown, and the next sync may succeed without the
                    // lost pages.
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
        let durable = DurableThrough { committed: Arc::default(), on_disk: state };
        Ok(Self { groups: Some(groups), thread: Some(thread), durable, number: 0 })
    }

    pub fn durable_through(&self) -> DurableThrough {
        self.durable.clone()
    }

    /// Called before a commit: from now on a reader may see it. [`Syncer::submit`] must follow, whatever the outcome.
    pub fn begin(&mut self) {
        self.number += 1;
        self.durable.committed.store(self.number, SeqCst);
    }

    /// Answers the jobs once what they wrote and read is on the disk. A group that did not reach its commit was not
    /// begun.
    pub fn submit(&mut self, group: Group) {
        if let Some(groups) = &self.groups {
            // Without the thread the jobs are dropped, and their callers get `Closed`.
            let _ = groups.send((self.number, group));
        }
    }

    /// The error after which nothing can be written any more, if there was one.
    pub fn broken(&self) -> Stored<()> {
        // The thread may have ended.
        self.durable.on_disk.has_changed().map_err(|_| StoreError::Closed)?;
        self.state()
    }

    fn state(&self) -> Stored<()> {
        self.durable.on_disk.borrow().as_ref().map(|_| ()).map_err(Clone::clone)
    }

    /// Syncs and answers the last groups, and ends the thread. Fails where a sync failed.
    pub fn end(mut self) -> Stored<()> {
        self.join();
        self.state()
    }

    fn join(&mut self) {
        self.groups = None;
        if let Some(thread) = self.thread.take() {
            // After a panic the jobs that it held were not answered, and their callers retry.
            let _ = thread.join();
        }
    }
}

fn refused(error: io::Error) -> StoreError {
    tracing::error!(%error, doing = "syncing the store's log", "the store takes nothing more until the server is started again");
    StoreError::Backend("the disk did not take what was written; look at it and start the server again".to_owned())
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

    struct Probe(Option<oneshot::Sender<Stored<()>>>);

    impl QueuedJob for Probe {
        fn run(&mut self, _: &mut rusqlite::Connection) -> bool {
            true
        }
        fn answer(&mut self, commit: Stored<()>, on_disk: Stored<()>) {
            self.0.take().unwrap().send(commit.and(on_disk)).unwrap();
        }
    }

    /// A syncer whose every sync waits for its result from the test.
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
            let (answer, reply) = oneshot::channel();
            self.syncer.begin();
            self.syncer.submit(Group { jobs: vec![Box::new(Probe(Some(answer)))], commit: Ok(()), wrote });
            reply
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn no_write_is_answered_and_no_read_returned_before_the_sync() {
        let mut slow = Slow::start();
        let durable = slow.syncer.durable_through();
        durable.wait_for(durable.newest_visible()).await.unwrap();
        let mut first = slow.commit(true);
        let reader = tokio::spawn({
            let durable = durable.clone();
            async move { durable.wait_for(durable.newest_visible()).await }
        });
        // It wrote nothing, and what it read was written by the first.
        let mut second = slow.commit(false);
        // Long enough for an answer that does not wait for the sync.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        assert!(first.try_recv().is_err() && second.try_recv().is_err() && !reader.is_finished());
        slow.ends.send(Ok(())).unwrap();
        assert_eq!((first.await.unwrap(), second.await.unwrap(), reader.await.unwrap()), (Ok(()), Ok(()), Ok(())));
        assert_eq!(durable.newest_visible(), 2);
        durable.wait_for(2).await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn after_a_failed_sync_nothing_is_acknowledged() {
        let mut slow = Slow::start();
        let durable = slow.syncer.durable_through();
        let first = slow.commit(true);
        slow.ends.send(Err(io::Error::other("gone"))).unwrap();
        assert!(matches!(first.await.unwrap(), Err(StoreError::Backend(_))));
        assert!(slow.syncer.broken().is_err());
        // The next sync would succeed, and is not made.
        slow.ends.send(Ok(())).unwrap();
        assert!(slow.commit(true).await.unwrap().is_err());
        assert!(durable.wait_for(1).await.is_err());
    }

    #[tokio::test]
    async fn a_failed_commit_is_answered_with_its_own_error() {
        let mut slow = Slow::start();
        let (answer, reply) = oneshot::channel();
        slow.syncer.begin();
        let jobs: Vec<Box<dyn QueuedJob>> = vec![Box::new(Probe(Some(answer)))];
        slow.syncer.submit(Group { jobs, commit: Err(StoreError::Full), wrote: false });
        assert_eq!(reply.await.unwrap(), Err(StoreError::Full));
    }
}
