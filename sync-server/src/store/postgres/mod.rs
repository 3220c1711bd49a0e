//! PostgreSQL, for deployments of several servers: any number of them on one database. One writer at a time per database,
//! which commits in groups ([`writer`]), and readers that each see a snapshot.
//!
//! - [`url`], [`tls`]: where the database is, and how one gets there
//! - [`txn`]: a transaction; [`statements`]: its SQL, [`values`]: what goes in and out of it
//! - [`migrations`], [`dump`]: the schema, backups

mod dump;
mod errors;
mod migrations;
mod statements;
#[cfg(test)]
mod tests;
mod tls;
mod txn;
mod url;
mod values;
mod writer;

pub use dump::{find as find_program, is_dump, restore};
pub use txn::PgTxn;
pub use url::{DatabaseUrl, UrlError};

use super::{Job, Store, StoreError, Stored};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::{Semaphore, oneshot};

/// 8 connections for reading: a pull waits for the database most of its time, and PostgreSQL gives 100 to all.
const READERS: usize = 8;
/// 4,096 waiting reads take seconds; whoever comes after them is better told to come back.
const QUEUE: usize = 4096;
/// 20 s: a read that has waited so long for a connection is better told to come back.
const PATIENCE: Duration = Duration::from_secs(20);

/// A store in one PostgreSQL database, which other servers may have open as well.
pub struct PgStore {
    url: DatabaseUrl,
    writer: writer::Writer,
    readers: Pool,
    reading: Arc<Semaphore>,
    /// Where connections live, whoever's runtime asks.
    runtime: tokio::runtime::Handle,
}

impl PgStore {
    /// Connects and brings the database to the newest schema. Called inside a runtime, which the store then lives on.
    pub async fn open(url: &DatabaseUrl) -> Stored<Self> {
        let runtime = tokio::runtime::Handle::current();
        let (writing, readers) = (pool(url, 1)?, pool(url, READERS)?);
        let client = writing.get().await.map_err(errors::cannot_open)?;
        migrations::migrate(&client, writer::BEGIN).await?;
        drop(client);
        let writer = writer::Writer::start(writing, &runtime);
        Ok(Self { url: url.clone(), writer, readers, reading: Arc::new(Semaphore::new(QUEUE)), runtime })
    }

    /// True when a database holds a store already. Nothing is made.
    pub async fn exists(url: &DatabaseUrl) -> Stored<bool> {
        let client = pool(url, 1)?.get().await.map_err(errors::cannot_open)?;
        Ok(migrations::version(&client).await? > 0)
    }
}

fn pool(url: &DatabaseUrl, size: usize) -> Stored<Pool> {
    let tls = tls::Tls::new(url.root_cert.as_deref())?;
    let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    Pool::builder(Manager::from_config(url.config().clone(), tls, config))
        .max_size(size)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(PATIENCE))
        .create_timeout(Some(PATIENCE))
        .build()
        .map_err(|e| StoreError::Backend(e.to_string()))
}

impl Store for PgStore {
    async fn write<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        self.writer.write(job).await
    }

    async fn read<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
        let permit = self.reading.clone().try_acquire_owned().map_err(|_| StoreError::Busy)?;
        let (answer, reply) = oneshot::channel();
        let readers = self.readers.clone();
        // On a task of its own: whoever asked may lose patience, and the snapshot must be ended all the same.
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

/// Runs a job on one snapshot and answers before the snapshot is ended: nothing was written.
async fn snapshot<J: Job>(pool: &Pool, job: J, answer: oneshot::Sender<Result<J::Out, J::Err>>) {
    let begun = async {
        let mut txn = PgTxn::on(pool).await?;
        txn.begin_snapshot().await.map(|()| txn)
    };
    match begun.await {
        Ok(mut txn) => {
            // Nobody waiting for the answer any more is fine.
            let _ = answer.send(writer::run(job, &mut txn).await);
            if txn.control("ROLLBACK").await.is_ok() {
                txn.finish();
            }
        }
        Err(error) => drop(answer.send(Err(error.into()))),
    }
}
