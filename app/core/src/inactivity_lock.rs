//! The lock after a number of days without contact: a phone that never hears of its server again may be lost or sold, and its PIN is
//! then all that guards it. The rule set says how many days. One successful contact opens it again; unsent work is kept, can be
//! sent, and can be saved as a bundle.
//!
//! Time is counted, not compared: each look adds what the wall clock or the monotonic clock says has passed since the look before,
//! and nothing is ever taken off. So a clock that is set back stops nothing that was counted, and time with the app open counts
//! whatever the wall clock says.

use crate::{
    Core, Refusal,
    store::{self, meta, rules::RuleBook},
};
use serde::{Deserialize, Serialize};

const DAY_MS: u64 = 86_400_000;
/// 1 day: what a step of the wall clock counts at most while it runs behind where it has been before. A phone that lost its date and
/// gets it back from the network jumps by years, and that is not silence.
const BEHIND_STEP_MS: u64 = DAY_MS;
/// 10 minutes: a write at every look would cost more than the seconds that a kill could win.
const KEEP_EVERY_MS: u64 = 600_000;
/// 5 days before it locks the first screen says so: a week with its market day lies within it.
const WARN_DAYS: u64 = 5;

/// Time since the last contact, as far as the clocks tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    spent_ms: u64,
    /// The latest that the wall clock ever said since then.
    peak_ms: i64,
    /// What it said at the last look.
    seen_ms: i64,
}

impl Count {
    fn from(wall_ms: i64) -> Self {
        Self { spent_ms: 0, peak_ms: wall_ms, seen_ms: wall_ms }
    }

    /// `running_ms` has passed for sure; 0 where nothing is known, as after a start.
    fn look(&mut self, wall_ms: i64, running_ms: u64) {
        let ahead = |from: i64| u64::try_from(wall_ms.saturating_sub(from)).unwrap_or(0);
        let by_wall =
            if wall_ms >= self.peak_ms { ahead(self.peak_ms) } else { ahead(self.seen_ms).min(BEHIND_STEP_MS) };
        self.spent_ms = self.spent_ms.saturating_add(by_wall.max(running_ms));
        self.peak_ms = self.peak_ms.max(wall_ms);
        self.seen_ms = wall_ms;
    }

    fn differs(&self, other: &Self) -> bool {
        self.spent_ms < other.spent_ms
            || self.spent_ms - other.spent_ms >= KEEP_EVERY_MS
            || self.peak_ms.abs_diff(other.peak_ms) >= KEEP_EVERY_MS
            || self.seen_ms.abs_diff(other.seen_ms) >= KEEP_EVERY_MS
    }
}

/// The count of an open, enrolled store.
#[derive(Debug)]
pub(crate) struct Watch {
    count: Count,
    /// As it stands in the store.
    kept: Option<Count>,
    /// The monotonic clock at the last look.
    mono_ms: u64,
    /// `None` for a rule set that never locks.
    limit_ms: Option<u64>,
}

impl Watch {
    pub fn is_over(&self) -> bool {
        self.limit_ms.is_some_and(|limit| self.count.spent_ms >= limit)
    }

    /// Days that are left, rounded up, once they are few.
    fn days_left(&self) -> Option<u32> {
        let limit = self.limit_ms?;
        let left = limit.saturating_sub(self.count.spent_ms).div_ceil(DAY_MS);
        // Of a short limit at most half is warning.
        let warn = WARN_DAYS.min(limit / DAY_MS / 2);
        (left <= warn).then(|| u32::try_from(left).unwrap_or(u32::MAX))
    }
}

impl Core {
    /// Looks at the clocks. Cheap: it writes every ten minutes at most, and a store that is full or closed loses only those.
    pub(crate) fn tick(&mut self) -> Result<(), Refusal> {
        if self.store.is_none() {
            self.watch = None;
            return Ok(());
        }
        let (wall, mono) = (self.env.now().utc_ms, self.env.monotonic_ms());
        match &mut self.watch {
            Some(watch) => {
                watch.count.look(wall, mono.saturating_sub(watch.mono_ms));
                watch.mono_ms = mono;
            }
            None => {
                let conn = self.store()?.conn();
                let Some(enrolment) = meta::enrolment(conn)? else { return Ok(()) };
                let kept: Option<Count> = meta::get(conn, meta::key::SILENCE)?;
                let limit_ms = limit(conn, enrolment.area)?;
                // Enrolled before there was a count: it begins now.
                let mut count = kept.unwrap_or_else(|| Count::from(wall));
                count.look(wall, 0);
                self.watch = Some(Watch { count, kept, mono_ms: mono, limit_ms });
            }
        }
        self.keep_the_count();
        Ok(())
    }

