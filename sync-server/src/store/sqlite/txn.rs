//! A transaction on one connection: every table through the same few statements, plus the reads that need their own.

use super::failed;
use crate::store::{
    Cell, Column, Key, SeqColumn, StoreError, Stored, Table, TallyRow, Totals, Txn,
    at_once::answered_at_once,
    prefix_end,
    tables::{DailyCount, OpenCount, Tombstone, WorkerFeed},
};
use rusqlite::{
    CachedStatement, Connection,
    types::{ToSqlOutput, Value, ValueRef},
};
use shared::{Month, RecipientId, RowId, WorkerId, ids::Seq};
use std::{
    any::TypeId,
    cell::RefCell,
    collections::HashMap,
    future::{Future, ready},
    rc::Rc,
};

pub struct SqliteTxn<'a> {
    conn: &'a mut Connection,
}

impl<'a> SqliteTxn<'a> {
    pub fn new(conn: &'a mut Connection) -> Self {
        Self { conn }
    }

    fn prepare(&self, sql: &str) -> Stored<CachedStatement<'_>> {
        self.conn.prepare_cached(sql).map_err(failed)
    }

    fn get_now<T: Table>(&self, keys: &[T::Key]) -> Stored<Vec<Option<T>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement =
            self.prepare(&text::<T>("get", "", || format!("{} WHERE {}", select::<T>(), key_is::<T>())))?;
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            bind(&mut statement, &key.cells())?;
            let mut rows = statement.raw_query();
            found.push(match rows.next().map_err(failed)? {
                Some(row) => Some(read::<T>(row)?),
                None => None,
            });
        }
        Ok(found)
    }

    fn put_now<T: Table>(&self, rows: &[T]) -> Stored<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut statement = self.prepare(&text::<T>("put", "", upsert::<T>))?;
        for row in rows {
            bind(&mut statement, &row.cells())?;
            statement.raw_execute().map_err(failed)?;
        }
        Ok(())
    }

    fn delete_now<T: Table>(&self, keys: &[T::Key]) -> Stored<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut statement =
            self.prepare(&text::<T>("delete", "", || format!("DELETE FROM \"{}\" WHERE {}", T::NAME, key_is::<T>())))?;
        for key in keys {
            bind(&mut statement, &key.cells())?;
            statement.raw_execute().map_err(failed)?;
        }
        Ok(())
    }

    fn find_now<T: Table>(&self, column: &'static str, values: &[Cell<'_>]) -> Stored<Vec<T>> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement =
            self.prepare(&text::<T>("find", column, || format!("{} WHERE \"{column}\" = ?1", select::<T>())))?;
        let mut found = Vec::new();
        for value in values {
            bind(&mut statement, std::slice::from_ref(value))?;
            all(&mut statement, &mut found)?;
        }
        Ok(found)
    }

    fn under_now<T: Table>(&self, column: &str, prefix: &str) -> Stored<Vec<T>> {
        let mut found = Vec::new();
        if prefix.is_empty() {
            all(&mut self.prepare(&select::<T>())?, &mut found)?;
        } else {
            let sql = format!("{} WHERE \"{column}\" >= ?1 AND \"{column}\" < ?2 ORDER BY \"{column}\"", select::<T>());
            let mut statement = self.prepare(&sql)?;
            bind(&mut statement, &[Cell::Text(prefix), Cell::Text(&after_prefix(prefix))])?;
            all(&mut statement, &mut found)?;
        }
        Ok(found)
    }

    fn between_now<T: Table>(&self, column: &'static str, from: i64, to: i64, limit: usize) -> Stored<Vec<T>> {
        let sql = || {
            let select = select::<T>();
            format!("{select} WHERE \"{column}\" >= ?1 AND \"{column}\" < ?2 ORDER BY \"{column}\" LIMIT ?3")
        };
        let mut statement = self.prepare(&text::<T>("between", column, sql))?;
        bind(&mut statement, &[Cell::Int(from), Cell::Int(to), Cell::Int(limit as i64)])?;
        collect(&mut statement)
    }

    fn advance_now(&self, by: u64) -> Stored<Seq> {
        let sql = "UPDATE clock SET seq = seq + ?1 WHERE part = '' RETURNING seq - ?1";
        self.prepare(sql)?.query_row([by as i64], |r| r.get(0)).map(|n: i64| Seq(n as u64)).map_err(failed)
    }

    fn head_now(&self) -> Stored<Seq> {
        let sql = "SELECT seq FROM clock WHERE part = ''";
        self.prepare(sql)?.query_row([], |r| r.get(0)).map(|n: i64| Seq(n as u64)).map_err(failed)
    }

    fn seqs_now(&self, column: SeqColumn, values: &[Cell<'_>], after: Seq, limit: usize) -> Stored<Vec<Seq>> {
        // Each index ends in the seq, so these never touch the records themselves.
        let sql = match column {
            SeqColumn::Recipient => "SELECT seq FROM record WHERE recipient = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
            SeqColumn::AreaFeed => "SELECT seq FROM record WHERE area_feed = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
        };
        let mut statement = self.prepare(sql)?;
        let mut seqs = Vec::new();
        for value in values {
            bind(&mut statement, &[*value, Cell::Int(after.0 as i64), Cell::Int(limit as i64)])?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().map_err(failed)? {
                seqs.push(Seq(row.get::<_, i64>(0).map_err(failed)? as u64));
            }
        }
        seqs.sort_unstable();
        seqs.truncate(limit);
        Ok(seqs)
    }

    fn docs_now(&self, seqs: &[Seq]) -> Stored<Vec<(Seq, RowId, String)>> {
        let mut statement = self.prepare("SELECT id, doc FROM record WHERE seq = ?1")?;
        let mut docs = Vec::with_capacity(seqs.len());
        for seq in seqs {
            bind(&mut statement, &[seq.cell()])?;
            let mut rows = statement.raw_query();
            if let Some(row) = rows.next().map_err(failed)? {
                docs.push((*seq, RowId::read(cell(row, 0)?)?, String::read(cell(row, 1)?)?));
            }
        }
        Ok(docs)
    }

    fn worker_feed_now(&self, worker: WorkerId, after: Seq, limit: usize) -> Stored<Vec<WorkerFeed>> {
        let sql = || format!("{} WHERE worker = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3", select::<WorkerFeed>());
        let mut statement = self.prepare(&text::<WorkerFeed>("after", "", sql))?;
        bind(&mut statement, &[worker.cell(), after.cell(), Cell::Int(limit as i64)])?;
        collect(&mut statement)
    }

    fn tombstones_now(&self, area_feeds: &[String], after: Seq, limit: usize) -> Stored<Vec<Tombstone>> {
        let sql = format!("{} WHERE area_feed = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3", select::<Tombstone>());
        let mut statement = self.prepare(&sql)?;
        let mut found = Vec::new();
        for area_feed in area_feeds {
            bind(&mut statement, &[area_feed.cell(), after.cell(), Cell::Int(limit as i64)])?;
            all(&mut statement, &mut found)?;
        }
        found.sort_unstable_by_key(|g: &Tombstone| g.seq);
        found.truncate(limit);
        Ok(found)
    }

    fn tally_add_now(&self, rows: &[TallyRow]) -> Stored<()> {
        let mut statement = self.prepare(
            "INSERT INTO tally (parent, month, area, category, indicator, n, fen) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET n = n + excluded.n, fen = fen + excluded.fen",
        )?;
        for row in rows {
            let cells = [
                Cell::Text(&row.parent),
                Cell::Int(i64::from(row.month.number())),
                Cell::Text(&row.area),
                Cell::Text(&row.category),
                Cell::Int(i64::from(row.indicator)),
                Cell::Int(row.n),
                Cell::Int(row.fen),
            ];
            bind(&mut statement, &cells)?;
            statement.raw_execute().map_err(failed)?;
        }
        Ok(())
    }

    fn tally_now(&self, parent: &str, from: Month, to: Month) -> Stored<Vec<TallyRow>> {
        let mut statement = self.prepare(
            "SELECT month, area, category, indicator, n, fen FROM tally WHERE parent = ?1 AND month BETWEEN ?2 AND ?3",
        )?;
        let span = [Cell::Text(parent), Cell::Int(i64::from(from.number())), Cell::Int(i64::from(to.number()))];
        bind(&mut statement, &span)?;
        let mut found = Vec::new();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(failed)? {
            found.push(TallyRow {
                parent: parent.to_owned(),
                month: Month::from_number(i32::read(cell(row, 0)?)?),
                area: String::read(cell(row, 1)?)?,
                category: String::read(cell(row, 2)?)?,
                indicator: i64::read(cell(row, 3)?)? as u8,
                n: i64::read(cell(row, 4)?)?,
                fen: i64::read(cell(row, 5)?)?,
            });
        }
        Ok(found)
    }

    fn open_count_add_now(&self, rows: &[OpenCount]) -> Stored<()> {
        let mut statement = self.prepare(
            "INSERT INTO open_count (area_feed, what, n) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET n = n + excluded.n",
        )?;
        for row in rows {
            bind(&mut statement, &row.cells())?;
            statement.raw_execute().map_err(failed)?;
        }
        Ok(())
    }

    fn daily_counts_before_now(&self, recipient: RecipientId, day: i32, n: usize) -> Stored<Vec<DailyCount>> {
        let sql = format!("{} WHERE recipient = ?1 AND day <= ?2 ORDER BY day DESC LIMIT ?3", select::<DailyCount>());
        let mut statement = self.prepare(&sql)?;
        bind(&mut statement, &[recipient.cell(), day.cell(), Cell::Int(n as i64)])?;
        collect(&mut statement)
    }

    fn overdue_now(&self, area: &str, today: i32) -> Stored<i64> {
        let sql = "SELECT count(*) FROM recipient WHERE place >= ?1 AND place < ?2 AND active AND due_on < ?3";
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, &[Cell::Text(area), Cell::Text(&after_prefix(area)), today.cell()])?;
        count(&mut statement)
    }

    fn silent_devices_now(&self, area: &str, before_ms: i64) -> Stored<i64> {
        // CROSS: from the few that are silent to their workers, not from all workers to their devices.
        let mut statement = self.prepare(
            "SELECT count(*) FROM device CROSS JOIN worker ON worker.id = device.worker
             WHERE device.revoked IS NULL AND device.last_seen < ?3 AND worker.area >= ?1 AND worker.area < ?2",
        )?;
        bind(&mut statement, &[Cell::Text(area), Cell::Text(&after_prefix(area)), Cell::Int(before_ms)])?;
        count(&mut statement)
    }

    fn totals_now(&self) -> Stored<Totals> {
        let count = |sql: &str| count(&mut self.prepare(sql)?).map(|n| n as u64);
        Ok(Totals {
            records: count("SELECT count(*) FROM record")?,
            ops: count("SELECT count(*) FROM op_log")?,
            devices: count("SELECT count(*) FROM device WHERE revoked IS NULL")?,
            photos_pending: count("SELECT count(*) FROM photo_ref WHERE missing")?,
        })
    }
}

