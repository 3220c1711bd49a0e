//! [`PgStore`]: the backend.

use super::{
    dump, errors, migrations,
    pool::{self, pool},
    txn::PgTxn,
    url::DatabaseUrl,
    writer,
};
use crate::store::{
    error::{StoreError, Stored},
    job::{Job, Store},
};
use deadpool_postgres::Pool;
use std::{path::PathBuf, sync::Arc};
use tokio::sync::{Semaphore, oneshot};

/// 8 connections for reading: a pull waits for the database most of its time, and PostgreSQL allows 100 connections in
/// all.
const READERS: usize = 8;
/// 4,096 waiting reads take seconds; a caller after them is refused and retries.
const QUEUE: usize = 4096;
/// A store in one PostgreSQL database, which other servers may have open as well.
pub struct PgStore {
    url: DatabaseUrl,
    writer: writer::Writer,
    pub(super) readers: Pool,
    reading: Arc<Semaphore>,
    /// The runtime that connections live on, whatever runtime a caller has.
    runtime: tokio::runtime::Handle,
}

impl PgStore {
    /// Connects and brings the database to the newest schema. Must be called inside a runtime, which the store then
    /// uses.
    ///
    /// # Errors
    /// [`StoreError::Backend`] where the database cannot be reached, refuses the login, has another encoding than
    /// UTF-8, or holds the store of a newer server; as [`crate::store::Txn`] while a migration runs.
    pub async fn open(url: &DatabaseUrl) -> Stored<Self> {
        let runtime = tokio::runtime::Handle::current();
        let (writing, readers) = (pool(url, 1)?, pool(url, READERS)?);
        let client = writing.get().await.map_err(errors::cannot_open)?;
        migrations::migrate(&client, writer::BEGIN).await?;
        drop(client);
        let writer = writer::Writer::start(writing, &runtime);
        Ok(Self { url: url.clone(), writer, readers, reading: Arc::new(Semaphore::new(QUEUE)), runtime })
    }

    /// True where a database holds a store already. Creates nothing.
    ///
    /// # Errors
    /// [`StoreError::Backend`] where the database cannot be reached.
    pub async fn exists(url: &DatabaseUrl) -> Stored<bool> {
        pool::holds_store(url).await
    }
}

impl Store for PgStore {
    async fn write<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        self.writer.write(job).await
    }

    async fn read<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        let permit = self.reading.clone().try_acquire_owned().map_err(|_| StoreError::Busy)?;
        let (answer, reply) = oneshot::channel();
        let readers = self.readers.clone();
        // On a task of its own: the caller may give up, and the snapshot must be ended all the same.
        self.runtime.spawn(async move {
            snapshot(&readers, job, answer).await;
            drop(permit);
        });
        reply.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    async fn backup(&self, path: PathBuf) -> Stored<()> {
        dump::dump(&self.url, &path).await
    }
}

/// Runs a job on one snapshot. It answers before the snapshot ends, since nothing was written.
async fn snapshot<J: Job>(pool: &Pool, job: J, answer: oneshot::Sender<Result<J::Out, J::Err>>) {
    let begun = async {
        let mut txn = PgTxn::on(pool).await?;
        txn.begin_snapshot().await.map(|()| txn)
    };
    match begun.await {
        Ok(mut txn) => {
            // The caller may have given up.
            let _ = answer.send(writer::run(job, &mut txn).await);
            if txn.control("ROLLBACK").await.is_ok() {
                txn.finish();
            }
        }
        Err(error) => drop(answer.send(Err(error.into()))),
    }
}
