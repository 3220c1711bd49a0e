//! The statements, each for a whole batch: `unnest` turns one array per column into rows.

use crate::store::{CellKind, Table};
use std::{
    any::TypeId,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

type Texts = HashMap<(TypeId, &'static str, &'static str), Arc<str>>;

/// A statement's text by table, purpose and column, written once.
pub fn text<T: Table>(purpose: &'static str, column: &'static str, write: impl FnOnce() -> String) -> Arc<str> {
    static TEXTS: Mutex<Option<Texts>> = Mutex::new(None);
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    let texts = texts.get_or_insert_default();
    texts.entry((TypeId::of::<T>(), purpose, column)).or_insert_with(|| write().into()).clone()
}

fn list(names: &[&str], write: impl Fn(&str) -> String) -> String {
    names.iter().map(|name| write(name)).collect::<Vec<_>>().join(", ")
}

/// `"a", "b"`, each after `prefix`.
fn columns<T: Table>(prefix: &str) -> String {
    list(T::COLUMNS, |c| format!("{prefix}\"{c}\""))
}

pub fn array_type(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Int => "bigint[]",
        CellKind::Text => "text[]",
        CellKind::Blob => "bytea[]",
    }
}

/// What a column of `T` holds; a column it does not have is left to the database to refuse.
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

/// The keys as rows `k`, with their place `n`; and what makes a row of `t` theirs.
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

pub fn all<T: Table>() -> String {
    format!("SELECT {} FROM \"{}\" t ORDER BY {}", columns::<T>("t."), T::NAME, list(T::KEY, |c| format!("t.\"{c}\"")))
}

/// From $1 on, and below $2 if that is `bounded`.
pub fn under<T: Table>(column: &str, bounded: bool) -> String {
    let below = if bounded { format!(" AND t.\"{column}\" < $2") } else { String::new() };
    format!(
        "SELECT {} FROM \"{}\" t WHERE t.\"{column}\" >= $1{below} ORDER BY t.\"{column}\", {}",
        columns::<T>("t."),
        T::NAME,
        list(T::KEY, |c| format!("t.\"{c}\"")),
    )
}

/// From $1 on and below $2, at most $3.
pub fn between<T: Table>(column: &str) -> String {
    format!(
        "SELECT {} FROM \"{}\" t WHERE t.\"{column}\" >= $1 AND t.\"{column}\" < $2 ORDER BY t.\"{column}\", {} LIMIT $3",
        columns::<T>("t."),
        T::NAME,
        list(T::KEY, |c| format!("t.\"{c}\"")),
    )
}

/// Rows of several feeds as one, by seq: at most $3 of each and of all, after $2.
pub fn after<T: Table>(column: &str) -> String {
    format!(
        "SELECT s.* FROM unnest({}) AS k(v) CROSS JOIN LATERAL (SELECT {} FROM \"{}\" t WHERE t.\"{column}\" = k.v AND t.seq > $2 \
         ORDER BY t.seq LIMIT $3) s ORDER BY s.seq LIMIT $3",
        arrays([kind_of::<T>(column)]),
        columns::<T>("t."),
        T::NAME,
    )
}
