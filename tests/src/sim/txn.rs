//! A transaction of the server, between the core and its backend: it injects full disks, records evaluated operations,
//! and plants the bugs of the server.

use super::{mutants::Bug, older_server::Translation, store_fault::StoreFault};
use serde_json::Value;
use shared::{OpId, ids::Seq};
use std::sync::Arc;
use sync_server::store::{
    Cell, Column, Counter, Filter, Query, StoreError, Stored, Table, TallyRow, Txn,
    tables::{CareGrant, Meta, OpLog, OpenCount},
};

pub struct SimTxn<'a, X> {
    txn: &'a mut X,
    bug: Option<Bug>,
    fault: Option<StoreFault>,
    older: Option<Arc<Translation>>,
    writes: u32,
    /// The transaction is housekeeping: only that lists the table of marks.
    in_housekeeping: bool,
    evaluated: Vec<OpId>,
}

impl<'a, X: Txn> SimTxn<'a, X> {
    pub fn new(txn: &'a mut X, bug: Option<Bug>, fault: Option<StoreFault>, older: Option<Arc<Translation>>) -> Self {
        Self { txn, bug, fault, older, writes: 0, in_housekeeping: false, evaluated: Vec::new() }
    }

    pub fn evaluated(self) -> Vec<OpId> {
        self.evaluated
    }

    /// Called before each write. A full disk is an error, or `false` for the bug that ignores it.
    fn room(&mut self) -> Stored<bool> {
        self.writes += 1;
        match self.fault {
            Some(StoreFault::FullAfter(n)) if self.writes > n && self.has(Bug::PartialTransactionKept) => Ok(false),
            Some(StoreFault::FullAfter(n)) if self.writes > n => Err(StoreError::Full),
            _ => Ok(true),
        }
    }

    /// The row as an older server reads it.
    fn seen<T: Table>(&self, row: T) -> T {
        match &self.older {
            Some(older) => older.seen(row),
            None => row,
        }
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// The record as a planted bug writes it; `None` drops it.
    fn record_with_bug<T: Table>(&self, row: &T) -> Option<T> {
        let mut cells = row.cells();
        let at = T::COLUMNS.iter().position(|c| *c == "doc")?;
        let Cell::Text(text) = cells[at] else { return None };
        let mut doc: Value = serde_json::from_str(text).ok()?;
        match self.bug {
            Some(Bug::LateWorkDropped) if doc["fields"]["reason"] == "grant_ended" => return None,
            Some(Bug::TagsOverwrittenWhole) => only_the_last_touch(&mut doc),
            Some(Bug::FormerValueDropped) => drop_former(&mut doc),
            _ => {}
        }
        let changed = doc.to_string();
        cells[at] = Cell::Text(&changed);
        T::read(|i| Ok(cells[i])).ok()
    }
}

/// Keeps only the tags of the device that changed tags last.
fn only_the_last_touch(doc: &mut Value) {
    let Some(stamps) = doc["stamps"].as_object() else { return };
    let tags = stamps.iter().filter(|(key, _)| key.starts_with("tags/"));
    let Some(last) = tags.clone().max_by_key(|(_, s)| s["rev"].as_u64()).map(|(_, s)| s["device"].clone()) else {
        return;
    };
    let kept: Vec<Value> = tags
        .filter(|(_, s)| s["device"] == last && s["removed"] != true)
        .map(|(key, _)| Value::from(&key["tags/".len()..]))
        .collect();
    if doc["kind"] == "recipient" {
        doc["fields"]["tags"] = Value::from(kept);
    }
}

fn drop_former(doc: &mut Value) {
    if doc["kind"] == "recipient"
        && let Some(fields) = doc.as_object_mut()
    {
        fields.remove("former");
    }
}

impl<X: Txn> Txn for SimTxn<'_, X> {
    async fn get<T: Table>(&mut self, keys: &[T::Key]) -> Stored<Vec<Option<T>>> {
        if self.has(Bug::OpEvaluatedTwice) && T::NAME == OpLog::NAME {
            return Ok(keys.iter().map(|_| None).collect());
        }
        let found = self.txn.get::<T>(keys).await?;
        let found: Vec<Option<T>> = found.into_iter().map(|row| row.map(|row| self.seen(row))).collect();
        if self.has(Bug::PruneFloorIgnored) && T::NAME == Meta::NAME && !self.in_housekeeping {
            let floor = |row: &T| row.cells().first().is_some_and(|name| matches!(name, Cell::Text("floor")));
            return Ok(found.into_iter().map(|row| row.filter(|row| !floor(row))).collect());
        }
        Ok(found)
    }

