//! A transaction on a state: every change notes what was there before, and unless it is committed all of it is put back.

use super::state::{Rows, State, Value, Values, owned, read};
use crate::store::{
    Cell, Column, Key, SeqColumn, Stored, Table, TallyRow, Totals, Txn,
    at_once::answered_at_once,
    tables::{DailyCount, Device, OpenCount, Recipient, Tombstone, Worker, WorkerFeed},
};
use shared::{Month, RecipientId, RowId, WorkerId, ids::Seq};
use std::{
    collections::{BTreeMap, HashSet},
    future::{Future, ready},
    sync::Arc,
};

/// Dropped without a commit it never was.
pub struct MemoryTxn<'a> {
    state: &'a mut State,
    clock_before: u64,
    /// Table, key and what stood there, in the order of the changes.
    undo: Vec<(&'static str, Values, Option<Arc<Values>>)>,
}

impl Drop for MemoryTxn<'_> {
    fn drop(&mut self) {
        for (table, key, before) in std::mem::take(&mut self.undo).into_iter().rev() {
            let Some(rows) = self.state.tables.get_mut(table) else { continue };
            let by_key = &mut Arc::make_mut(rows).by_key;
            match before {
                Some(row) => by_key.insert(key, row),
                None => by_key.remove(&key),
            };
        }
        self.state.clock = self.clock_before;
    }
}

const TALLY: &str = "tally";
const TALLY_COLUMNS: &[&str] = &["n", "fen"];

impl<'a> MemoryTxn<'a> {
    pub(super) fn new(state: &'a mut State) -> Self {
        Self { clock_before: state.clock, state, undo: Vec::new() }
    }

    pub(super) fn commit(mut self) {
        self.undo.clear();
        self.clock_before = self.state.clock;
    }

    fn rows(&self, table: &str) -> Option<&Rows> {
        self.state.tables.get(table).map(Arc::as_ref)
    }

    fn set(&mut self, table: &'static str, columns: &[&str], key: Values, row: Option<Values>) {
        let rows = self.state.tables.entry(table.to_owned()).or_default();
        let rows = Arc::make_mut(rows);
        if rows.columns.is_empty() {
            rows.columns = columns.iter().map(|c| (*c).to_owned()).collect();
        }
        let before = match row {
            Some(row) => rows.by_key.insert(key.clone(), Arc::new(row)),
            None => rows.by_key.remove(&key),
        };
        self.undo.push((table, key, before));
    }

    fn get_now<T: Table>(&self, keys: &[T::Key]) -> Stored<Vec<Option<T>>> {
        let Some(rows) = self.rows(T::NAME) else { return Ok(keys.iter().map(|_| None).collect()) };
        let places = rows.places::<T>()?;
        let get = |key: &T::Key| rows.by_key.get(&owned(key.cells())).map(|row| read(row, &places)).transpose();
        keys.iter().map(get).collect()
    }

    fn put_now<T: Table>(&mut self, rows: &[T]) {
        for row in rows {
            self.set(T::NAME, T::COLUMNS, owned(row.key().cells()), Some(owned(row.cells())));
        }
    }

    fn delete_now<T: Table>(&mut self, keys: &[T::Key]) {
        for key in keys {
            self.set(T::NAME, T::COLUMNS, owned(key.cells()), None);
        }
    }

