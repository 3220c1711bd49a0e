//! The statements, each for a whole batch: `unnest` turns one array per column into rows.

use super::values::{Array, Param};
use crate::store::{
    cell::{Cell, CellKind},
    error::Stored,
    query::{Filter, Order, Query},
    table::{Counter, Table, prefix_end},
};
use std::{
    any::TypeId,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

type Texts = HashMap<(TypeId, &'static str, &'static str), Arc<str>>;

/// A statement's text by table, purpose and column, built once.
pub fn cached<T: Table>(purpose: &'static str, column: &'static str, build: impl FnOnce() -> String) -> Arc<str> {
    static TEXTS: Mutex<Option<Texts>> = Mutex::new(None);
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    let texts = texts.get_or_insert_default();
    texts.entry((TypeId::of::<T>(), purpose, column)).or_insert_with(|| build().into()).clone()
}

fn list(names: &[&str], write: impl Fn(&str) -> String) -> String {
    names.iter().map(|name| write(name)).collect::<Vec<_>>().join(", ")
}

/// `"a", "b"`, each after `prefix`.
fn columns<T: Table>(prefix: &str) -> String {
    list(T::COLUMNS, |c| format!("{prefix}\"{c}\""))
}

fn array_type(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Int => "bigint[]",
        CellKind::Text => "text[]",
        CellKind::Blob => "bytea[]",
    }
}

/// The kind of a column of `T`. The database refuses a column that the table does not have.
pub fn kind_of<T: Table>(column: &str) -> CellKind {
    let at = T::COLUMNS.iter().position(|c| *c == column);
    at.and_then(|at| T::KINDS.get(at)).copied().unwrap_or(CellKind::Text)
}

pub fn key_kinds<T: Table>() -> Vec<CellKind> {
    T::KEY.iter().map(|c| kind_of::<T>(c)).collect()
}

fn arrays(kinds: impl IntoIterator<Item = CellKind>) -> String {
    let param = |(i, kind)| format!("${}::{}", i + 1, array_type(kind));
    kinds.into_iter().enumerate().map(param).collect::<Vec<_>>().join(", ")
}

/// The keys as rows `k` with their position `n`, and the condition that joins a row of `t` to its key.
fn keyed<T: Table>() -> (String, String) {
    let rows = format!(
        "unnest({}) WITH ORDINALITY AS k({}, n)",
        arrays(key_kinds::<T>()),
        list(T::KEY, |c| format!("\"k_{c}\""))
    );
    let is = T::KEY.iter().map(|c| format!("t.\"{c}\" = k.\"k_{c}\"")).collect::<Vec<_>>().join(" AND ");
    (rows, is)
}

pub fn get<T: Table>() -> String {
    let (rows, is) = keyed::<T>();
    format!("SELECT k.n, {} FROM {rows} JOIN \"{}\" t ON {is}", columns::<T>("t."), T::NAME)
}

pub fn delete<T: Table>() -> String {
    let (rows, is) = keyed::<T>();
    format!("DELETE FROM \"{}\" t USING {rows} WHERE {is}", T::NAME)
}

pub fn put<T: Table>() -> String {
    let rest: Vec<&str> = T::COLUMNS.iter().filter(|c| !T::KEY.contains(c)).copied().collect();
    format!(
        "INSERT INTO \"{}\" ({}) SELECT * FROM unnest({}) ON CONFLICT ({}) DO UPDATE SET {}",
        T::NAME,
        columns::<T>(""),
        arrays(T::KINDS.iter().copied()),
        list(T::KEY, |c| format!("\"{c}\"")),
        list(&rest, |c| format!("\"{c}\" = excluded.\"{c}\"")),
    )
}

pub fn find<T: Table>(column: &str) -> String {
    format!(
        "SELECT {} FROM unnest({}) WITH ORDINALITY AS k(v, n) JOIN \"{}\" t ON t.\"{column}\" = k.v ORDER BY k.n, {}",
        columns::<T>("t."),
        arrays([kind_of::<T>(column)]),
        T::NAME,
        list(T::KEY, |c| format!("t.\"{c}\"")),
    )
}

