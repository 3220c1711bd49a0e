//! Facts about the store itself: its epoch, and the day whose pairings are in force.

use super::{CoreError, ServerCore, effects, effects::people::in_force};
use crate::store::{
    Job, Store, StoreError, Stored, Txn,
    tables::{Grant, Meta},
};
use shared::{Day, ids::Epoch};
use std::sync::atomic::Ordering;

const EPOCH: &str = "epoch";
const SWEPT: &str = "swept";

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

/// Lets pairings begin and end whose day has come.
struct Sweep {
    now_ms: i64,
}

impl Job for Sweep {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        let today = Day::of_utc_ms(self.now_ms);
        let swept = txn.get::<Meta>(&[(SWEPT.to_owned(),)]).await?.into_iter().next().flatten();
        if swept.is_some_and(|m| m.value == today.to_string()) {
            return Ok(());
        }
        let all = txn.under::<Grant>("worker", "").await?;
        let flip = |mut grant: Grant| {
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
