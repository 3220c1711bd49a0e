//! Facts about the store itself: its epoch, the day whose pairings are in force, and from which seq on nothing was
//! pruned.
//!
//! A *mark* is the last seq given out when a day began, written by the first request of that day. The *floor* is the mark
//! of the day up to which tombstones were pruned: who read further than it missed none of them.

use super::{CoreError, ServerCore, effects, effects::people::in_force};
use crate::store::{
    Job, Store, StoreError, Stored, Txn,
    tables::{CareGrant, Meta},
};
use shared::{
    Day,
    ids::{Epoch, Seq},
};
use std::sync::atomic::Ordering;

const EPOCH: &str = "epoch";
const SWEPT: &str = "swept";
/// By which rules the due days of recipients were derived.
const DUE_DERIVED: &str = "due_derived";
/// 1: the rule set in force and the day on which care began are those of `shared::domain`.
const DUE_RULES: &str = "1";
/// The newest mark: a day's number and a seq, separated by a blank.
const MARK: &str = "mark";
/// The floor, likewise.
const FLOOR: &str = "floor";
/// Before the number of a day: its mark.
pub const MARK_OF: &str = "mark:";

/// A day and the last seq given out when it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Days since 1970 in Shanghai.
    pub day: i32,
    pub seq: Seq,
}

impl Mark {
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
pub struct Facts {
    pub epoch: Epoch,
    pub mark: Mark,
    pub floor: Mark,
}

pub async fn facts<T: Txn>(txn: &mut T) -> Stored<Facts> {
    let names = [EPOCH, MARK, FLOOR].map(|name| (name.to_owned(),));
    let mut found = txn.get::<Meta>(&names).await?.into_iter();
    let mut next = || found.next().flatten().map(|m| m.value);
    let epoch = next().and_then(|value| value.parse().ok());
    let epoch = epoch.ok_or_else(|| StoreError::Corrupt("the store has no epoch".into()))?;
    let mark = next().and_then(|value| Mark::read(&value)).unwrap_or_default();
    let floor = next().and_then(|value| Mark::read(&value)).unwrap_or_default();
    Ok(Facts { epoch, mark, floor })
}

/// Raises the floor; it never sinks.
pub async fn raise_floor<T: Txn>(txn: &mut T, to: Mark) -> Stored<()> {
    if facts(txn).await?.floor.seq < to.seq {
        txn.put(&[to.row(FLOOR)]).await?;
    }
    Ok(())
}

/// Notes where the feed stood when a day began. Days go forward only, whatever the server's clock does.
async fn mark_day<T: Txn>(txn: &mut T, today: Day) -> Stored<()> {
    let seq = txn.head().await?;
    let mark = Mark { day: today.number(), seq };
    if facts(txn).await?.mark.day < mark.day {
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

/// Lets pairings begin and end whose day has come, and marks where the feed stands.
struct Sweep {
    now_ms: i64,
}

impl Job for Sweep {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        let today = Day::of_utc_ms(self.now_ms);
        let found = txn.get::<Meta>(&[(SWEPT.to_owned(),), (DUE_DERIVED.to_owned(),)]).await?;
        let [swept, due_derived] = [0, 1].map(|n| found.get(n).cloned().flatten().map(|m| m.value));
        if due_derived.as_deref() != Some(DUE_RULES) {
            effects::people::derive_all_due_days(txn, today).await?;
            txn.put(&[Meta { name: DUE_DERIVED.to_owned(), value: DUE_RULES.to_owned() }]).await?;
        }
        if swept.is_some_and(|day| day == today.to_string()) {
            return Ok(());
        }
        mark_day(txn, today).await?;
        let all = txn.under::<CareGrant>("worker", "").await?;
        let flip = |mut grant: CareGrant| {
            let active = in_force(&grant, today);
            (grant.active != active).then(|| {
                grant.active = active;
                grant
            })
        };
        let flips = all.into_iter().filter_map(flip).collect();
        effects::write(txn, &[], flips, self.now_ms).await?;
        txn.put(&[Meta { name: SWEPT.to_owned(), value: today.to_string() }]).await?;
        Ok(())
    }
}

impl<S: Store> ServerCore<S> {
    /// Before the first request of a day. A withdrawn pairing that was to begin later stays ended: its dates say so.
    pub(super) async fn sweep_if_due(&self) -> Result<(), CoreError> {
        let now_ms = self.now_ms();
        let today = Day::of_utc_ms(now_ms).number();
        if self.inner.swept.load(Ordering::Relaxed) != today {
            self.inner.store.write(Sweep { now_ms }).await?;
            self.inner.swept.store(today, Ordering::Relaxed);
        }
        Ok(())
    }
}
