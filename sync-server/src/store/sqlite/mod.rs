//! SQLite, the default backend: one writer thread that owns its connection and commits in groups, a thread that brings the
//! commits to the syncer, and a few readers that each see a snapshot. A job's futures are ready at once, so a thread runs a job to its
//! end without waiting.

mod checkpoint;
mod migrations;
mod reader;
mod syncer;
mod txn;
mod writer;

pub use txn::SqliteTxn;

use super::{Job, Store, StoreError, Stored};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::{
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};
use tokio::sync::oneshot;

/// 4: as many pulls at once as a two-core machine can use, with one waiting for the syncer each.
const READERS: usize = 4;

/// A store in one SQLite file (and its `-wal` beside it). Dropping it waits for what was begun.
pub struct SqliteStore {
    writer: writer::Writer,
    readers: reader::Readers,
    horizon: syncer::DurableThrough,
    path: Arc<PathBuf>,
}

impl SqliteStore {
    /// Opens or makes the file at `path` and brings it to the newest schema.
    pub fn open(path: impl AsRef<Path>) -> Stored<Self> {
        Self::open_with(path.as_ref(), sync_of_log)
    }

    /// `sync` gives, for the file at a path, what brings its log to the syncer.
    fn open_with<S: FnMut() -> std::io::Result<()> + Send + 'static>(
        path: &Path,
        sync: impl FnOnce(&Path) -> Stored<S>,
    ) -> Stored<Self> {
        let path = path.to_owned();
        let mut conn = connect(&path, OpenFlags::default())?;
        conn.execute_batch(
            // The log is folded by checkpoint.rs, and brought to the syncer by syncer.rs: NORMAL leaves the syncs of commits to it, and
            // syncs where the log begins anew.
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;
             PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY;",
        )
        .map_err(failed)?;
        migrations::migrate(&mut conn)?;
        let readers = (0..READERS).map(|_| {
            let conn = connect(&path, OpenFlags::default())?;
            conn.execute_batch("PRAGMA query_only = 1; PRAGMA cache_size = -8192;").map_err(failed)?;
            Ok(conn)
        });
        let readers = readers.collect::<Stored<Vec<_>>>()?;
        let fold = connect(&path, OpenFlags::default())?;
        fold.execute_batch("PRAGMA synchronous = FULL").map_err(failed)?;
        let fold = checkpoint::Checkpointer::start(fold)?;
        let mut sync = sync(&path)?;
        // What a server that was killed had committed is read and built upon from now on.
        sync().map_err(|e| StoreError::Backend(format!("the log of the store: {e}")))?;
        let syncer = syncer::Syncer::start(sync)?;
        let horizon = syncer.horizon();
        Ok(Self {
            writer: writer::Writer::start(conn, fold, syncer)?,
            readers: reader::Readers::start(readers)?,
            horizon,
            path: path.into(),
        })
    }

    /// Limits the file to so many pages, or lifts the limit with a large number: a full syncer, for tests.
    pub async fn limit_pages(&self, pages: u32) -> Stored<u32> {
        self.writer
            .bare(move |conn| conn.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |r| r.get(0)))
            .await
    }

    /// Pages the file has now.
    pub async fn pages(&self) -> Stored<u32> {
        self.writer.bare(|conn| conn.query_row("PRAGMA page_count", [], |r| r.get(0))).await
    }
}

/// Syncs the log beside the file at `path`, through a handle of its own: SQLite holds no locks on the log, so nothing is lost with it.
fn sync_of_log(path: &Path) -> Stored<impl FnMut() -> std::io::Result<()> + Send + use<>> {
    let open = || {
        // Beside the file itself, where the path is a link to it.
        let mut name = path.canonicalize()?.into_os_string();
        name.push("-wal");
        std::fs::File::options().read(true).write(true).open(name)
    };
    let log = open().map_err(|e| StoreError::Backend(format!("the log of the store: {e}")))?;
    Ok(move || log.sync_data())
}

