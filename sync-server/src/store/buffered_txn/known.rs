//! What a buffered transaction knows of its tables, and what it holds back.

use crate::store::{
    cell::Cell,
    error::Stored,
    table::{Counter, Key, Table},
    txn::Txn,
};
use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet, HashMap},
    future::Future,
    mem,
    pin::Pin,
};

/// A key or a value, in a form that can be compared.
pub type Bytes = Vec<u8>;

pub fn bytes_of(cells: &[Cell<'_>]) -> Bytes {
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

/// The rows of one table that are known.
pub struct KnownRows<R: Table> {
    /// `None` for a row that is known to be absent.
    pub rows: HashMap<Bytes, Option<R>>,
    /// Keys of rows to be written or deleted.
    changed: BTreeSet<Bytes>,
    /// Per column, the keys of all rows with a value, for values that were looked up.
    pub columns: HashMap<&'static str, HashMap<Bytes, Vec<Bytes>>>,
    keys: HashMap<Bytes, R::Key>,
}

impl<R: Table> Default for KnownRows<R> {
    fn default() -> Self {
        Self { rows: HashMap::new(), changed: BTreeSet::new(), columns: HashMap::new(), keys: HashMap::new() }
    }
}

impl<R: Table> KnownRows<R> {
    /// The value of a row's column.
    pub fn value(row: &R, column: &str) -> Bytes {
        let at = R::COLUMNS.iter().position(|c| *c == column);
        at.and_then(|at| row.cells().get(at).map(|cell| bytes_of(&[*cell]))).unwrap_or_default()
    }

    /// Takes a row that was read from below, unless a newer one is known.
    pub fn learn(&mut self, key: Bytes, row: Option<R>) {
        self.rows.entry(key).or_insert(row);
    }

    /// Changes or deletes a row.
    pub fn set(&mut self, key: &R::Key, row: Option<R>) {
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

pub type Written<'f> = Pin<Box<dyn Future<Output = Stored<()>> + Send + 'f>>;

/// Known rows, whatever their struct.
pub trait Rows<T>: Send {
    fn any(&mut self) -> &mut dyn Any;
    /// Sends the rows that were changed.
    fn write<'f>(&'f mut self, below: &'f mut T) -> Written<'f>;
}

impl<T: Txn, R: Table> Rows<T> for KnownRows<R> {
    fn any(&mut self) -> &mut dyn Any {
        self
    }
    fn write<'f>(&'f mut self, below: &'f mut T) -> Written<'f> {
        let (mut put, mut delete): (Vec<R>, Vec<R::Key>) = (Vec::new(), Vec::new());
        for bytes in mem::take(&mut self.changed) {
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

/// What is to be added to the rows of one table.
pub struct SumsOf<R>(BTreeMap<Bytes, R>);

impl<R> Default for SumsOf<R> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<R: Counter> SumsOf<R> {
    pub fn add(&mut self, rows: &[R]) -> Stored<()> {
        for row in rows {
            let key = bytes_of(&row.key().cells());
            let sum = match self.0.get(&key) {
                Some(sum) => plus(sum, row)?,
                None => row.clone(),
            };
            self.0.insert(key, sum);
        }
        Ok(())
    }
}

/// Two rows of one key as one.
fn plus<R: Counter>(a: &R, b: &R) -> Stored<R> {
    let (mut cells, others) = (a.cells(), b.cells());
    for (column, (cell, other)) in R::COLUMNS.iter().zip(cells.iter_mut().zip(others)) {
        if let (false, Cell::Int(n), Cell::Int(more)) = (R::KEY.contains(column), *cell, other) {
            *cell = Cell::Int(n + more);
        }
    }
    R::read(|i| Ok(cells[i]))
}

/// Sums, whatever their struct.
pub trait Sums<T>: Send {
    fn any(&mut self) -> &mut dyn Any;
    /// Sends what was added.
    fn write<'f>(&'f mut self, below: &'f mut T) -> Written<'f>;
}

impl<T: Txn, R: Counter> Sums<T> for SumsOf<R> {
    fn any(&mut self) -> &mut dyn Any {
        self
    }
    fn write<'f>(&'f mut self, below: &'f mut T) -> Written<'f> {
        let rows: Vec<R> = mem::take(&mut self.0).into_values().collect();
        Box::pin(async move { below.add(&rows).await })
    }
}
