//! Counts the time without contact to the server. Time is counted and never compared: each tick adds the larger of what
//! the wall clock and the monotonic clock advanced since the tick before, and nothing is ever subtracted. So a wall
//! clock that is set back takes nothing off, and time with the app open counts whatever the wall clock shows.

use serde::{Deserialize, Serialize};

pub(crate) const DAY_MS: u64 = 86_400_000;
/// 1 day: the most that one step of the wall clock counts while it is behind the latest time it ever showed. A phone
/// that lost its date and gets it back from the network jumps by years without having been idle for years.
const BEHIND_STEP_MAX_MS: u64 = DAY_MS;
/// 10 minutes: a write at every tick would cost more than the few minutes that a kill can hide.
const STORE_EVERY_MS: u64 = 600_000;
/// 5 days before the lock the first screen warns: enough for a trip to a place with signal.
const WARN_DAYS: u64 = 5;

/// Time since the last contact, as far as the clocks show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InactivityCount {
    /// Milliseconds counted since the last contact.
    spent_ms: u64,
    /// The latest time that the wall clock showed since then.
    peak_ms: i64,
    /// The wall clock at the last tick.
    seen_ms: i64,
}

impl InactivityCount {
    fn from(wall_ms: i64) -> Self {
        Self { spent_ms: 0, peak_ms: wall_ms, seen_ms: wall_ms }
    }

    /// Counts the time since the last tick. `running_ms` is how much of it the monotonic clock saw; 0 after a start.
    fn advance(&mut self, wall_ms: i64, running_ms: u64) {
        let ahead = |from: i64| u64::try_from(wall_ms.saturating_sub(from)).unwrap_or(0);
        let by_wall =
            if wall_ms >= self.peak_ms { ahead(self.peak_ms) } else { ahead(self.seen_ms).min(BEHIND_STEP_MAX_MS) };
        self.spent_ms = self.spent_ms.saturating_add(by_wall.max(running_ms));
        self.peak_ms = self.peak_ms.max(wall_ms);
        self.seen_ms = wall_ms;
    }

    fn is_worth_storing_after(&self, other: &Self) -> bool {
        self.spent_ms < other.spent_ms
            || self.spent_ms - other.spent_ms >= STORE_EVERY_MS
            || self.peak_ms.abs_diff(other.peak_ms) >= STORE_EVERY_MS
            || self.seen_ms.abs_diff(other.seen_ms) >= STORE_EVERY_MS
    }
}

/// The running count of an open, enrolled store.
#[derive(Debug)]
pub(crate) struct InactivityTimer {
    count: InactivityCount,
    /// The count in the store.
    stored: Option<InactivityCount>,
    /// The monotonic clock at the last tick.
    mono_ms: u64,
    /// `None` for a rule set that never locks.
    limit_ms: Option<u64>,
}

impl InactivityTimer {
    /// True once the device must lock.
    pub fn is_over(&self) -> bool {
        self.limit_ms.is_some_and(|limit| self.count.spent_ms >= limit)
    }

    /// Days until the device locks, rounded up, once they are few.
    pub fn days_left(&self) -> Option<u32> {
        let limit = self.limit_ms?;
        let left = limit.saturating_sub(self.count.spent_ms).div_ceil(DAY_MS);
        // The warning covers at most half of a short limit.
        let warn = WARN_DAYS.min(limit / DAY_MS / 2);
        (left <= warn).then(|| u32::try_from(left).unwrap_or(u32::MAX))
    }

    /// Resumes from the count in the store; enrolled by a build without one, the count begins now.
    pub fn resume(stored: Option<InactivityCount>, wall_ms: i64, mono_ms: u64, limit_ms: Option<u64>) -> Self {
        let mut count = stored.unwrap_or_else(|| InactivityCount::from(wall_ms));
        count.advance(wall_ms, 0);
        Self { count, stored, mono_ms, limit_ms }
    }

    /// Counts the time since the last tick.
    pub fn tick(&mut self, wall_ms: i64, mono_ms: u64) {
        self.count.advance(wall_ms, mono_ms.saturating_sub(self.mono_ms));
        self.mono_ms = mono_ms;
    }

    /// The server replied: the count starts again.
    pub fn restart(&mut self, wall_ms: i64, mono_ms: u64) {
        (self.count, self.mono_ms) = (InactivityCount::from(wall_ms), mono_ms);
    }

    pub fn set_limit(&mut self, limit_ms: Option<u64>) {
        self.limit_ms = limit_ms;
    }

    /// The count, where it differs enough from the stored one to be stored again.
    pub fn to_store(&self) -> Option<InactivityCount> {
        let stored = self.stored.is_some_and(|stored| !self.count.is_worth_storing_after(&stored));
        (!stored).then_some(self.count)
    }

    pub fn note_stored(&mut self, count: InactivityCount) {
        self.stored = Some(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = DAY_MS as i64;

    fn days(count: &InactivityCount) -> u64 {
        count.spent_ms / DAY_MS
    }

    #[test]
    fn days_with_the_app_closed_count_by_the_wall_clock() {
        let mut count = InactivityCount::from(0);
        for day in 1..=30 {
            count.advance(day * DAY, 0);
        }
        assert_eq!(days(&count), 30);
    }

    #[test]
    fn a_clock_that_is_set_back_takes_nothing_off_and_counts_on_from_there() {
        let mut count = InactivityCount::from(100 * DAY);
        count.advance(125 * DAY, 0);
        count.advance(101 * DAY, 0);
        assert_eq!(days(&count), 25);
        for day in 102..=106 {
            count.advance(day * DAY, 0);
        }
        assert_eq!(days(&count), 30);
    }

    #[test]
    fn a_clock_set_back_before_every_tick_still_counts_while_the_app_is_open() {
        let mut count = InactivityCount::from(0);
        for _ in 0..48 {
            count.advance(0, DAY_MS / 2);
        }
        assert_eq!(days(&count), 24);
    }

    #[test]
    fn a_date_that_was_lost_and_came_back_counts_a_day_at_most() {
        let year = 365 * DAY;
        let mut count = InactivityCount::from(56 * year);
        count.advance(0, 0);
        count.advance(1000, 1000);
        count.advance(56 * year + DAY, 0);
        assert_eq!(days(&count), 1);
        count.advance(10 * year, 0);
        count.advance(30 * year, 0);
        assert_eq!(days(&count), 2, "still behind: a day at most");
    }

    #[test]
    fn the_warning_comes_five_days_before_and_in_the_second_half_of_a_short_limit() {
        let left = |limit: u64, spent: u64| {
            let count = InactivityCount { spent_ms: spent * DAY_MS, ..InactivityCount::from(0) };
            InactivityTimer { count, stored: None, mono_ms: 0, limit_ms: Some(limit * DAY_MS) }.days_left()
        };
        assert_eq!([24, 25, 29, 30].map(|spent| left(30, spent)), [None, Some(5), Some(1), Some(0)]);
        assert_eq!([1, 2, 3].map(|spent| left(4, spent)), [None, Some(2), Some(1)]);
    }
}
