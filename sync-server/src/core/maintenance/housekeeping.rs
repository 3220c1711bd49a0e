//! Housekeeping: removes tombstones, feed rows and codes that no device needs any more. It works in small steps, each a
//! transaction of its own, so that no request waits for it; each step checks its rows again before it deletes them.
//! Records, the log of operations and the quarantine are never pruned; abandoned uploads are removed by the media
//! sweep.

use crate::{
    core::{
        error::CoreError,
        feed_state::{self, DayMark, MARK_OF},
        server::ServerCore,
    },
    store::{
        Job, Store, Table, Txn,
        tables::{EnrolCode, Meta, Tombstone, WorkerFeed},
    },
};
use shared::{Day, ids::Seq};
use std::marker::PhantomData;

/// 90 days: three times the 30 days for which a device sends its work again after a restore, so that a phone left
/// unused for a season still resumes where it was. A phone away for longer reads its scopes from the beginning.
pub const KEEP_DAYS: i32 = 90;
/// 500 rows per step: about a millisecond of the writer.
const STEP: usize = 500;
const DAY_MS: i64 = 86_400_000;

/// How many rows of each kind were removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    pub left_area_feeds: u64,
    pub left_workers: u64,
    pub codes: u64,
}

impl<S: Store> ServerCore<S> {
    /// The daily pruning. A second run on the same day removes nothing more.
    ///
    /// # Errors
    ///
    /// The store failed; the next run continues.
    #[tracing::instrument(name = "housekeeping", skip_all)]
    pub async fn prune(&self) -> Result<Pruned, CoreError> {
        self.begin_day_if_due().await?;
        let now_ms = self.now_ms();
        let oldest = Day::of_utc_ms(now_ms).number() - KEEP_DAYS;
        // The floor first, so that no device resumes below it while tombstones are deleted.
        let floor = self.inner.store.write(RaiseFloor { oldest }).await?;
        let below = i64::try_from(floor.0).unwrap_or(i64::MAX).saturating_add(1);
        let before = now_ms - i64::from(KEEP_DAYS) * DAY_MS;
        Ok(Pruned {
            left_area_feeds: self.walk::<Tombstone>("seq", below, |_| true, |g| g.seq.0 as i64).await?,
            left_workers: self.walk::<WorkerFeed>("seq", below, |f| f.gone, |f| f.seq.0 as i64).await?,
            codes: self.walk::<EnrolCode>("expires", before, |_| true, |c| c.expires).await?,
        })
    }

    /// Walks a table along `column`, below `to`, and deletes the rows that are `old`.
    async fn walk<T: Table + Clone>(
        &self,
        column: &'static str,
        to: i64,
        old: fn(&T) -> bool,
        position: fn(&T) -> i64,
    ) -> Result<u64, CoreError> {
        let (mut from, mut deleted) = (i64::MIN, 0);
        loop {
            let step = self.inner.store.read(FindBetween::<T> { column, from, to, table: PhantomData }).await?;
            let Some(last) = step.last() else { return Ok(deleted) };
            // Rows at the same position that did not fit into this step are deleted tomorrow.
            from = position(last).saturating_add(1);
            let keys: Vec<T::Key> = step.iter().filter(|row| old(row)).map(T::key).collect();
            if !keys.is_empty() {
                let job = DeleteIf::<T> { keys, condition: Box::new(move |row| old(row) && position(row) < to) };
                deleted += self.inner.store.write(job).await?;
            }
            if step.len() < STEP {
                return Ok(deleted);
            }
        }
    }
}

/// Raises the floor to the newest day mark that is old enough, and deletes the marks below. Returns the floor.
struct RaiseFloor {
    oldest: i32,
}

impl Job for RaiseFloor {
    type Out = Seq;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Seq, CoreError> {
        let rows = txn.with_prefix::<Meta>("name", MARK_OF).await?;
        let marks: Vec<DayMark> = rows.iter().filter_map(DayMark::of_day).collect();
        if let Some(floor) = marks.iter().filter(|m| m.day <= self.oldest).max_by_key(|m| m.day) {
            feed_state::raise_floor(txn, *floor).await?;
            let below = |row: &&Meta| DayMark::of_day(row).is_some_and(|m| m.day < floor.day);
            let keys: Vec<_> = rows.iter().filter(below).map(Table::key).collect();
            txn.delete::<Meta>(&keys).await?;
        }
        Ok(feed_state::load(txn).await?.floor.seq)
    }
}

/// One step of a walk.
struct FindBetween<R> {
    column: &'static str,
    from: i64,
    to: i64,
    table: PhantomData<R>,
}

impl<R: Table> Job for FindBetween<R> {
    type Out = Vec<R>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<R>, CoreError> {
        Ok(txn.between::<R>(self.column, self.from, self.to, STEP).await?)
    }
}

/// Deletes those of the rows that still meet the condition. Returns how many.
struct DeleteIf<R: Table> {
    keys: Vec<R::Key>,
    condition: Box<dyn Fn(&R) -> bool + Send>,
}

impl<R: Table> Job for DeleteIf<R> {
    type Out = u64;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<u64, CoreError> {
        let found = txn.get::<R>(&self.keys).await?;
        let keys: Vec<R::Key> = found.iter().flatten().filter(|row| (self.condition)(row)).map(R::key).collect();
        drop(found);
        txn.delete::<R>(&keys).await?;
        Ok(keys.len() as u64)
    }
}
