//! What is old goes: rows kept only so that a device may be told something, long after every device was told. In small
//! steps, each a transaction of its own, so that nobody waits for it; what a step was about to take is looked at again
//! inside it. Records, the log of operations and the quarantine are never pruned;
//! abandoned uploads are the media sweep's.

use super::{CoreError, ServerCore, meta};
use crate::store::{
    Job, Store, Table, Txn,
    tables::{EnrolCode, Meta, Tombstone, WorkerFeed},
};
use shared::{Day, ids::Seq};
use std::marker::PhantomData;

/// 90 days: three times as long as work is offered again after a restore (30 days), so that a phone left in a drawer
/// for a season still goes on where it was. A phone away for longer fetches its scopes from the beginning.
pub const KEEP_DAYS: i32 = 90;
/// 500 rows a step: about a millisecond of the writer.
const STEP: usize = 500;
const DAY_MS: i64 = 86_400_000;

/// How many of each went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    pub left_area_feeds: u64,
    pub left_workers: u64,
    pub codes: u64,
}

impl<S: Store> ServerCore<S> {
    /// The daily sweep. Doing it twice a day changes nothing.
    pub async fn prune(&self) -> Result<Pruned, CoreError> {
        self.sweep_if_due().await?;
        let now_ms = self.now_ms();
        let oldest = Day::of_utc_ms(now_ms).number() - KEEP_DAYS;
        // First the floor, so that nobody goes on from below it while tombstones go.
        let floor = self.inner.store.write(Raise { oldest }).await?;
        let below = i64::try_from(floor.0).unwrap_or(i64::MAX).saturating_add(1);
        let before = now_ms - i64::from(KEEP_DAYS) * DAY_MS;
        Ok(Pruned {
            left_area_feeds: self.walk::<Tombstone>("seq", below, |_| true, |g| g.seq.0 as i64).await?,
            left_workers: self.walk::<WorkerFeed>("seq", below, |f| f.gone, |f| f.seq.0 as i64).await?,
            codes: self.walk::<EnrolCode>("expires", before, |_| true, |c| c.expires).await?,
        })
    }

    /// Walks a table along `column`, up to `to`, and deletes what is `old`.
    async fn walk<T: Table + Clone>(
        &self,
        column: &'static str,
        to: i64,
        old: fn(&T) -> bool,
        place: fn(&T) -> i64,
    ) -> Result<u64, CoreError> {
        let (mut from, mut gone) = (i64::MIN, 0);
        loop {
            let step = self.inner.store.read(Between::<T> { column, from, to, table: PhantomData }).await?;
            let Some(last) = step.last() else { return Ok(gone) };
            // What shares its place with the last one and found no room has its turn tomorrow.
            from = place(last).saturating_add(1);
            let keys: Vec<T::Key> = step.iter().filter(|row| old(row)).map(T::key).collect();
            if !keys.is_empty() {
                let job = Delete::<T> { keys, still: Box::new(move |row| old(row) && place(row) < to) };
                gone += self.inner.store.write(job).await?;
            }
            if step.len() < STEP {
                return Ok(gone);
            }
        }
    }
}

/// Raises the floor to the newest mark that is old enough, and forgets the marks below it.
struct Raise {
    oldest: i32,
}

impl Job for Raise {
    type Out = Seq;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Seq, CoreError> {
        let rows = txn.with_prefix::<Meta>("name", meta::MARK_OF).await?;
        let marks: Vec<meta::Mark> = rows.iter().filter_map(meta::Mark::of_day).collect();
        if let Some(floor) = marks.iter().filter(|m| m.day <= self.oldest).max_by_key(|m| m.day) {
            meta::raise_floor(txn, *floor).await?;
            let below = |row: &&Meta| meta::Mark::of_day(row).is_some_and(|m| m.day < floor.day);
            let keys: Vec<_> = rows.iter().filter(below).map(Table::key).collect();
            txn.delete::<Meta>(&keys).await?;
        }
        Ok(meta::facts(txn).await?.floor.seq)
    }
}

struct Between<R> {
    column: &'static str,
    from: i64,
    to: i64,
    table: PhantomData<R>,
}

impl<R: Table> Job for Between<R> {
    type Out = Vec<R>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<R>, CoreError> {
        Ok(txn.between::<R>(self.column, self.from, self.to, STEP).await?)
    }
}

/// Deletes rows that are still what they were when they were found.
struct Delete<R: Table> {
    keys: Vec<R::Key>,
    still: Box<dyn Fn(&R) -> bool + Send>,
}

impl<R: Table> Job for Delete<R> {
    type Out = u64;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<u64, CoreError> {
        let found = txn.get::<R>(&self.keys).await?;
        let keys: Vec<R::Key> = found.iter().flatten().filter(|row| (self.still)(row)).map(R::key).collect();
        drop(found);
        txn.delete::<R>(&keys).await?;
        Ok(keys.len() as u64)
    }
}
