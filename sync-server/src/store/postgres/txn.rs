//! A transaction on one connection. A read waits for its rows. A write is sent at once, and its reply is collected at
//! the next read or at the end: a job costs as many round trips as it has reads.

use super::{
    errors::{failed, no_connection},
    values::{Found, Param},
};
use crate::store::{
    error::{StoreError, Stored},
    table::Table,
};
use deadpool_postgres::{Object, Pool};
use futures_util::{TryStreamExt, future::join};
use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
};

type Pending = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + Send>>;

/// A transaction, and what of it is not answered yet.
pub struct PgTxn {
    client: Option<Arc<Object>>,
    /// Statements that were sent, in this order, and are not answered yet.
    sent: Vec<Pending>,
    /// The first failure. The transaction can then only be rolled back, even where its job ignores the error.
    failure: Option<StoreError>,
}

impl PgTxn {
    /// Takes a connection from a pool.
    pub async fn on(pool: &Pool) -> Stored<Self> {
        let client = pool.get().await.map_err(no_connection)?;
        Ok(Self { client: Some(Arc::new(client)), sent: Vec::new(), failure: None })
    }

    fn client(&self) -> Stored<Arc<Object>> {
        self.client.clone().ok_or(StoreError::Closed)
    }

    /// Runs statements that begin, divide or end a transaction, and waits for them.
    pub async fn control(&mut self, statements: &str) -> Stored<()> {
        self.client()?.batch_execute(statements).await.map_err(failed)
    }

    /// Begins a snapshot. Where that fails, the first read fails.
    pub async fn begin_snapshot(&mut self) -> Stored<()> {
        let client = self.client()?;
        self.send(async move { client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await }).await
    }

    /// Waits for all statements that were sent. Fails with the first failure of the transaction, now and later.
    pub async fn settle(&mut self) -> Stored<()> {
        let outcome = collect(std::mem::take(&mut self.sent)).await;
        self.record_failure(outcome)?;
        self.failure.clone().map_or(Ok(()), Err)
    }

    /// Forgets the failure of one job, so that the next can go on.
    pub fn clear_failure(&mut self) {
        self.failure = None;
    }

    /// Gives the connection back to its pool. Without this it is closed when dropped, since its state is unknown.
    pub fn finish(mut self) {
        self.sent.clear();
        self.client = None;
    }

    fn record_failure<T>(&mut self, outcome: Stored<T>) -> Stored<T> {
        outcome.inspect_err(|error| {
            self.failure.get_or_insert_with(|| error.clone());
        })
    }

    /// Waits for `work` and for the statements before it: a connection replies in order.
    async fn wait_for<T>(&mut self, work: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Stored<T> {
        let (before, outcome) = join(collect(std::mem::take(&mut self.sent)), work).await;
        self.record_failure(before)?;
        self.record_failure(outcome.map_err(failed))
    }

    async fn prepare(&mut self, sql: &str) -> Stored<(Arc<Object>, tokio_postgres::Statement)> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let client = self.client()?;
        let statement = {
            let mut preparing = pin!(client.prepare_cached(sql));
            match once(preparing.as_mut()).await {
                Poll::Ready(statement) => self.record_failure(statement.map_err(failed))?,
                Poll::Pending => self.wait_for(preparing).await?,
            }
        };
        Ok((client, statement))
    }

    async fn send(
        &mut self,
        work: impl Future<Output = Result<(), tokio_postgres::Error>> + Send + 'static,
    ) -> Stored<()> {
        let mut work: Pending = Box::pin(work);
        match once(work.as_mut()).await {
            Poll::Ready(outcome) => self.record_failure(outcome.map_err(failed)),
            Poll::Pending => {
                self.sent.push(work);
                Ok(())
            }
        }
    }

    /// Sends a statement whose rows are not needed.
    pub(super) async fn execute(&mut self, sql: &str, params: Vec<Param>) -> Stored<()> {
        let (client, statement) = self.prepare(sql).await?;
        self.send(async move { client.execute_raw(&statement, params).await.map(drop) }).await
    }

    /// Runs a statement and waits for its rows.
    pub(super) async fn rows(&mut self, sql: &str, params: Vec<Param>) -> Stored<Vec<Found>> {
        let (client, statement) = self.prepare(sql).await?;
        let query = async { client.query_raw(&statement, params).await?.try_collect::<Vec<_>>().await };
        self.wait_for(query).await?.into_iter().map(Found::new).collect()
    }

    /// Rows of a table.
    pub(super) async fn read<T: Table>(&mut self, sql: &str, params: Vec<Param>) -> Stored<Vec<T>> {
        self.rows(sql, params).await?.iter().map(|row| row.read(0)).collect()
    }

    /// The whole number in the first row; 0 without a row.
    pub(super) async fn number(&mut self, sql: &str, params: Vec<Param>) -> Stored<i64> {
        self.rows(sql, params).await?.first().map_or(Ok(0), |row| row.get(0))
    }
}

impl Drop for PgTxn {
    fn drop(&mut self) {
        self.sent.clear();
        if let Some(client) = self.client.take().and_then(Arc::into_inner) {
            // Taken out of the pool, and so closed.
            drop(Object::take(client));
        }
    }
}

/// Polls once, by which the statement is sent.
async fn once<F: Future + ?Sized>(mut work: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx))).await
}

/// Waits for all replies, in order. Of several errors the first is returned: the others follow from it.
async fn collect(sent: Vec<Pending>) -> Stored<()> {
    let mut outcome = Ok(());
    for pending in sent {
        outcome = outcome.and(pending.await.map_err(failed));
    }
    outcome
}