    /// Rows whose column's cell is wanted, in the order of their keys.
    fn those<T: Table>(&self, column: &str, wanted: impl Fn(Cell<'_>) -> bool) -> Stored<Vec<T>> {
        let Some(rows) = self.rows(T::NAME) else { return Ok(Vec::new()) };
        let (at, places) = (rows.place(column)?, rows.places::<T>()?);
        rows.by_key.values().filter(|row| wanted(row[at].cell())).map(|row| read(row, &places)).collect()
    }

    fn under_now<T: Table>(&self, column: &str, prefix: &str) -> Stored<Vec<T>> {
        if prefix.is_empty() {
            return self.those(T::COLUMNS[0], |_| true);
        }
        let starts = |cell: Cell<'_>| matches!(cell, Cell::Text(text) if text.starts_with(prefix));
        let mut found: Vec<T> = self.those(column, starts)?;
        let at = T::COLUMNS.iter().position(|c| *c == column).unwrap_or(0);
        found.sort_by_cached_key(|row| Value::of(row.cells()[at]));
        Ok(found)
    }

    fn between_now<T: Table>(&self, column: &str, from: i64, to: i64, limit: usize) -> Stored<Vec<T>> {
        let inside = |cell: Cell<'_>| matches!(cell, Cell::Int(n) if (from..to).contains(&n));
        let mut found: Vec<T> = self.those(column, inside)?;
        let at = T::COLUMNS.iter().position(|c| *c == column).unwrap_or(0);
        found.sort_by_cached_key(|row| Value::of(row.cells()[at]));
        found.truncate(limit);
        Ok(found)
    }

    fn seqs_now(&self, column: SeqColumn, values: &[Cell<'_>], after: Seq, limit: usize) -> Stored<Vec<Seq>> {
        let Some(rows) = self.rows("record") else { return Ok(Vec::new()) };
        let column = match column {
            SeqColumn::Recipient => "recipient",
            SeqColumn::AreaFeed => "area_feed",
        };
        let (at, seq) = (rows.place(column)?, rows.place("seq")?);
        let values: HashSet<Cell<'_>> = values.iter().copied().collect();
        let mut seqs = Vec::new();
        for row in rows.by_key.values().filter(|row| values.contains(&row[at].cell())) {
            seqs.push(Seq::read(row[seq].cell())?);
        }
        seqs.retain(|seq| *seq > after);
        seqs.sort_unstable();
        seqs.truncate(limit);
        Ok(seqs)
    }

    fn docs_now(&self, seqs: &[Seq]) -> Stored<Vec<(Seq, RowId, String)>> {
        let Some(rows) = self.rows("record") else { return Ok(Vec::new()) };
        let (seq, id, doc) = (rows.place("seq")?, rows.place("id")?, rows.place("doc")?);
        let wanted: HashSet<Seq> = seqs.iter().copied().collect();
        let mut found = BTreeMap::new();
        for row in rows.by_key.values() {
            let at = Seq::read(row[seq].cell())?;
            if wanted.contains(&at) {
                found.insert(at, (RowId::read(row[id].cell())?, String::read(row[doc].cell())?));
            }
        }
        Ok(seqs.iter().filter_map(|seq| found.remove(seq).map(|(id, doc)| (*seq, id, doc))).collect())
    }

    fn tally_add_now(&mut self, rows: &[TallyRow]) -> Stored<()> {
        for row in rows {
            let key = owned(vec![
                Cell::Text(&row.parent),
                Cell::Int(i64::from(row.month.number())),
                Cell::Text(&row.area),
                Cell::Text(&row.category),
                Cell::Int(i64::from(row.indicator)),
            ]);
            let before = self.rows(TALLY).and_then(|t| t.by_key.get(&key));
            let (n, fen) = match before {
                Some(sum) => (i64::read(sum[0].cell())?, i64::read(sum[1].cell())?),
                None => (0, 0),
            };
            self.set(TALLY, TALLY_COLUMNS, key, Some(vec![Value::Int(n + row.n), Value::Int(fen + row.fen)]));
        }
        Ok(())
    }

    fn tally_now(&self, parent: &str, from: Month, to: Month) -> Stored<Vec<TallyRow>> {
        let Some(rows) = self.rows(TALLY) else { return Ok(Vec::new()) };
        let first = vec![Value::Text(parent.to_owned()), Value::Int(i64::from(from.number()))];
        let mut found = Vec::new();
        for (key, sum) in rows.by_key.range(first..) {
            let month = i32::read(key[1].cell())?;
            if key[0].cell() != Cell::Text(parent) || month > to.number() {
                break;
            }
            found.push(TallyRow {
                parent: parent.to_owned(),
                month: Month::from_number(month),
                area: String::read(key[2].cell())?,
                category: String::read(key[3].cell())?,
                indicator: i64::read(key[4].cell())? as u8,
                n: i64::read(sum[0].cell())?,
                fen: i64::read(sum[1].cell())?,
            });
        }
        Ok(found)
    }

    fn open_count_add_now(&mut self, rows: &[OpenCount]) -> Stored<()> {
        for row in rows {
            let before = self.get_now::<OpenCount>(&[(row.area_feed.clone(), row.what)])?.pop().flatten();
            let n = before.map_or(0, |s| s.n) + row.n;
            self.put_now(&[OpenCount { n, ..row.clone() }]);
        }
        Ok(())
    }

    fn worker_feed_now(&self, worker: WorkerId, after: Seq, limit: usize) -> Stored<Vec<WorkerFeed>> {
        let mut feed: Vec<WorkerFeed> = self.those("worker", |cell| cell == worker.cell())?;
        feed.retain(|f| f.seq > after);
        feed.sort_unstable_by_key(|f| f.seq);
        feed.truncate(limit);
        Ok(feed)
    }

    fn tombstones_now(&self, area_feeds: &[String], after: Seq, limit: usize) -> Stored<Vec<Tombstone>> {
        let mut gone: Vec<Tombstone> = self.those("area_feed", |cell| area_feeds.iter().any(|s| s.cell() == cell))?;
        gone.retain(|g| g.seq > after);
        gone.sort_unstable_by_key(|g| g.seq);
        gone.truncate(limit);
        Ok(gone)
    }

    fn daily_counts_before_now(&self, recipient: RecipientId, day: i32, n: usize) -> Stored<Vec<DailyCount>> {
        let mut found: Vec<DailyCount> = self.those("recipient", |cell| cell == recipient.cell())?;
        found.retain(|o| o.day <= day);
        found.sort_by_key(|o| std::cmp::Reverse(o.day));
        found.truncate(n);
        Ok(found)
    }

    fn overdue_now(&self, area: &str, today: i32) -> Stored<i64> {
        let people: Vec<Recipient> = self.under_now("place", area)?;
        Ok(people.iter().filter(|p| p.active && p.due_on.is_some_and(|due| due < today)).count() as i64)
    }

    fn silent_devices_now(&self, area: &str, before_ms: i64) -> Stored<i64> {
        let workers: Vec<Worker> = self.under_now("area", area)?;
        let workers: HashSet<WorkerId> = workers.into_iter().map(|w| w.id).collect();
        let devices: Vec<Device> = self.under_now("id", "")?;
        let silent = |d: &&Device| d.revoked.is_none() && d.last_seen < before_ms && workers.contains(&d.worker);
        Ok(devices.iter().filter(silent).count() as i64)
    }

    fn head_now(&self) -> Stored<Seq> {
        Ok(Seq(self.state.clock))
    }

    fn advance_now(&mut self, by: u64) -> Stored<Seq> {
        let before = self.head_now();
        self.state.clock += by;
        before
    }

    fn totals_now(&self) -> Stored<Totals> {
        let count = |table: &str| self.rows(table).map_or(0, |rows| rows.by_key.len() as u64);
        let having = |table: &str, column: &str, wanted: Cell<'_>| -> Stored<u64> {
            let Some(rows) = self.rows(table) else { return Ok(0) };
            let at = rows.place(column)?;
            Ok(rows.by_key.values().filter(|row| row[at].cell() == wanted).count() as u64)
        };
        Ok(Totals {
            records: count("record"),
            ops: count("op_log"),
            devices: having("device", "revoked", Cell::Null)?,
            photos_pending: having("photo", "missing", Cell::Int(1))?,
        })
    }
}

impl Txn for MemoryTxn<'_> {
    fn get<T: Table>(&mut self, keys: &[T::Key]) -> impl Future<Output = Stored<Vec<Option<T>>>> + Send {
        ready(self.get_now(keys))
    }
    fn put<T: Table>(&mut self, rows: &[T]) -> impl Future<Output = Stored<()>> + Send {
        self.put_now(rows);
        ready(Ok(()))
    }
    fn delete<T: Table>(&mut self, keys: &[T::Key]) -> impl Future<Output = Stored<()>> + Send {
        self.delete_now::<T>(keys);
        ready(Ok(()))
    }
    fn find<T: Table>(
        &mut self,
        column: &'static str,
        values: &[Cell<'_>],
    ) -> impl Future<Output = Stored<Vec<T>>> + Send {
        // A value named twice is found twice, as by any backend that looks each up.
        ready(
            values
                .iter()
                .map(|value| self.those(column, |cell| cell == *value))
                .collect::<Stored<Vec<_>>>()
                .map(|found: Vec<Vec<T>>| found.into_iter().flatten().collect()),
        )
    }
    answered_at_once!();
}
