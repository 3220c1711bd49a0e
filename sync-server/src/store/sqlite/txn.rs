//! A transaction on one connection. SQLite answers at once, so no future here ever waits.

use super::{
    errors::failed,
    statements::{self as sql, cached},
    values::{all, bind, first, number},
};
use crate::store::{
    cell::Cell,
    error::Stored,
    query::{Filter, Query},
    table::{Counter, Key, Table},
    txn::Txn,
};
use rusqlite::{CachedStatement, Connection};
use shared::ids::Seq;

/// A transaction on the connection of one thread.
pub struct SqliteTxn<'a> {
    conn: &'a mut Connection,
}

impl<'a> SqliteTxn<'a> {
    pub(super) fn new(conn: &'a mut Connection) -> Self {
        Self { conn }
    }

    fn prepare(&self, sql: &str) -> Stored<CachedStatement<'_>> {
        self.conn.prepare_cached(sql).map_err(failed)
    }

    /// Runs a statement once for each row.
    fn execute<'r>(&self, sql: &str, rows: impl Iterator<Item = Vec<Cell<'r>>>) -> Stored<()> {
        let mut statement = self.prepare(sql)?;
        for cells in rows {
            bind(&mut statement, &cells)?;
            statement.raw_execute().map_err(failed)?;
        }
        Ok(())
    }
}

impl Txn for SqliteTxn<'_> {
    async fn get<T: Table>(&mut self, keys: &[T::Key]) -> Stored<Vec<Option<T>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = self.prepare(&cached::<T>("get", "", sql::get::<T>))?;
        let row = |key: &T::Key| {
            bind(&mut statement, &key.cells())?;
            first(&mut statement)
        };
        keys.iter().map(row).collect()
    }

    async fn put<T: Table>(&mut self, rows: &[T]) -> Stored<()> {
        if rows.is_empty() {
            return Ok(());
        }
        self.execute(&cached::<T>("put", "", sql::put::<T>), rows.iter().map(T::cells))
    }

    async fn delete<T: Table>(&mut self, keys: &[T::Key]) -> Stored<()> {
        if keys.is_empty() {
            return Ok(());
        }
        self.execute(&cached::<T>("delete", "", sql::delete::<T>), keys.iter().map(Key::cells))
    }

    async fn add<T: Counter>(&mut self, rows: &[T]) -> Stored<()> {
        if rows.is_empty() {
            return Ok(());
        }
        self.execute(&cached::<T>("add", "", sql::add::<T>), rows.iter().map(T::cells))
    }

    async fn find<T: Table>(&mut self, column: &'static str, values: &[Cell<'_>]) -> Stored<Vec<T>> {
        let mut found = Vec::new();
        if values.is_empty() {
            return Ok(found);
        }
        let mut statement = self.prepare(&cached::<T>("find", column, || sql::find::<T>(column)))?;
        for value in values {
            bind(&mut statement, std::slice::from_ref(value))?;
            all(&mut statement, &mut found)?;
        }
        Ok(found)
    }

    async fn select<T: Table>(&mut self, query: &Query<'_>) -> Stored<Vec<T>> {
        let (sql, values) = sql::select::<T>(query);
        let values = values.iter().map(sql::Bound::cell);
        let mut statement = self.prepare(&sql)?;
        let mut found = Vec::new();
        let Some((_, wanted)) = query.one_of else {
            bind(&mut statement, &values.collect::<Vec<_>>())?;
            all(&mut statement, &mut found)?;
            return Ok(found);
        };
        let mut cells: Vec<Cell<'_>> = std::iter::once(Cell::Null).chain(values).collect();
        for value in wanted {
            cells[0] = *value;
            bind(&mut statement, &cells)?;
            all(&mut statement, &mut found)?;
        }
        if wanted.len() > 1 {
            query.merge(&mut found);
        }
        Ok(found)
    }

    async fn count<T: Table>(&mut self, filters: &[Filter<'_>]) -> Stored<i64> {
        let (sql, values) = sql::count::<T>(filters);
        let mut statement = self.prepare(&sql)?;
        bind(&mut statement, &values.iter().map(sql::Bound::cell).collect::<Vec<_>>())?;
        number(&mut statement)
    }

    async fn head(&mut self) -> Stored<Seq> {
        number(&mut self.prepare("SELECT seq FROM clock WHERE part = ''")?).map(|n| Seq(n as u64))
    }

    async fn advance(&mut self, by: u64) -> Stored<Seq> {
        let sql = "UPDATE clock SET seq = seq + ?1 WHERE part = '' RETURNING seq - ?1";
        self.prepare(sql)?.query_row([by as i64], |row| row.get(0)).map(|n: i64| Seq(n as u64)).map_err(failed)
    }
}