    /// The server answered: the count begins anew.
    pub(crate) fn record_contact(&mut self) {
        // Just enrolled, there is no count yet.
        let _ = self.tick();
        let (wall, mono) = (self.env.now().utc_ms, self.env.monotonic_ms());
        if let Some(watch) = &mut self.watch {
            (watch.count, watch.mono_ms) = (Count::from(wall), mono);
            self.keep_the_count();
        }
    }

    /// Records came: perhaps another rule set among them.
    pub(crate) fn read_the_limit(&mut self) {
        let Ok(store) = self.store() else { return };
        let found = meta::enrolment(store.conn()).map(|e| e.map(|e| limit(store.conn(), e.area)));
        if let (Ok(Some(Ok(limit_ms))), Some(watch)) = (found, &mut self.watch) {
            watch.limit_ms = limit_ms;
        }
    }

    /// Days until it locks, once they are few.
    pub(crate) fn locks_in_days(&self) -> Option<u32> {
        self.watch.as_ref().and_then(Watch::days_left)
    }

    fn keep_the_count(&mut self) {
        let Some(watch) = &self.watch else { return };
        let count = watch.count;
        if watch.kept.is_some_and(|kept| !count.differs(&kept)) {
            return;
        }
        // On a full disk the count goes on in memory; the next start counts by the wall clock.
        if self.write(|tx| Ok(meta::set(tx, meta::key::SILENCE, &count)?)).is_ok()
            && let Some(watch) = &mut self.watch
        {
            watch.kept = Some(count);
        }
    }
}

/// Milliseconds by the rule set in force where the worker is counted.
fn limit(conn: &rusqlite::Connection, area: shared::AreaCode) -> store::Result<Option<u64>> {
    let days = RuleBook::read(conn)?.in_force(area).lock_after_days;
    // 0 would lock every phone at once and for good: it means never.
    Ok(days.filter(|days| *days > 0).map(|days| u64::from(days) * DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = DAY_MS as i64;

    fn days(count: &Count) -> u64 {
        count.spent_ms / DAY_MS
    }

    #[test]
    fn days_with_the_app_closed_count_by_the_wall_clock() {
        let mut count = Count::from(0);
        for day in 1..=30 {
            count.look(day * DAY, 0);
        }
        assert_eq!(days(&count), 30);
    }

    #[test]
    fn a_clock_that_is_set_back_takes_nothing_off_and_goes_on_counting_from_there() {
        let mut count = Count::from(100 * DAY);
        count.look(125 * DAY, 0);
        count.look(101 * DAY, 0);
        assert_eq!(days(&count), 25);
        for day in 102..=106 {
            count.look(day * DAY, 0);
        }
        assert_eq!(days(&count), 30);
    }

    #[test]
    fn a_clock_set_back_before_every_look_still_counts_while_the_app_is_open() {
        let mut count = Count::from(0);
        for _ in 0..48 {
            count.look(0, DAY_MS / 2);
        }
        assert_eq!(days(&count), 24);
    }

    #[test]
    fn a_date_that_was_lost_and_came_back_is_no_silence() {
        let year = 365 * DAY;
        let mut count = Count::from(56 * year);
        count.look(0, 0);
        count.look(1000, 1000);
        count.look(56 * year + DAY, 0);
        assert_eq!(days(&count), 1);
        count.look(10 * year, 0);
        count.look(30 * year, 0);
        assert_eq!(days(&count), 2, "still behind: a day at most");
    }

    #[test]
    fn the_warning_comes_five_days_before_and_in_the_second_half_of_a_short_limit() {
        let left = |limit: u64, spent: u64| {
            let count = Count { spent_ms: spent * DAY_MS, ..Count::from(0) };
            Watch { count, kept: None, mono_ms: 0, limit_ms: Some(limit * DAY_MS) }.days_left()
        };
        assert_eq!([24, 25, 29, 30].map(|spent| left(30, spent)), [None, Some(5), Some(1), Some(0)]);
        assert_eq!([1, 2, 3].map(|spent| left(4, spent)), [None, Some(2), Some(1)]);
    }
}
