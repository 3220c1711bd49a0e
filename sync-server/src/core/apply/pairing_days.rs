//! Puts pairings in force on their first day and out of force on their last, once a day.

use super::effects::{self, people::in_force};
use crate::{
    core::{error::CoreError, feed_state::mark_day},
    store::{
        Job, Txn,
        tables::{CareGrant, Meta},
    },
};
use shared::Day;

/// Name of the fact: the day whose pairings are in force.
const SWEPT: &str = "swept";
/// Name of the fact: by which rules the due days of recipients were derived.
const DUE_DERIVED: &str = "due_derived";
/// 1: the rule set in force and the day on which care began are those of `shared::domain`.
const DUE_RULES: &str = "1";

/// Puts pairings in force or out of force whose day has come, and marks where the feeds stand. Once a day for all
/// processes of one store. A withdrawn pairing that was to begin later stays ended: its dates say so.
pub struct ApplyPairingDays {
    pub now_ms: i64,
}

impl Job for ApplyPairingDays {
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
        let all = txn.with_prefix::<CareGrant>("worker", "").await?;
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
