//! The operations of a transaction on PostgreSQL: one statement for each call, however large its batch.

use super::{
    statements::{self as sql, cached, key_kinds, kind_of},
    txn::PgTxn,
    values::{Array, Param, columns_of},
};
use crate::store::{
    cell::Cell,
    error::Stored,
    query::{Filter, Query},
    table::{Counter, Key, Table},
    txn::Txn,
};
use shared::ids::Seq;
use std::collections::{HashMap, hash_map::Entry};

impl Txn for PgTxn {
    async fn get<T: Table>(&mut self, wanted: &[T::Key]) -> Stored<Vec<Option<T>>> {
        let mut found: Vec<Option<T>> = wanted.iter().map(|_| None).collect();
        if wanted.is_empty() {
            return Ok(found);
        }
        for row in self.rows(&cached::<T>("get", "", sql::get::<T>), keys::<T>(wanted)?).await? {
            let at = usize::try_from(row.get::<i64>(0)? - 1).ok();
            if let Some(slot) = at.and_then(|at| found.get_mut(at)) {
                *slot = Some(row.read(1)?);
            }
        }
        Ok(found)
    }

    async fn put<T: Table>(&mut self, rows: &[T]) -> Stored<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let columns = if rows.len() == 1 { columns_of(rows)? } else { columns_of(last_of_each(rows))? };
        self.execute(&cached::<T>("put", "", sql::put::<T>), columns).await
    }

    async fn delete<T: Table>(&mut self, unwanted: &[T::Key]) -> Stored<()> {
        if unwanted.is_empty() {
            return Ok(());
        }
        self.execute(&cached::<T>("delete", "", sql::delete::<T>), keys::<T>(unwanted)?).await
    }

    async fn add<T: Counter>(&mut self, rows: &[T]) -> Stored<()> {
        if rows.is_empty() {
            return Ok(());
        }
        self.execute(&cached::<T>("add", "", sql::add::<T>), columns_of(rows)?).await
    }

    async fn find<T: Table>(&mut self, column: &'static str, values: &[Cell<'_>]) -> Stored<Vec<T>> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let values = Array::of(kind_of::<T>(column), values.iter().copied())?;
        self.read(&cached::<T>("find", column, || sql::find::<T>(column)), vec![Param::Array(values)]).await
    }

    async fn select<T: Table>(&mut self, query: &Query<'_>) -> Stored<Vec<T>> {
        if query.is_empty() {
            return Ok(Vec::new());
        }
        let (sql, params) = sql::select::<T>(query)?;
        self.read(&sql, params).await
    }

    async fn count<T: Table>(&mut self, filters: &[Filter<'_>]) -> Stored<i64> {
        let (sql, params) = sql::count::<T>(filters);
        self.number(&sql, params).await
    }

    async fn head(&mut self) -> Stored<Seq> {
        self.number("SELECT seq FROM clock WHERE part = ''", Vec::new()).await.map(|n| Seq(n as u64))
    }

    async fn advance(&mut self, by: u64) -> Stored<Seq> {
        let sql = "UPDATE clock SET seq = seq + $1 WHERE part = '' RETURNING seq - $1";
        self.number(sql, vec![Param::Int(by as i64)]).await.map(|n| Seq(n as u64))
    }
}

/// Keys as one array per column.
fn keys<T: Table>(keys: &[T::Key]) -> Stored<Vec<Param>> {
    let mut arrays: Vec<Array> = key_kinds::<T>().into_iter().map(Array::new).collect();
    for key in keys {
        for (array, cell) in arrays.iter_mut().zip(key.cells()) {
            array.push(cell)?;
        }
    }
    Ok(arrays.into_iter().map(Param::Array).collect())
}

/// The last row of each key: one statement cannot write the same row twice.
fn last_of_each<T: Table>(rows: &[T]) -> Vec<&T> {
    let mut places: HashMap<Vec<Cell<'_>>, usize> = HashMap::with_capacity(rows.len());
    let key_columns: Vec<usize> = T::KEY.iter().filter_map(|k| T::COLUMNS.iter().position(|c| c == k)).collect();
    let mut last: Vec<&T> = Vec::with_capacity(rows.len());
    for row in rows {
        let cells = row.cells();
        let key = key_columns.iter().map(|i| cells[*i]).collect();
        match places.entry(key) {
            Entry::Occupied(known) => last[*known.get()] = row,
            Entry::Vacant(new) => {
                new.insert(last.len());
                last.push(row);
            }
        }
    }
    last
}
