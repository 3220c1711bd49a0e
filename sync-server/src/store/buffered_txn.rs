//! A transaction over a transaction: reads are asked once, writes are kept back and go down in bulk. Several jobs run one
//! after the other on it as if each had the transaction to itself, and cost little more than one of them: a digest that
//! ten jobs change is read once and written once.
//!
//! What the jobs will ask can be asked beforehand, for all of them at once: their own calls are then answered from here.
//! Whatever cannot be answered from here goes down, after all that was kept back: slower, never wrong.

use super::{
    Cell, Key, SeqColumn, StoreError, Stored, Table, TallyRow, Totals, Txn,
    tables::{DailyCount, OpenCount, Tombstone, WorkerFeed},
};
use shared::{Month, RecipientId, RowId, WorkerId, ids::Seq};
use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet, HashMap},
    future::Future,
    pin::Pin,
};

pub struct BufferedTxn<'a, T> {
    below: &'a mut T,
    /// One [`Known`] per table, under the struct that was used for it first.
    tables: BTreeMap<&'static str, Box<dyn Kept<T>>>,
    clock: Option<Clock>,
    tallies: BTreeMap<Line, (i64, i64)>,
    standing: BTreeMap<(String, i64), i64>,
    writes: usize,
}

/// Parent, month, area, category and indicator of a [`TallyRow`].
type Line = (String, Month, String, String, u8);

/// Numbers given out here. Whoever writes has the store's clock to itself until the commit.
struct Clock {
    head: Seq,
    taken: u64,
}

/// A key or a value, as it is compared.
type Bytes = Vec<u8>;