impl Txn for SqliteTxn<'_> {
    fn get<T: Table>(&mut self, keys: &[T::Key]) -> impl Future<Output = Stored<Vec<Option<T>>>> + Send {
        ready(self.get_now(keys))
    }
    fn put<T: Table>(&mut self, rows: &[T]) -> impl Future<Output = Stored<()>> + Send {
        ready(self.put_now(rows))
    }
    fn delete<T: Table>(&mut self, keys: &[T::Key]) -> impl Future<Output = Stored<()>> + Send {
        ready(self.delete_now::<T>(keys))
    }
    fn find<T: Table>(
        &mut self,
        column: &'static str,
        values: &[Cell<'_>],
    ) -> impl Future<Output = Stored<Vec<T>>> + Send {
        ready(self.find_now(column, values))
    }
    answered_at_once!();
}

/// Statements by table, purpose and column.
type Texts = HashMap<(TypeId, &'static str, &'static str), Rc<str>>;

/// A statement's text, written once per thread: a small push runs twenty statements, and writing them anew took longer
/// than some of them.
fn text<T: Table>(purpose: &'static str, column: &'static str, write: impl FnOnce() -> String) -> Rc<str> {
    thread_local! {
        static TEXTS: RefCell<Texts> = RefCell::default();
    }
    TEXTS.with_borrow_mut(|texts| {
        texts.entry((TypeId::of::<T>(), purpose, column)).or_insert_with(|| write().into()).clone()
    })
}

