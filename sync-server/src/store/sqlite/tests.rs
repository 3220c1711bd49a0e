//! Cases that only SQLite has: slow and failing syncs, a growing log, panics.

use super::store::{READERS, SqliteStore, connect};
use crate::store::{Job, Store, StoreError, Stored};
use rusqlite::OpenFlags;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_passes_the_conformance_suite() {
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

/// A store whose every sync, but for the one at its opening, waits for its result from the test.
fn with_slow_syncs(path: &Path) -> (SqliteStore, std::sync::mpsc::Sender<std::io::Result<()>>) {
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
async fn no_write_is_acknowledged_or_returned_by_a_read_before_the_sync() {
    let folder = crate::testing::TempDir::new();
    let (store, ends) = with_slow_syncs(&folder.path().join("slow.db"));
    let store = Arc::new(store);
    assert_eq!(store.read(Head).await, Ok(0), "nothing waits for a sync");
    let write = tokio::spawn({
        let store = store.clone();
        async move { store.write(Advance).await }
    });
    // Wait for the commit, which another connection sees.
    let other = connect(&folder.path().join("slow.db"), OpenFlags::default()).unwrap();
    while other.query_row("SELECT seq FROM clock", [], |r| r.get::<_, i64>(0)).unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    let read = tokio::spawn({
        let store = store.clone();
        async move { store.read(Head).await }
    });
    // Long enough for an answer that does not wait for the sync.
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(!write.is_finished() && !read.is_finished());
    ends.send(Ok(())).unwrap();
    assert_eq!((write.await.unwrap(), read.await.unwrap()), (Ok(0), Ok(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failed_sync_the_store_writes_reads_and_checkpoints_nothing() {
    let folder = crate::testing::TempDir::new();
    let path = folder.path().join("broken.db");
    let (store, ends) = with_slow_syncs(&path);
    ends.send(Err(std::io::Error::other("gone"))).unwrap();
    assert!(matches!(store.write(Advance).await, Err(StoreError::Backend(_))));
    assert!(matches!(store.read(Head).await, Err(StoreError::Backend(_))));
    assert!(matches!(store.write(Advance).await, Err(StoreError::Backend(_))));
    drop((store, ends));
    assert!(std::fs::metadata(folder.path().join("broken.db-wal")).unwrap().len() > 0, "the log stays as it is");
    // The next start goes on from the log, which holds the first of the two writes.
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

/// 100 rows of 4 KB, with names of this job only.
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
    // 200 MB of rows, with always one more job waiting.
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
async fn a_panicking_job_affects_no_other() {
    let folder = crate::testing::TempDir::new();
    let store = SqliteStore::open(folder.path().join("panics.db")).unwrap();
    // Alone and in a group, writing and reading: the threads live on.
    assert_eq!(store.write(Panics { writes: true }).await, Err(StoreError::Panicked));
    let (panicked, head) = tokio::join!(store.write(Panics { writes: true }), store.write(Head));
    assert_eq!((panicked, head), (Err(StoreError::Panicked), Ok(0)));
    for _ in 0..=READERS {
        assert_eq!(store.read(Panics { writes: false }).await, Err(StoreError::Panicked));
    }
    assert_eq!(store.read(Head).await, Ok(0), "the panicked jobs wrote nothing");
}
