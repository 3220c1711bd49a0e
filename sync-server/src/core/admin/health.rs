//! The store as an operator looks after it: backup, epoch, counts, health.

use crate::{
    core::{
        error::CoreError,
        feed_state::{self, SetEpoch},
        server::ServerCore,
    },
    store::{Job, Store, StoreError, Totals, Txn, tables},
};
use shared::ids::Epoch;
use std::path::PathBuf;

/// How much the store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub records: u64,
    pub ops: u64,
    pub devices: u64,
    /// Photos recorded whose bytes have not arrived.
    pub photos_pending: u64,
}

impl<S: Store> ServerCore<S> {
    /// Copies a snapshot of the store to a new file while the server runs.
    ///
    /// # Errors
    ///
    /// The store failed, or `path` cannot be written.
    pub async fn backup(&self, path: PathBuf) -> Result<(), CoreError> {
        Ok(self.inner.store.backup(path).await?)
    }

    /// Marks the store as restored: devices then read their scopes from the beginning and send acknowledged work again.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn new_epoch(&self) -> Result<Epoch, CoreError> {
        self.inner.store.write(SetEpoch { epoch: Epoch(self.new_id()), replace: true }).await
    }

    /// How much the store holds.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn stats(&self) -> Result<Stats, CoreError> {
        self.inner.store.read(CountTotals).await
    }

    /// Makes one write and one read.
    ///
    /// # Errors
    ///
    /// Either failed, or they disagree.
    pub async fn healthy(&self) -> Result<(), CoreError> {
        let epoch = Epoch(self.new_id());
        let written = self.inner.store.write(SetEpoch { epoch, replace: false }).await?;
        let read = self.inner.store.read(ReadEpoch).await?;
        if written == read { Ok(()) } else { Err(StoreError::Backend("reads and writes disagree".into()).into()) }
    }
}

struct CountTotals;

impl Job for CountTotals {
    type Out = Stats;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Stats, CoreError> {
        let Totals { records, ops, devices, photos_pending } = tables::figures::totals(txn).await?;
        Ok(Stats { records, ops, devices, photos_pending })
    }
}

struct ReadEpoch;

impl Job for ReadEpoch {
    type Out = Epoch;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Epoch, CoreError> {
        Ok(feed_state::epoch(txn).await?)
    }
}
