//! [`Txn`]: what a job may do with the tables. The operations are generic; what a report or a feed asks is composed of
//! them, beside its tables ([`super::tables`]).

use super::{
    cell::Cell,
    error::Stored,
    query::{Filter, Order, Query},
    table::{Counter, Table},
};
use shared::ids::Seq;
use std::future::Future;

/// A transaction. Every operation takes a batch: on a backend behind a socket each call is one round trip.
///
/// A job sees what it wrote itself. What else it sees is said at [`super::Store`].
///
/// # Errors
/// Every operation fails with [`super::StoreError::Full`] where the disk is full, `Busy` where the backend cannot
/// answer now or its connection was lost, `Corrupt` where a stored value does not have its column's type, and `Backend`
/// for anything else that the backend refuses. After a failure the job's writes are rolled back, whatever the job
/// returns.
pub trait Txn: Send {
    /// Rows by key, in the order of `keys`.
    ///
    /// # Errors
    /// As at [`Txn`].
    fn get<T: Table>(&mut self, keys: &[T::Key]) -> impl Future<Output = Stored<Vec<Option<T>>>> + Send;

    /// Inserts rows, or replaces those with the same key. Of two with one key the last counts.
    ///
    /// # Errors
    /// As at [`Txn`].
    fn put<T: Table>(&mut self, rows: &[T]) -> impl Future<Output = Stored<()>> + Send;

    /// Deletes rows by key. A key without a row is no error.
    ///
    /// # Errors
    /// As at [`Txn`].
    fn delete<T: Table>(&mut self, keys: &[T::Key]) -> impl Future<Output = Stored<()>> + Send;

    /// Adds the columns outside the key to those of the row with that key. A row that is not there begins at zero.
    ///
    /// # Errors
    /// As at [`Txn`].
    fn add<T: Counter>(&mut self, rows: &[T]) -> impl Future<Output = Stored<()>> + Send;

    /// Rows whose `column`, which has an index, is one of `values`.
    ///
    /// # Errors
    /// As at [`Txn`].
    fn find<T: Table>(
        &mut self,
        column: &'static str,
        values: &[Cell<'_>],
    ) -> impl Future<Output = Stored<Vec<T>>> + Send;

    /// The rows that a query asks for.
    ///
    /// # Errors
    /// As at [`Txn`].
    fn select<T: Table>(&mut self, query: &Query<'_>) -> impl Future<Output = Stored<Vec<T>>> + Send;

    /// How many rows pass all filters.
    ///
    /// # Errors
    /// As at [`Txn`].
    fn count<T: Table>(&mut self, filters: &[Filter<'_>]) -> impl Future<Output = Stored<i64>> + Send;

    /// The last seq given out.
    ///
    /// # Errors
    /// As at [`Txn`].
    fn head(&mut self) -> impl Future<Output = Stored<Seq>> + Send;

    /// Takes `by` numbers from the clock and returns the one before the first. Called as late as a job can: from here
    /// to its commit, no other job gets numbers.
    ///
    /// # Errors
    /// As at [`Txn`].
    fn advance(&mut self, by: u64) -> impl Future<Output = Stored<Seq>> + Send;

    /// Rows whose text `column`, which has an index, starts with `prefix`, in its order; all rows for an empty prefix.
    ///
    /// # Errors
    /// As at [`Txn`].
    fn with_prefix<T: Table>(
        &mut self,
        column: &'static str,
        prefix: &str,
    ) -> impl Future<Output = Stored<Vec<T>>> + Send {
        async move {
            if prefix.is_empty() {
                return self.select(&Query::all()).await;
            }
            let query = Query::all().filter(Filter::StartsWith(column, prefix)).order(Order::Ascending(column));
            self.select(&query).await
        }
    }

    /// Rows whose whole-number `column`, which has an index, is at least `from` and below `to`, ascending; at most
    /// `limit` of them. For tables that are walked in small steps.
    ///
    /// # Errors
    /// As at [`Txn`].
    fn between<T: Table>(
        &mut self,
        column: &'static str,
        from: i64,
        to: i64,
        limit: usize,
    ) -> impl Future<Output = Stored<Vec<T>>> + Send {
        async move {
            let query = Query::all().filter(Filter::Within(column, from..to)).order(Order::Ascending(column));
            self.select(&query.limit(limit)).await
        }
    }
}
