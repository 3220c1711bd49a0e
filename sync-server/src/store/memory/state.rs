//! What a store in memory holds: tables by name, rows by key, every value a cell. A table is shared between a state and
//! its copies until one of them changes it.

use crate::store::{Cell, StoreError, Stored, Table};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// A [`Cell`] that owns what it holds; sorts as cells do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Value {
    pub fn of(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Int(n) => Self::Int(n),
            Cell::Text(text) => Self::Text(text.to_owned()),
            Cell::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Int(n) => Cell::Int(*n),
            Self::Text(text) => Cell::Text(text),
            Self::Blob(bytes) => Cell::Blob(bytes),
        }
    }
}

pub type Values = Vec<Value>;

/// The cells of a row or of a key, owned.
pub fn owned(cells: Vec<Cell<'_>>) -> Values {
    cells.into_iter().map(Value::of).collect()
}

#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Names of the columns, in the order of each row's values.
    pub columns: Vec<String>,
    pub by_key: BTreeMap<Values, Arc<Values>>,
}

impl Rows {
    /// Where a column's value is in a row.
    pub fn place(&self, column: &str) -> Stored<usize> {
        let found = self.columns.iter().position(|c| c == column);
        found.ok_or_else(|| StoreError::Corrupt(format!("there is no column {column}")))
    }

    /// Where the columns of `T` are; a table may be read through a struct with fewer of them.
    pub fn places<T: Table>(&self) -> Stored<Vec<usize>> {
        T::COLUMNS.iter().map(|c| self.place(c)).collect()
    }
}

/// A row as `T`.
pub fn read<T: Table>(row: &Values, places: &[usize]) -> Stored<T> {
    T::read(|i| Ok(row[places[i]].cell()))
}

#[derive(Clone, Debug, Default)]
pub struct State {
    pub tables: BTreeMap<String, Arc<Rows>>,
    /// The last seq given out.
    pub clock: u64,
}

/// A state as a file holds it: JSON keys are text, so rows are a list.
#[derive(Serialize, Deserialize)]
struct Filed {
    clock: u64,
    tables: Vec<(String, Vec<String>, Vec<(Values, Values)>)>,
}

impl State {
    pub fn to_bytes(&self) -> Stored<Vec<u8>> {
        let rows = |rows: &Rows| rows.by_key.iter().map(|(k, v)| (k.clone(), Values::clone(v))).collect();
        let tables = self.tables.iter().map(|(name, t)| (name.clone(), t.columns.clone(), rows(t))).collect();
        serde_json::to_vec(&Filed { clock: self.clock, tables }).map_err(|e| StoreError::Corrupt(e.to_string()))
    }

    pub fn from_bytes(bytes: &[u8]) -> Stored<Self> {
        let filed: Filed = serde_json::from_slice(bytes).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        let table = |(name, columns, rows): (String, Vec<String>, Vec<(Values, Values)>)| {
            let by_key = rows.into_iter().map(|(k, v)| (k, Arc::new(v))).collect();
            (name, Arc::new(Rows { columns, by_key }))
        };
        Ok(Self { clock: filed.clock, tables: filed.tables.into_iter().map(table).collect() })
    }
}
