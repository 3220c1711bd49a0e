//! A transaction over a transaction. It reads each row once, holds writes back, and sends them together. Several jobs
//! run on it one after the other, each as if it had the transaction to itself, and cost little more than one: a digest
//! that ten jobs change is read once and written once.
//!
//! What the jobs are going to read can be read before, for all of them at once; their own calls are then answered from
//! memory. A call that cannot be answered from memory sends what was held back and goes to the transaction below.

mod known;

use super::{
    cell::Cell,
    error::{StoreError, Stored},
    query::{Filter, Query},
    table::{Counter, Key, Table},
    txn::Txn,
};
use known::{Bytes, KnownRows, Rows, Sums, SumsOf, bytes_of};
use shared::ids::Seq;
use std::collections::{BTreeMap, HashMap};

/// A transaction that several jobs share. Without [`BufferedTxn::flush`] its writes are lost.
pub struct BufferedTxn<'a, T> {
    below: &'a mut T,
    /// One [`KnownRows`] per table, for the struct that read it first.
    tables: BTreeMap<&'static str, Box<dyn Rows<T>>>,
    /// One [`SumsOf`] per table that was added to. Its rows are read from below.
    sums: BTreeMap<&'static str, Box<dyn Sums<T>>>,
    clock: Option<Clock>,
    writes: usize,
}

/// Numbers given out here. A writer has the store's clock to itself until its commit.
struct Clock {
    head: Seq,
    taken: u64,
}

impl<'a, T: Txn> BufferedTxn<'a, T> {
    pub fn new(below: &'a mut T) -> Self {
        Self { below, tables: BTreeMap::new(), sums: BTreeMap::new(), clock: None, writes: 0 }
    }

    /// How many calls have written so far.
    pub fn writes(&self) -> usize {
        self.writes
    }

    /// Sends the writes that were held back.
    ///
    /// # Errors
    /// As at [`Txn`]; [`StoreError::Backend`] where another writer took numbers from the clock meanwhile.
    pub async fn flush(&mut self) -> Stored<()> {
        if let Some(Clock { head, taken }) = self.clock.take()
            && taken > 0
            && self.below.advance(taken).await? != head
        {
            return Err(StoreError::Backend("the clock moved under a writer".into()));
        }
        for table in self.tables.values_mut() {
            table.write(self.below).await?;
        }
        for sums in self.sums.values_mut() {
            sums.write(self.below).await?;
        }
        Ok(())
    }

    /// The known rows of a table. `None` for a table of sums, and for a second struct of one table.
    fn known<R: Table>(&mut self) -> Option<&mut KnownRows<R>> {
        if self.sums.contains_key(R::NAME) {
            return None;
        }
        let table = self.tables.entry(R::NAME).or_insert_with(|| Box::new(KnownRows::<R>::default()));
        table.any().downcast_mut()
    }

    /// Sends everything and forgets a table, before a write that is not held back.
    async fn forget<R: Table>(&mut self) -> Stored<()> {
        self.flush().await?;
        self.tables.remove(R::NAME);
        Ok(())
    }
}

