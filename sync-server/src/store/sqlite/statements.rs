//! The text of each statement.

use crate::store::{
    cell::Cell,
    query::{Filter, Order, Query},
    table::{Counter, Table, prefix_end},
};
use std::{any::TypeId, cell::RefCell, collections::HashMap, rc::Rc};

/// Statements by table, purpose and column.
type Texts = HashMap<(TypeId, &'static str, &'static str), Rc<str>>;

/// A statement's text, built once per thread: a small push runs twenty statements, and building them anew took longer
/// than running some of them.
pub fn cached<T: Table>(purpose: &'static str, column: &'static str, build: impl FnOnce() -> String) -> Rc<str> {
    thread_local! {
        static TEXTS: RefCell<Texts> = RefCell::default();
    }
    TEXTS.with_borrow_mut(|texts| {
        texts.entry((TypeId::of::<T>(), purpose, column)).or_insert_with(|| build().into()).clone()
    })
}

fn quoted(columns: &[&str]) -> String {
    columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
}

fn rows_of<T: Table>() -> String {
    format!("SELECT {} FROM \"{}\"", quoted(T::COLUMNS), T::NAME)
}

fn key_is<T: Table>() -> String {
    T::KEY.iter().enumerate().map(|(i, c)| format!("\"{c}\" = ?{}", i + 1)).collect::<Vec<_>>().join(" AND ")
}

pub fn get<T: Table>() -> String {
    format!("{} WHERE {}", rows_of::<T>(), key_is::<T>())
}

pub fn delete<T: Table>() -> String {
    format!("DELETE FROM \"{}\" WHERE {}", T::NAME, key_is::<T>())
}

pub fn find<T: Table>(column: &str) -> String {
    format!("{} WHERE \"{column}\" = ?1", rows_of::<T>())
}

pub fn put<T: Table>() -> String {
    upsert::<T>(|column| format!("\"{column}\" = excluded.\"{column}\""))
}

pub fn add<T: Counter>() -> String {
    upsert::<T>(|column| format!("\"{column}\" = \"{column}\" + excluded.\"{column}\""))
}

/// An insert that changes each column outside the key by `set` where the key is there already.
fn upsert<T: Table>(set: impl Fn(&str) -> String) -> String {
    let places = (1..=T::COLUMNS.len()).map(|i| format!("?{i}")).collect::<Vec<_>>().join(", ");
    let rest = T::COLUMNS.iter().filter(|column| !T::KEY.contains(column));
    format!(
        "INSERT INTO \"{}\" ({}) VALUES ({places}) ON CONFLICT ({}) DO UPDATE SET {}",
        T::NAME,
        quoted(T::COLUMNS),
        quoted(T::KEY),
        rest.map(|column| set(column)).collect::<Vec<_>>().join(", ")
    )
}

/// Conditions with the values of their parameters.
#[derive(Default)]
struct Conditions<'a> {
    texts: Vec<String>,
    values: Vec<Bound<'a>>,
}

/// The value of a parameter.
pub enum Bound<'a> {
    Cell(Cell<'a>),
    Text(String),
}

impl Bound<'_> {
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::Cell(cell) => *cell,
            Self::Text(text) => Cell::Text(text),
        }
    }
}

impl<'a> Conditions<'a> {
    /// `first` is the number of the first free parameter.
    fn new(first: usize, filters: &[Filter<'a>]) -> Self {
        let mut conditions = Self::default();
        for filter in filters {
            let mut compare = |column: &str, operator: &str, value: Bound<'a>| {
                let at = first + conditions.values.len();
                conditions.texts.push(format!("\"{column}\" {operator} ?{at}"));
                conditions.values.push(value);
            };
            match filter {
                Filter::Is(column, value) => compare(column, "=", Bound::Cell(*value)),
                Filter::IsNull(column) => conditions.texts.push(format!("\"{column}\" IS NULL")),
                Filter::StartsWith(_, "") => {}
                Filter::StartsWith(column, prefix) => {
                    compare(column, ">=", Bound::Cell(Cell::Text(prefix)));
                    // Where no text is greater than the prefix, every text from it on starts with it.
                    if let Some(end) = prefix_end(prefix) {
                        compare(column, "<", Bound::Text(end));
                    }
                }
                // An open end is left out: the planner takes two ends for a short range.
                Filter::Within(column, range) => {
                    if range.start != i64::MIN {
                        compare(column, ">=", Bound::Cell(Cell::Int(range.start)));
                    }
                    if range.end != i64::MAX {
                        compare(column, "<", Bound::Cell(Cell::Int(range.end)));
                    }
                    if *range == (i64::MIN..i64::MAX) {
                        conditions.texts.push(format!("\"{column}\" IS NOT NULL"));
                    }
                }
            }
        }
        conditions
    }

    fn clause(&self) -> String {
        if self.texts.is_empty() { String::new() } else { format!(" WHERE {}", self.texts.join(" AND ")) }
    }
}

/// A query's text, and its parameters' values. Where the query names several values for a column, the first parameter
/// is one of those.
pub fn select<'a, T: Table>(query: &Query<'a>) -> (String, Vec<Bound<'a>>) {
    let first = if query.one_of.is_some() { 2 } else { 1 };
    let mut conditions = Conditions::new(first, &query.filters);
    if let Some((column, _)) = query.one_of {
        conditions.texts.insert(0, format!("\"{column}\" = ?1"));
    }
    let mut sql = rows_of::<T>() + &conditions.clause();
    match query.order {
        Some(Order::Ascending(column)) => sql += &format!(" ORDER BY \"{column}\""),
        Some(Order::Descending(column)) => sql += &format!(" ORDER BY \"{column}\" DESC"),
        None => {}
    }
    if let Some(limit) = query.limit {
        sql += &format!(" LIMIT ?{}", first + conditions.values.len());
        conditions.values.push(Bound::Cell(Cell::Int(i64::try_from(limit).unwrap_or(i64::MAX))));
    }
    (sql, conditions.values)
}

/// The text of a count, and its parameters' values.
pub fn count<'a, T: Table>(filters: &[Filter<'a>]) -> (String, Vec<Bound<'a>>) {
    let conditions = Conditions::new(1, filters);
    (format!("SELECT count(*) FROM \"{}\"{}", T::NAME, conditions.clause()), conditions.values)
}