fn connect(path: &Path, flags: OpenFlags) -> Stored<Connection> {
    let conn = Connection::open_with_flags(path, flags).map_err(failed)?;
    conn.busy_timeout(std::time::Duration::from_secs(10)).map_err(failed)?;
    conn.set_prepared_statement_cache_capacity(200);
    Ok(conn)
}

impl Store for SqliteStore {
    fn in_order(&self) -> bool {
        true
    }

    async fn write<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        let (answer, reply) = oneshot::channel();
        self.writer.send(Box::new(writer::Write { job: Some(job), result: None, answer: Some(answer) }))?;
        reply.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    async fn read<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        let (answer, reply) = oneshot::channel();
        let horizon = self.horizon.clone();
        self.readers.send(Box::new(move |conn| {
            let found = reader::snapshot(conn, job);
            // Nobody waiting for the answer any more is fine.
            let _ = answer.send((found, horizon.seen()));
        }))?;
        let (found, seen) = reply.await.map_err(|_| StoreError::Closed)?;
        self.horizon.reached(seen).await?;
        found
    }

    async fn backup(&self, path: PathBuf) -> Stored<()> {
        let from = self.path.clone();
        let work = move || -> Stored<()> {
            let source = connect(&from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            let partial = path.with_extension("partial");
            // A left-over of an interrupted backup; none is the usual case.
            let _ = std::fs::remove_file(&partial);
            // VACUUM INTO reads one snapshot and leaves writers alone; the copy is compact and has no -wal.
            let name = partial.to_string_lossy();
            source.execute("VACUUM INTO ?1", [name.as_ref()]).map_err(failed)?;
            let io = |e: std::io::Error| StoreError::Backend(e.to_string());
            std::fs::File::open(&partial).and_then(|f| f.sync_all()).map_err(io)?;
            std::fs::rename(&partial, &path).map_err(io)
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)?
    }
}

/// Runs a job's future, which on this backend never waits. One that panics takes only itself along: what it wrote is rolled
/// back, and the thread lives on.
fn run<J: Job>(job: J, txn: &mut SqliteTxn<'_>) -> Result<J::Out, J::Err> {
    let once = || pin!(job.run(txn)).poll(&mut Context::from_waker(Waker::noop()));
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(once)) {
        Err(_) => Err(StoreError::Panicked.into()),
        Ok(Poll::Ready(result)) => result,
        Ok(Poll::Pending) => {
            Err(StoreError::Backend("a job waited for something else than its transaction".into()).into())
        }
    }
}