fn quoted(columns: &[&str], joint: &str) -> String {
    columns.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(joint)
}

fn select<T: Table>() -> String {
    format!("SELECT {} FROM \"{}\"", quoted(T::COLUMNS, ", "), T::NAME)
}

fn key_is<T: Table>() -> String {
    T::KEY.iter().enumerate().map(|(i, c)| format!("\"{c}\" = ?{}", i + 1)).collect::<Vec<_>>().join(" AND ")
}

fn upsert<T: Table>() -> String {
    let marks = (1..=T::COLUMNS.len()).map(|i| format!("?{i}")).collect::<Vec<_>>().join(", ");
    let rest: Vec<_> = T::COLUMNS.iter().filter(|c| !T::KEY.contains(c)).collect();
    let set = rest.iter().map(|c| format!("\"{c}\" = excluded.\"{c}\"")).collect::<Vec<_>>().join(", ");
    format!(
        "INSERT INTO \"{}\" ({}) VALUES ({marks}) ON CONFLICT ({}) DO UPDATE SET {set}",
        T::NAME,
        quoted(T::COLUMNS, ", "),
        quoted(T::KEY, ", ")
    )
}

/// Where the texts that start with `prefix` end; no text of ours begins with the last character there is.
fn after_prefix(prefix: &str) -> String {
    prefix_end(prefix).unwrap_or_else(|| char::MAX.to_string())
}

