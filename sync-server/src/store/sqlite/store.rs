//! [`SqliteStore`]: the backend.

use super::{
    checkpoint::Checkpointer,
    errors::failed,
    migrations,
    queued::Write,
    reader,
    syncer::{DurableThrough, Syncer},
    writer::Writer,
};
use crate::store::{
    error::{StoreError, Stored},
    job::{Job, Store},
};
use rusqlite::{Connection, OpenFlags};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::oneshot;

/// 4: as many pulls at once as a machine with two cores can use, each with another that waits for the disk.
pub(super) const READERS: usize = 4;

/// A store in one SQLite file, with its `-wal` beside it. Dropping it waits for the jobs that were begun.
pub struct SqliteStore {
    writer: Writer,
    readers: reader::Readers,
    durable: DurableThrough,
    path: Arc<PathBuf>,
}

impl SqliteStore {
    /// Opens or creates the file at `path` and brings it to the newest schema.
    ///
    /// # Errors
    /// [`StoreError::Backend`] where the file cannot be opened or holds the store of a newer server;
    /// [`StoreError::Full`] where the disk is full.
    pub fn open(path: impl AsRef<Path>) -> Stored<Self> {
        Self::open_with(path.as_ref(), sync_of_log)
    }

    /// `sync` makes the function that fsyncs the log of the file at a path.
    pub(super) fn open_with<S: FnMut() -> io::Result<()> + Send + 'static>(
        path: &Path,
        sync: impl FnOnce(&Path) -> Stored<S>,
    ) -> Stored<Self> {
        let path = path.to_owned();
        let mut conn = connect(&path, OpenFlags::default())?;
        conn.execute_batch(
            // NORMAL leaves the sync of commits to syncer.rs, and syncs where the log begins anew. Checkpoints are made
            // by checkpoint.rs.
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
        let checkpoints = connect(&path, OpenFlags::default())?;
        checkpoints.execute_batch("PRAGMA synchronous = FULL").map_err(failed)?;
        let checkpointer = Checkpointer::start(checkpoints)?;
        let mut sync = sync(&path)?;
        // A server that was killed may have left commits that are not on the disk, and that are read from now on.
        sync().map_err(|e| StoreError::Backend(format!("the log of the store: {e}")))?;
        let syncer = Syncer::start(sync)?;
        let durable = syncer.durable_through();
        Ok(Self {
            writer: Writer::start(conn, checkpointer, syncer)?,
            readers: reader::Readers::start(readers)?,
            durable,
            path: path.into(),
        })
    }

    /// Limits the file to a number of pages, for tests of a full disk.
    ///
    /// # Errors
    /// [`StoreError::Backend`] where SQLite refuses; [`StoreError::Closed`] after a panic of the writer.
    #[cfg(any(test, feature = "testing"))]
    pub async fn limit_pages(&self, pages: u32) -> Stored<u32> {
        self.writer
            .maintain(move |conn| conn.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |r| r.get(0)))
            .await
    }

    /// How many pages the file has.
    ///
    /// # Errors
    /// As [`SqliteStore::limit_pages`].
    #[cfg(any(test, feature = "testing"))]
    pub async fn pages(&self) -> Stored<u32> {
        self.writer.maintain(|conn| conn.query_row("PRAGMA page_count", [], |r| r.get(0))).await
    }
}

/// Syncs the log of the file at `path` through a handle of its own. SQLite locks only the file, never the log, so
/// closing the handle releases no lock.
fn sync_of_log(path: &Path) -> Stored<impl FnMut() -> io::Result<()> + Send + use<>> {
    let open = || {
        // The log is beside the file itself, where the path is a link.
        let mut name = path.canonicalize()?.into_os_string();
        name.push("-wal");
        std::fs::File::options().read(true).write(true).open(name)
    };
    let log = open().map_err(|e| StoreError::Backend(format!("the log of the store: {e}")))?;
    Ok(move || log.sync_data())
}

pub(super) fn connect(path: &Path, flags: OpenFlags) -> Stored<Connection> {
    let conn = Connection::open_with_flags(path, flags).map_err(failed)?;
    conn.busy_timeout(Duration::from_secs(10)).map_err(failed)?;
    conn.set_prepared_statement_cache_capacity(200);
    Ok(conn)
}

impl Store for SqliteStore {
    fn in_order(&self) -> bool {
        true
    }

    async fn write<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        let (answer, reply) = oneshot::channel();
        self.writer.send(Box::new(Write::new(job, answer)))?;
        reply.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    async fn read<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        let (answer, reply) = oneshot::channel();
        let durable = self.durable.clone();
        self.readers.send(Box::new(move |conn| {
            let found = reader::snapshot(conn, job);
            // The caller may have given up.
            let _ = answer.send((found, durable.newest_visible()));
        }))?;
        let (found, seen) = reply.await.map_err(|_| StoreError::Closed)?;
        self.durable.wait_for(seen).await?;
        found
    }

    async fn backup(&self, path: PathBuf) -> Stored<()> {
        let from = self.path.clone();
        let work = move || -> Stored<()> {
            let source = connect(&from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            let partial = path.with_extension("partial");
            // Left by an interrupted backup; usually there is none.
            let _ = std::fs::remove_file(&partial);
            // VACUUM INTO reads one snapshot and blocks no writer; the copy is compact and has no log.
            let name = partial.to_string_lossy();
            source.execute("VACUUM INTO ?1", [name.as_ref()]).map_err(failed)?;
            let io = |e: io::Error| StoreError::Backend(e.to_string());
            std::fs::File::open(&partial).and_then(|f| f.sync_all()).map_err(io)?;
            std::fs::rename(&partial, &path).map_err(io)
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)?
    }
}