fn bytes_of(cells: &[Cell<'_>]) -> Bytes {
    let mut bytes = Vec::with_capacity(cells.len() * 20);
    for cell in cells {
        let (tag, content) = match cell {
            Cell::Null => (0, &[][..]),
            Cell::Int(n) => {
                bytes.push(1);
                bytes.extend(n.to_be_bytes());
                continue;
            }
            Cell::Text(text) => (2, text.as_bytes()),
            Cell::Blob(blob) => (3, *blob),
        };
        bytes.push(tag);
        bytes.extend((content.len() as u64).to_be_bytes());
        bytes.extend(content);
    }
    bytes
}

/// Rows of one table as far as they are known.
struct Known<R: Table> {
    /// `None`: known to be absent.
    rows: HashMap<Bytes, Option<R>>,
    /// Keys of rows to be written or deleted.
    changed: BTreeSet<Bytes>,
    /// Per column, the keys of all rows with a value, for values that were asked.
    columns: HashMap<&'static str, HashMap<Bytes, Vec<Bytes>>>,
    keys: HashMap<Bytes, R::Key>,
}

impl<R: Table> Known<R> {
    fn new() -> Self {
        Self { rows: HashMap::new(), changed: BTreeSet::new(), columns: HashMap::new(), keys: HashMap::new() }
    }

    fn value(row: &R, column: &str) -> Bytes {
        let at = R::COLUMNS.iter().position(|c| *c == column);
        at.and_then(|at| row.cells().get(at).map(|cell| bytes_of(&[*cell]))).unwrap_or_default()
    }

    /// What was read from below; what is known here is newer.
    fn learn(&mut self, key: Bytes, row: Option<R>) {
        self.rows.entry(key).or_insert(row);
    }

    fn set(&mut self, key: &R::Key, row: Option<R>) {
        let bytes = bytes_of(&key.cells());
        let old = self.rows.insert(bytes.clone(), row.clone()).flatten();
        for (column, values) in &mut self.columns {
            if let Some(old) = &old
                && let Some(keys) = values.get_mut(&Self::value(old, column))
            {
                keys.retain(|k| *k != bytes);
            }
            if let Some(row) = &row
                && let Some(keys) = values.get_mut(&Self::value(row, column))
            {
                keys.push(bytes.clone());
            }
        }
        self.keys.insert(bytes.clone(), key.clone());
        self.changed.insert(bytes);
    }
}

type Written<'f> = Pin<Box<dyn Future<Output = Stored<()>> + Send + 'f>>;

/// A table whose rows only itself knows.
trait Kept<T>: Send {
    fn any(&mut self) -> &mut dyn Any;
    fn write<'f>(&'f mut self, below: &'f mut T) -> Written<'f>;
}

impl<T: Txn, R: Table> Kept<T> for Known<R> {
    fn any(&mut self) -> &mut dyn Any {
        self
    }
    fn write<'f>(&'f mut self, below: &'f mut T) -> Written<'f> {
        let (mut put, mut delete): (Vec<R>, Vec<R::Key>) = (Vec::new(), Vec::new());
        for bytes in std::mem::take(&mut self.changed) {
            match self.rows.get(&bytes) {
                Some(Some(row)) => put.push(row.clone()),
                _ => delete.extend(self.keys.get(&bytes).cloned()),
            }
        }
        self.keys.clear();
        Box::pin(async move {
            below.put(&put).await?;
            below.delete::<R>(&delete).await
        })
    }
}

impl<'a, T: Txn> BufferedTxn<'a, T> {
    pub fn new(below: &'a mut T) -> Self {
        Self {
            below,
            tables: BTreeMap::new(),
            clock: None,
            tallies: BTreeMap::new(),
            standing: BTreeMap::new(),
            writes: 0,
        }
    }

    /// How many calls have written so far.
    pub fn writes(&self) -> usize {
        self.writes
    }

    /// Writes what was kept back. A transaction that ends without loses it.
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
        let row = |((parent, month, area, category, indicator), (n, fen))| TallyRow {
            parent,
            area,
            month,
            category,
            indicator,
            n,
            fen,
        };
        let tallies: Vec<TallyRow> = std::mem::take(&mut self.tallies).into_iter().map(row).collect();
        self.below.tally_add(&tallies).await?;
        let standing = std::mem::take(&mut self.standing).into_iter().map(|((area_feed, what), n)| OpenCount {
            area_feed,
            what,
            n,
        });
        self.below.open_count_add(&standing.collect::<Vec<_>>()).await
    }

    /// The table's rows, unless it is one of those that only go down: counted ones, and a second struct for a table.
    fn known<R: Table>(&mut self) -> Option<&mut Known<R>> {
        if R::NAME == OpenCount::NAME {
            return None;
        }
        let table = self.tables.entry(R::NAME).or_insert_with(|| Box::new(Known::<R>::new()));
        table.any().downcast_mut()
    }

    /// Forgets a table, once it is written: something goes past it.
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
        let (places, wanted): (Vec<&Bytes>, Vec<R::Key>) = unknown.into_iter().map(|(b, k)| (b, k.clone())).unzip();
        if !wanted.is_empty() {
            let found = self.below.get::<R>(&wanted).await?;
            if let Some(known) = self.known::<R>() {
                places.into_iter().zip(found).for_each(|(bytes, row)| known.learn(bytes.clone(), row));
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
        let asked = known.columns.entry(column).or_default();
        let mut unknown: Vec<Cell<'_>> = values.to_vec();
        // NULL is equal to nothing, itself included.
        unknown.retain(|value| *value != Cell::Null && !asked.contains_key(&bytes_of(&[*value])));
        unknown.sort_unstable();
        unknown.dedup();
        if !unknown.is_empty() {
            let found = self.below.find::<R>(column, &unknown).await?;
            if let Some(known) = self.known::<R>() {
                found.into_iter().for_each(|row| known.learn(bytes_of(&row.key().cells()), Some(row)));
                // From the rows as they are now: some were changed here before they were asked for.
                let mut lists: HashMap<Bytes, Vec<Bytes>> =
                    unknown.iter().map(|value| (bytes_of(&[*value]), Vec::new())).collect();
                for (key, row) in known.rows.iter().filter_map(|(key, row)| Some((key, row.as_ref()?))) {
                    if let Some(keys) = lists.get_mut(&Known::value(row, column)) {
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

    async fn under<R: Table>(&mut self, column: &'static str, prefix: &str) -> Stored<Vec<R>> {
        self.flush().await?;
        self.below.under(column, prefix).await
    }

    async fn between<R: Table>(&mut self, column: &'static str, from: i64, to: i64, limit: usize) -> Stored<Vec<R>> {
        self.flush().await?;
        self.below.between(column, from, to, limit).await
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

    async fn seqs(&mut self, column: SeqColumn, values: &[Cell<'_>], after: Seq, limit: usize) -> Stored<Vec<Seq>> {
        self.flush().await?;
        self.below.seqs(column, values, after, limit).await
    }

    async fn docs(&mut self, seqs: &[Seq]) -> Stored<Vec<(Seq, RowId, String)>> {
        self.flush().await?;
        self.below.docs(seqs).await
    }

    async fn worker_feed(&mut self, worker: WorkerId, after: Seq, limit: usize) -> Stored<Vec<WorkerFeed>> {
        self.flush().await?;
        self.below.worker_feed(worker, after, limit).await
    }

    async fn tombstones(&mut self, area_feeds: &[String], after: Seq, limit: usize) -> Stored<Vec<Tombstone>> {
        self.flush().await?;
        self.below.tombstones(area_feeds, after, limit).await
    }

    async fn tally_add(&mut self, rows: &[TallyRow]) -> Stored<()> {
        self.writes += 1;
        for row in rows {
            let line = (row.parent.clone(), row.month, row.area.clone(), row.category.clone(), row.indicator);
            let sum = self.tallies.entry(line).or_default();
            (sum.0, sum.1) = (sum.0 + row.n, sum.1 + row.fen);
        }
        Ok(())
    }

    async fn tally(&mut self, parent: &str, from: Month, to: Month) -> Stored<Vec<TallyRow>> {
        self.flush().await?;
        self.below.tally(parent, from, to).await
    }

    async fn open_count_add(&mut self, rows: &[OpenCount]) -> Stored<()> {
        self.writes += 1;
        for row in rows {
            *self.standing.entry((row.area_feed.clone(), row.what)).or_default() += row.n;
        }
        Ok(())
    }

    async fn daily_counts_before(&mut self, recipient: RecipientId, day: i32, n: usize) -> Stored<Vec<DailyCount>> {
        self.flush().await?;
        self.below.daily_counts_before(recipient, day, n).await
    }

    async fn overdue(&mut self, area: &str, today: i32) -> Stored<i64> {
        self.flush().await?;
        self.below.overdue(area, today).await
    }

    async fn silent_devices(&mut self, area: &str, before_ms: i64) -> Stored<i64> {
        self.flush().await?;
        self.below.silent_devices(area, before_ms).await
    }

    async fn totals(&mut self) -> Stored<Totals> {
        self.flush().await?;
        self.below.totals().await
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

    /// A store whose every job runs on an buffered_txn.
    struct Overlaid(SqliteStore);

    struct Over<J>(J);

    impl<J: Job> Job for Over<J> {
        type Out = J::Out;
        type Err = J::Err;
        async fn run<T: Txn>(self, txn: &mut T) -> Result<J::Out, J::Err> {
            let mut buffered_txn = BufferedTxn::new(txn);
            let out = self.0.run(&mut buffered_txn).await?;
            buffered_txn.flush().await?;
            Ok(out)
        }
    }

    impl Store for Overlaid {
        async fn write<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
            self.0.write(Over(job)).await
        }
        async fn read<J: Job>(&self, job: J) -> Result<J::Out, J::Err> {
            self.0.read(Over(job)).await
        }
        async fn backup(&self, path: PathBuf) -> Stored<()> {
            self.0.backup(path).await
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn it_keeps_every_promise_of_a_transaction() {
        let (temp, next) = (TempDir::new(), Counter::new(0));
        let make = || {
            next.set(next.get() + 1);
            Overlaid(SqliteStore::open(temp.path().join(format!("{}.db", next.get()))).unwrap())
        };
        conformance::run(make).await;
    }
}