impl<T: Txn> Txn for BufferedTxn<'_, T> {
    async fn get<R: Table>(&mut self, keys: &[R::Key]) -> Stored<Vec<Option<R>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let bytes: Vec<Bytes> = keys.iter().map(|key| bytes_of(&key.cells())).collect();
        let Some(known) = self.known::<R>() else {
            self.flush().await?;
            return self.below.get(keys).await;
        };
        let unknown: BTreeMap<&Bytes, &R::Key> =
            bytes.iter().zip(keys).filter(|(bytes, _)| !known.rows.contains_key(*bytes)).collect();
        let (unknown, wanted): (Vec<&Bytes>, Vec<R::Key>) = unknown.into_iter().map(|(b, k)| (b, k.clone())).unzip();
        if !wanted.is_empty() {
            let found = self.below.get::<R>(&wanted).await?;
            if let Some(known) = self.known::<R>() {
                unknown.into_iter().zip(found).for_each(|(bytes, row)| known.learn(bytes.clone(), row));
            }
        }
        let known = self.known::<R>();
        Ok(bytes.iter().map(|bytes| known.as_ref()?.rows.get(bytes).cloned().flatten()).collect())
    }

    async fn put<R: Table>(&mut self, rows: &[R]) -> Stored<()> {
        if rows.is_empty() {
            return Ok(());
        }
        self.writes += 1;
        if let Some(known) = self.known::<R>() {
            rows.iter().for_each(|row| known.set(&row.key(), Some(row.clone())));
            return Ok(());
        }
        self.forget::<R>().await?;
        self.below.put(rows).await
    }

    async fn delete<R: Table>(&mut self, keys: &[R::Key]) -> Stored<()> {
        if keys.is_empty() {
            return Ok(());
        }
        self.writes += 1;
        if let Some(known) = self.known::<R>() {
            keys.iter().for_each(|key| known.set(key, None));
            return Ok(());
        }
        self.forget::<R>().await?;
        self.below.delete::<R>(keys).await
    }

    async fn find<R: Table>(&mut self, column: &'static str, values: &[Cell<'_>]) -> Stored<Vec<R>> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let Some(known) = self.known::<R>() else {
            self.flush().await?;
            return self.below.find(column, values).await;
        };
        let loaded = known.columns.entry(column).or_default();
        let mut unknown: Vec<Cell<'_>> = values.to_vec();
        // NULL is equal to nothing, itself included.
        unknown.retain(|value| *value != Cell::Null && !loaded.contains_key(&bytes_of(&[*value])));
        unknown.sort_unstable();
        unknown.dedup();
        if !unknown.is_empty() {
            let found = self.below.find::<R>(column, &unknown).await?;
            if let Some(known) = self.known::<R>() {
                found.into_iter().for_each(|row| known.learn(bytes_of(&row.key().cells()), Some(row)));
                // From the rows as they are now: some were changed here before they were read.
                let mut lists: HashMap<Bytes, Vec<Bytes>> =
                    unknown.iter().map(|value| (bytes_of(&[*value]), Vec::new())).collect();
                for (key, row) in known.rows.iter().filter_map(|(key, row)| Some((key, row.as_ref()?))) {
                    if let Some(keys) = lists.get_mut(&KnownRows::value(row, column)) {
                        keys.push(key.clone());
                    }
                }
                lists.values_mut().for_each(|keys| keys.sort_unstable());
                known.columns.entry(column).or_default().extend(lists);
            }
        }
        let Some(known) = self.known::<R>() else { return Ok(Vec::new()) };
        let keys = |value: &Cell<'_>| known.columns.get(column)?.get(&bytes_of(&[*value]));
        let keys = values.iter().filter_map(keys).flatten();
        Ok(keys.filter_map(|key| known.rows.get(key)?.clone()).collect())
    }

    async fn add<R: Counter>(&mut self, rows: &[R]) -> Stored<()> {
        if rows.is_empty() {
            return Ok(());
        }
        self.writes += 1;
        if self.tables.contains_key(R::NAME) {
            self.forget::<R>().await?;
        }
        let sums = self.sums.entry(R::NAME).or_insert_with(|| Box::new(SumsOf::<R>::default()));
        match sums.any().downcast_mut::<SumsOf<R>>() {
            Some(sums) => sums.add(rows),
            None => {
                self.flush().await?;
                self.below.add(rows).await
            }
        }
    }

    async fn select<R: Table>(&mut self, query: &Query<'_>) -> Stored<Vec<R>> {
        self.flush().await?;
        self.below.select(query).await
    }

    async fn count<R: Table>(&mut self, filters: &[Filter<'_>]) -> Stored<i64> {
        self.flush().await?;
        self.below.count::<R>(filters).await
    }

    async fn head(&mut self) -> Stored<Seq> {
        match &self.clock {
            Some(clock) => Ok(Seq(clock.head.0 + clock.taken)),
            None => self.below.head().await,
        }
    }

    async fn advance(&mut self, by: u64) -> Stored<Seq> {
        self.writes += 1;
        if self.clock.is_none() {
            self.clock = Some(Clock { head: self.below.head().await?, taken: 0 });
        }
        let Some(clock) = &mut self.clock else { return Err(StoreError::Closed) };
        let before = Seq(clock.head.0 + clock.taken);
        clock.taken += by;
        Ok(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        store::{Job, SqliteStore, Store, conformance},
        testing::TempDir,
    };
    use std::{cell::Cell as Counter, path::PathBuf};

    /// A store that runs every job on a buffered transaction.
    struct Buffered(SqliteStore);

    struct OnBuffer<J>(J);

    impl<J: Job> Job for OnBuffer<J> {
        type Out = J::Out;
        type Err = J::Err;
        async fn run<T: Txn>(self, txn: &mut T) -> Result<J::Out, J::Err> {
            let mut buffered = BufferedTxn::new(txn);
            let out = self.0.run(&mut buffered).await?;
            buffered.flush().await?;
            Ok(out)
        }
    }

    impl Store for Buffered {
        async fn write<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
            self.0.write(OnBuffer(job)).await
        }
        async fn read<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
            self.0.read(OnBuffer(job)).await
        }
        async fn backup(&self, path: PathBuf) -> Stored<()> {
            self.0.backup(path).await
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_buffered_transaction_passes_the_conformance_suite() {
        let (temp, next) = (TempDir::new(), Counter::new(0));
        let make = || {
            next.set(next.get() + 1);
            Buffered(SqliteStore::open(temp.path().join(format!("{}.db", next.get()))).unwrap())
        };
        conformance::run(make).await;
    }
}
