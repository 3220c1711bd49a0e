//! FeedState about the store itself: its epoch, the day whose pairings are in force, and from which seq on nothing was
//! pruned.
//!
//! A *mark* is the last seq given out when a day began, written by the first request of that day. The *floor* is the mark
//! of the day up to which tombstones were pruned: who read further than it missed none of them.

use super::error::CoreError;
use crate::store::{Job, StoreError, Stored, Txn, tables::Meta};
use shared::{
    Day,
    ids::{Epoch, Seq},
};

const EPOCH: &str = "epoch";
/// The newest mark: a day's number and a seq, separated by a blank.
const MARK: &str = "mark";
/// The floor, likewise.
const FLOOR: &str = "floor";
/// Before the number of a day: its mark.
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

    /// One row of `mark:<day>`.
    pub fn of_day(meta: &Meta) -> Option<Self> {
        let day = meta.name.strip_prefix(MARK_OF)?.parse().ok()?;
        Some(Self { day, seq: Seq(meta.value.parse().ok()?) })
    }

    fn row(self, name: &str) -> Meta {
        Meta { name: name.to_owned(), value: format!("{} {}", self.day, self.seq) }
    }
}

/// What a pull must know, in one look.
#[derive(Clone, Copy, Debug)]
pub struct FeedState {
    pub epoch: Epoch,
    pub mark: DayMark,
    pub floor: DayMark,
}

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

/// Raises the floor; it never sinks.
pub async fn raise_floor<T: Txn>(txn: &mut T, to: DayMark) -> Stored<()> {
    if load(txn).await?.floor.seq < to.seq {
        txn.put(&[to.row(FLOOR)]).await?;
    }
    Ok(())
}

/// Notes where the feed stood when a day began. Days go forward only, whatever the server's clock does.
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
pub async fn epoch<T: Txn>(txn: &mut T) -> Stored<Epoch> {
    let found = txn.get::<Meta>(&[(EPOCH.to_owned(),)]).await?.into_iter().next().flatten();
    found.and_then(|m| m.value.parse().ok()).ok_or_else(|| StoreError::Corrupt("the store has no epoch".into()))
}

/// Gives the store an epoch: a first one if it has none, or another.
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
