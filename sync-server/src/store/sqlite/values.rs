//! Cells on their way into a statement and out of a row.

use super::errors::failed;
use crate::store::{
    cell::{Cell, Column},
    error::{StoreError, Stored},
    table::Table,
};
use rusqlite::{
    CachedStatement,
    types::{ToSqlOutput, Value, ValueRef},
};

/// Binds the parameters in order, from the first.
pub fn bind(statement: &mut CachedStatement<'_>, cells: &[Cell<'_>]) -> Stored<()> {
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
        ValueRef::Real(_) => return Err(StoreError::Corrupt("a fraction in a column of whole numbers".into())),
    })
}

/// The row that a bound statement gives, if any.
pub fn first<T: Table>(statement: &mut CachedStatement<'_>) -> Stored<Option<T>> {
    let mut rows = statement.raw_query();
    rows.next().map_err(failed)?.map(|row| T::read(|i| cell(row, i))).transpose()
}

/// Adds all rows that a bound statement gives.
pub fn all<T: Table>(statement: &mut CachedStatement<'_>, found: &mut Vec<T>) -> Stored<()> {
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(failed)? {
        found.push(T::read(|i| cell(row, i))?);
    }
    Ok(())
}

/// The whole number that a bound statement gives.
pub fn number(statement: &mut CachedStatement<'_>) -> Stored<i64> {
    let mut rows = statement.raw_query();
    rows.next().map_err(failed)?.map_or(Ok(0), |row| i64::read(cell(row, 0)?))
}
