//! What the store knows about its feeds as a whole: its epoch, and from which seq on tombstones are complete.
//!
//! A *day mark* is the last seq given out when a day began, written by the first request of that day. The *floor* is
//! the mark of the day up to which tombstones were pruned: a device that read beyond it missed none of them.

use super::error::CoreError;
use crate::store::{Job, StoreError, Stored, Txn, tables::Meta};
use shared::{
    Day,
    ids::{Epoch, Seq},
};

const EPOCH: &str = "epoch";
/// The newest mark: a day's number and a seq, separated by a blank.
const MARK: &str = "mark";
/// The floor, in the same form.
const FLOOR: &str = "floor";
/// Prefix of the facts that hold the mark of each day; the day's number follows.
pub const MARK_OF: &str = "mark:";

/// A day and the last seq given out when it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayMark {
    /// Days since 1970 in Shanghai.
    pub day: i32,
    pub seq: Seq,
}

impl DayMark {
    fn read(text: &str) -> Option<Self> {
        let (day, seq) = text.split_once(' ')?;
        Some(Self { day: day.parse().ok()?, seq: Seq(seq.parse().ok()?) })
    }

    /// The mark in a row `mark:<day>`; `None` for other rows.
    pub fn of_day(meta: &Meta) -> Option<Self> {
        let day = meta.name.strip_prefix(MARK_OF)?.parse().ok()?;
        Some(Self { day, seq: Seq(meta.value.parse().ok()?) })
    }

    fn row(self, name: &str) -> Meta {
        Meta { name: name.to_owned(), value: format!("{} {}", self.day, self.seq) }
    }
}

/// What a pull needs to know about the feeds as a whole.
#[derive(Clone, Copy, Debug)]
pub struct FeedState {
    pub epoch: Epoch,
    /// The mark of the newest day.
    pub mark: DayMark,
    pub floor: DayMark,
}

/// Reads the state of the feeds.
///
/// # Errors
///
/// The store failed or has no epoch.
pub async fn load<T: Txn>(txn: &mut T) -> Stored<FeedState> {
    let names = [EPOCH, MARK, FLOOR].map(|name| (name.to_owned(),));
    let mut found = txn.get::<Meta>(&names).await?.into_iter();
    let mut next = || found.next().flatten().map(|m| m.value);
    let epoch = next().and_then(|value| value.parse().ok());
    let epoch = epoch.ok_or_else(|| StoreError::Corrupt("the store has no epoch".into()))?;
    let mark = next().and_then(|value| DayMark::read(&value)).unwrap_or_default();
    let floor = next().and_then(|value| DayMark::read(&value)).unwrap_or_default();
    Ok(FeedState { epoch, mark, floor })
}

/// Raises the floor to `to`, unless it is higher already.
///
/// # Errors
///
/// The store failed or has no epoch.
pub async fn raise_floor<T: Txn>(txn: &mut T, to: DayMark) -> Stored<()> {
    if load(txn).await?.floor.seq < to.seq {
        txn.put(&[to.row(FLOOR)]).await?;
    }
    Ok(())
}

/// Writes the mark of a day that begins. Marks only move forward, even if the server's clock goes back.
///
/// # Errors
///
/// The store failed or has no epoch.
pub async fn mark_day<T: Txn>(txn: &mut T, today: Day) -> Stored<()> {
    let seq = txn.head().await?;
    let mark = DayMark { day: today.number(), seq };
    if load(txn).await?.mark.day < mark.day {
        let of_day = Meta { name: format!("{MARK_OF}{}", mark.day), value: seq.to_string() };
        txn.put(&[mark.row(MARK), of_day]).await?;
    }
    Ok(())
}

/// The store's epoch.
///
/// # Errors
///
/// The store failed or has no epoch.
pub async fn epoch<T: Txn>(txn: &mut T) -> Stored<Epoch> {
    let found = txn.get::<Meta>(&[(EPOCH.to_owned(),)]).await?.into_iter().next().flatten();
    found.and_then(|m| m.value.parse().ok()).ok_or_else(|| StoreError::Corrupt("the store has no epoch".into()))
}

/// Gives the store an epoch if it has none; with `replace`, a new one in any case. Returns the epoch in force.
pub struct SetEpoch {
    pub epoch: Epoch,
    pub replace: bool,
}

impl Job for SetEpoch {
    type Out = Epoch;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Epoch, CoreError> {
        if !self.replace
            && let Ok(epoch) = epoch(txn).await
        {
            return Ok(epoch);
        }
        txn.put(&[Meta { name: EPOCH.to_owned(), value: self.epoch.to_string() }]).await?;
        Ok(self.epoch)
    }
}