fn bind(statement: &mut CachedStatement<'_>, cells: &[Cell<'_>]) -> Stored<()> {
    for (i, cell) in cells.iter().enumerate() {
        let value = match cell {
            Cell::Null => ToSqlOutput::Owned(Value::Null),
            Cell::Int(n) => ToSqlOutput::Owned(Value::Integer(*n)),
            Cell::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        };
        statement.raw_bind_parameter(i + 1, value).map_err(failed)?;
    }
    Ok(())
}

fn cell<'r>(row: &'r rusqlite::Row<'_>, i: usize) -> Stored<Cell<'r>> {
    Ok(match row.get_ref(i).map_err(failed)? {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(n) => Cell::Int(n),
        ValueRef::Text(text) => {
            Cell::Text(std::str::from_utf8(text).map_err(|_| StoreError::Corrupt("text that is not UTF-8".into()))?)
        }
        ValueRef::Blob(bytes) => Cell::Blob(bytes),
        ValueRef::Real(_) => return Err(StoreError::Corrupt("a fraction where none is kept".into())),
    })
}

fn read<T: Table>(row: &rusqlite::Row<'_>) -> Stored<T> {
    T::read(|i| cell(row, i))
}

fn all<T: Table>(statement: &mut CachedStatement<'_>, found: &mut Vec<T>) -> Stored<()> {
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(failed)? {
        found.push(read(row)?);
    }
    Ok(())
}

fn collect<T: Table>(statement: &mut CachedStatement<'_>) -> Stored<Vec<T>> {
    let mut found = Vec::new();
    all(statement, &mut found)?;
    Ok(found)
}

fn count(statement: &mut CachedStatement<'_>) -> Stored<i64> {
    let mut rows = statement.raw_query();
    rows.next().map_err(failed)?.map_or(Ok(0), |row| i64::read(cell(row, 0)?))
}
