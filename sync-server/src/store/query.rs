//! [`Query`]: which rows of a table are wanted, in words that every backend understands.

use super::{cell::Cell, table::Table};
use std::ops::Range;

/// A condition on one column.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter<'a> {
    /// Equal to a value. NULL equals nothing.
    Is(&'static str, Cell<'a>),
    IsNull(&'static str),
    /// Text that starts with a prefix. Every text starts with the empty one.
    StartsWith(&'static str, &'a str),
    /// A whole number at least as large as the start and below the end.
    Within(&'static str, Range<i64>),
}

/// By which column rows come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Ascending(&'static str),
    Descending(&'static str),
}

impl Order {
    pub fn column(self) -> &'static str {
        let (Self::Ascending(column) | Self::Descending(column)) = self;
        column
    }
}

/// Which rows are wanted. Rows of several `values` come back as one list in `order`.
#[derive(Clone, Debug, Default)]
pub struct Query<'a> {
    /// A column and the values that it may have.
    pub one_of: Option<(&'static str, &'a [Cell<'a>])>,
    pub filters: Vec<Filter<'a>>,
    /// Without an order rows come back in any.
    pub order: Option<Order>,
    pub limit: Option<usize>,
}

impl<'a> Query<'a> {
    /// All rows of the table.
    pub fn all() -> Self {
        Self::default()
    }

    /// Rows whose `column` has one of `values`.
    pub fn one_of(column: &'static str, values: &'a [Cell<'a>]) -> Self {
        Self { one_of: Some((column, values)), ..Self::default() }
    }

    pub fn filter(mut self, filter: Filter<'a>) -> Self {
        self.filters.push(filter);
        self
    }

    pub fn order(self, order: Order) -> Self {
        Self { order: Some(order), ..self }
    }

    pub fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// True where no row can match.
    pub(super) fn is_empty(&self) -> bool {
        self.one_of.is_some_and(|(_, values)| values.is_empty())
    }

    /// Puts the rows found for each of `one_of`'s values into one order, and cuts them at the limit.
    pub(super) fn merge<T: Table>(&self, rows: &mut Vec<T>) {
        if let Some(order) = self.order {
            let at = T::COLUMNS.iter().position(|column| *column == order.column()).unwrap_or_default();
            rows.sort_by_cached_key(|row| match row.cells().get(at) {
                Some(Cell::Int(n)) => *n,
                _ => 0,
            });
            if matches!(order, Order::Descending(_)) {
                rows.reverse();
            }
        }
        rows.truncate(self.limit.unwrap_or(usize::MAX));
    }
}