/// SQLite's errors as ours.
fn failed(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        _ => StoreError::Backend(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test(flavor = "multi_thread")]
    async fn it_keeps_every_promise_of_a_store() {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let folder = std::env::temp_dir().join(format!("lianxin-conformance-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let make = || {
            let n = NEXT.fetch_add(1, Ordering::Relaxed);
            SqliteStore::open(folder.join(format!("{n}.db"))).unwrap()
        };
        crate::store::conformance::run(make).await;
        std::fs::remove_dir_all(&folder).unwrap();
    }

    /// A store whose syncs end when they are told how; that of its opening has.
    fn slow(path: &Path) -> (SqliteStore, std::sync::mpsc::Sender<std::io::Result<()>>) {
        let (ends, end) = std::sync::mpsc::channel();
        ends.send(Ok(())).unwrap();
        let store = SqliteStore::open_with(path, |_| Ok(move || end.recv().unwrap_or(Ok(())))).unwrap();
        (store, ends)
    }

    struct Advance;

    impl Job for Advance {
        type Out = u64;
        type Err = StoreError;
        async fn run<T: crate::store::Txn>(self, txn: &mut T) -> Stored<u64> {
            Ok(txn.advance(1).await?.0)
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_written_is_neither_acknowledged_nor_shown_before_it_is_on_the_disk() {
        let folder = crate::testing::TempDir::new();
        let (store, ends) = slow(&folder.path().join("slow.db"));
        let store = Arc::new(store);
        assert_eq!(store.read(Head).await, Ok(0), "nothing is behind");
        let write = tokio::spawn({
            let store = store.clone();
            async move { store.write(Advance).await }
        });
        // Committed: another connection sees it.
        let other = connect(&folder.path().join("slow.db"), OpenFlags::default()).unwrap();
        while other.query_row("SELECT seq FROM clock", [], |r| r.get::<_, i64>(0)).unwrap() == 0 {
            tokio::task::yield_now().await;
        }
        let read = tokio::spawn({
            let store = store.clone();
            async move { store.read(Head).await }
        });
        // Long enough for an answer that waits for nothing.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        assert!(!write.is_finished() && !read.is_finished());
        ends.send(Ok(())).unwrap();
        assert_eq!((write.await.unwrap(), read.await.unwrap()), (Ok(0), Ok(1)));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn after_a_sync_that_failed_nothing_is_written_shown_or_folded() {
        let folder = crate::testing::TempDir::new();
        let path = folder.path().join("broken.db");
        let (store, ends) = slow(&path);
        ends.send(Err(std::io::Error::other("gone"))).unwrap();
        assert!(matches!(store.write(Advance).await, Err(StoreError::Backend(_))));
        assert!(matches!(store.read(Head).await, Err(StoreError::Backend(_))));
        assert!(matches!(store.write(Advance).await, Err(StoreError::Backend(_))));
        drop((store, ends));
        assert!(std::fs::metadata(folder.path().join("broken.db-wal")).unwrap().len() > 0, "the log stays as it is");
        // The next start goes on from what the log holds: the first of the two.
        let store = SqliteStore::open(&path).unwrap();
        assert_eq!(store.read(Head).await, Ok(1));
    }

    struct Panics {
        writes: bool,
    }

    impl Job for Panics {
        type Out = ();
        type Err = StoreError;
        async fn run<T: crate::store::Txn>(self, txn: &mut T) -> Stored<()> {
            if self.writes {
                txn.advance(7).await?;
            }
            panic!("as the test asks");
        }
    }

    /// 100 rows of 4 KB, under names of its own.
    struct Bulk(u32);

    impl Job for Bulk {
        type Out = ();
        type Err = StoreError;
        async fn run<T: crate::store::Txn>(self, txn: &mut T) -> Stored<()> {
            let row = |n| crate::store::tables::Meta { name: format!("{}/{n}", self.0), value: "x".repeat(4000) };
            txn.put(&(0..100).map(row).collect::<Vec<_>>()).await
        }
    }

    #[tokio::test]
    async fn the_log_stays_within_bounds_under_writes_without_a_pause() {
        let folder = crate::testing::TempDir::new();
        let store = SqliteStore::open(folder.path().join("busy.db")).unwrap();
        // 200 MB of rows, and always one more waiting.
        for pair in 0..250 {
            tokio::try_join!(store.write(Bulk(2 * pair)), store.write(Bulk(2 * pair + 1))).unwrap();
        }
        let log = std::fs::metadata(folder.path().join("busy.db-wal")).unwrap().len();
        assert!(log < 100 << 20, "{log} bytes");
    }

    struct Head;

    impl Job for Head {
        type Out = u64;
        type Err = StoreError;
        async fn run<T: crate::store::Txn>(self, txn: &mut T) -> Stored<u64> {
            Ok(txn.head().await?.0)
        }
    }

    #[tokio::test]
    async fn a_job_that_panics_takes_only_itself_along() {
        let folder = crate::testing::TempDir::new();
        let store = SqliteStore::open(folder.path().join("panics.db")).unwrap();
        // Alone and among others, writing and reading: the threads live on.
        assert_eq!(store.write(Panics { writes: true }).await, Err(StoreError::Panicked));
        let (panicked, head) = tokio::join!(store.write(Panics { writes: true }), store.write(Head));
        assert_eq!((panicked, head), (Err(StoreError::Panicked), Ok(0)));
        for _ in 0..=READERS {
            assert_eq!(store.read(Panics { writes: false }).await, Err(StoreError::Panicked));
        }
        assert_eq!(store.read(Head).await, Ok(0), "nothing of it was written");
    }
}