/// Adds up the rows of one key first: one statement cannot write the same row twice.
pub fn add<T: Counter>() -> String {
    let rest: Vec<&str> = T::COLUMNS.iter().filter(|c| !T::KEY.contains(c)).copied().collect();
    let (table, keys) = (T::NAME, list(T::KEY, |c| format!("\"{c}\"")));
    format!(
        "INSERT INTO \"{table}\" ({keys}, {}) SELECT {keys}, {} FROM unnest({}) AS k({}) GROUP BY {keys} \
         ON CONFLICT ({keys}) DO UPDATE SET {}",
        list(&rest, |c| format!("\"{c}\"")),
        list(&rest, |c| format!("sum(\"{c}\")::bigint")),
        arrays(T::KINDS.iter().copied()),
        columns::<T>(""),
        list(&rest, |c| format!("\"{c}\" = \"{table}\".\"{c}\" + excluded.\"{c}\"")),
    )
}

/// Conditions on a row `t`, each after an `AND`, with their parameters added to `params`.
fn conditions(filters: &[Filter<'_>], params: &mut Vec<Param>) -> String {
    let mut sql = String::new();
    for filter in filters {
        let mut compare = |column: &str, operator: &str, value: Cell<'_>| {
            params.push(Param::of(value));
            sql += &format!(" AND t.\"{column}\" {operator} ${}", params.len());
        };
        match filter {
            Filter::Is(column, value) => compare(column, "=", *value),
            Filter::IsNull(column) => sql += &format!(" AND t.\"{column}\" IS NULL"),
            Filter::StartsWith(column, prefix) => {
                compare(column, ">=", Cell::Text(prefix));
                // Where no text is greater than the prefix, every text from it on starts with it.
                if let Some(end) = prefix_end(prefix) {
                    compare(column, "<", Cell::Text(&end));
                }
            }
            Filter::Within(column, range) => {
                compare(column, ">=", Cell::Int(range.start));
                compare(column, "<", Cell::Int(range.end));
            }
        }
    }
    sql
}

/// A query's text, with its parameters.
pub fn select<T: Table>(query: &Query<'_>) -> Stored<(String, Vec<Param>)> {
    let mut params = Vec::new();
    // By the values, since the struct need not have the column that it is selected by.
    let values = query.one_of.map_or(&[][..], |(_, values)| values);
    let kind = values.iter().find_map(Cell::kind).unwrap_or(CellKind::Text);
    if query.one_of.is_some() {
        params.push(Param::Array(Array::of(kind, values.iter().copied())?));
    }
    let conditions = conditions(&query.filters, &mut params);
    let (rows, table) = (columns::<T>("t."), T::NAME);
    let order = |of: &str| match query.order {
        Some(Order::Ascending(column)) => format!(" ORDER BY {of}.\"{column}\""),
        Some(Order::Descending(column)) => format!(" ORDER BY {of}.\"{column}\" DESC"),
        None => String::new(),
    };
    let limit = query.limit.map_or_else(String::new, |limit| {
        params.push(Param::Int(i64::try_from(limit).unwrap_or(i64::MAX)));
        format!(" LIMIT ${}", params.len())
    });
    let sql = match query.one_of {
        // Each value by itself, so that an index on the column and the order gives the first rows without a sort.
        Some((column, _)) => format!(
            "SELECT s.* FROM unnest({}) AS k(v) CROSS JOIN LATERAL (SELECT {rows} FROM \"{table}\" t \
             WHERE t.\"{column}\" = k.v{conditions}{}{limit}) s{}{limit}",
            arrays([kind]),
            order("t"),
            order("s"),
        ),
        None => format!("SELECT {rows} FROM \"{table}\" t WHERE true{conditions}{}{limit}", order("t")),
    };
    Ok((sql, params))
}

/// The text of a count, with its parameters.
pub fn count<T: Table>(filters: &[Filter<'_>]) -> (String, Vec<Param>) {
    let mut params = Vec::new();
    let conditions = conditions(filters, &mut params);
    (format!("SELECT count(*) FROM \"{}\" t WHERE true{conditions}", T::NAME), params)
}