    async fn put<T: Table>(&mut self, rows: &[T]) -> Stored<()> {
        if !rows.is_empty() && !self.room()? {
            return Ok(());
        }
        if T::NAME == OpLog::NAME {
            let column = |name| T::COLUMNS.iter().position(|c| *c == name);
            let (Some(id), Some(outcome)) = (column("op_id"), column("outcome")) else { return Ok(()) };
            for cells in rows.iter().map(Table::cells) {
                // A quarantined operation is not evaluated yet.
                let waits = matches!(cells[outcome], Cell::Text(text) if text.contains("needs_newer_server"));
                if !waits {
                    self.evaluated.push(OpId::read(cells[id])?);
                }
            }
        }
        if let Some(older) = &self.older {
            let rows: Vec<T> = rows.iter().filter_map(|row| T::read(|i| Ok(row.cells()[i])).ok()).collect();
            let rows: Vec<T> = rows.into_iter().map(|row| older.real(row)).collect();
            return self.txn.put(&rows).await;
        }
        let planted =
            self.has(Bug::LateWorkDropped) || self.has(Bug::TagsOverwrittenWhole) || self.has(Bug::FormerValueDropped);
        if planted && T::NAME == "record" {
            let rows: Vec<T> = rows.iter().filter_map(|row| self.record_with_bug(row)).collect();
            return self.txn.put(&rows).await;
        }
        self.txn.put(rows).await
    }

    async fn delete<T: Table>(&mut self, keys: &[T::Key]) -> Stored<()> {
        if !keys.is_empty() && !self.room()? {
            return Ok(());
        }
        self.txn.delete::<T>(keys).await
    }

    async fn find<T: Table>(&mut self, column: &'static str, values: &[Cell<'_>]) -> Stored<Vec<T>> {
        if self.has(Bug::StrangersRowsInScope) && T::NAME == CareGrant::NAME && column == "worker" {
            return self.txn.with_prefix(column, "").await;
        }
        let found = self.txn.find(column, values).await?;
        Ok(found.into_iter().map(|row| self.seen(row)).collect())
    }

    async fn select<T: Table>(&mut self, query: &Query<'_>) -> Stored<Vec<T>> {
        if self.has(Bug::PairingDatesNotApplied) && T::NAME == CareGrant::NAME {
            return Ok(Vec::new());
        }
        self.in_housekeeping |= T::NAME == Meta::NAME;
        self.txn.select(query).await
    }
    async fn count<T: Table>(&mut self, filters: &[Filter<'_>]) -> Stored<i64> {
        self.txn.count::<T>(filters).await
    }

    async fn head(&mut self) -> Stored<Seq> {
        self.txn.head().await
    }
    async fn advance(&mut self, by: u64) -> Stored<Seq> {
        self.txn.advance(by).await
    }

    async fn add<T: Counter>(&mut self, rows: &[T]) -> Stored<()> {
        if !rows.is_empty() && !self.room()? {
            return Ok(());
        }
        if self.has(Bug::TalliedTwice) && T::NAME == TallyRow::NAME {
            self.txn.add(rows).await?;
        }
        if self.has(Bug::OpenCountNeverFalls) && T::NAME == OpenCount::NAME {
            let opens = |row: &T| matches!(row.cells().last(), Some(Cell::Int(n)) if *n > 0);
            let rows: Vec<T> = rows.iter().filter(|row| opens(row)).cloned().collect();
            return self.txn.add(&rows).await;
        }
        self.txn.add(rows).await
    }
}
