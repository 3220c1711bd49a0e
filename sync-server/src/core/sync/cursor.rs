//! Cursors: how far a device has read a scope.
//!
//! On the wire a cursor is one number, the device's to keep and the server's to read. Usually it is the seq up to which
//! the device was told everything. While a device reads a scope from the beginning it passes seqs older than the floor,
//! below which tombstones are pruned; a number alone could not be told from a cursor that is merely old. Such a cursor
//! therefore names the day the reading began, too: day × 2^37 + seq. It stays below 2^53, where every language's JSON
//! keeps it whole, and 2^37 changes are more than two thousand provinces make in a year.

use crate::core::feed_state::{DayMark, FeedState};
use shared::{Day, ids::Seq};

const DAY_SHIFT: u32 = 37;

/// Where a device goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadPosition {
    pub after: Seq,
    /// It starts over: what it holds of the scope is forgotten.
    pub reset: bool,
    /// Set while it reads the scope from the beginning: the day it began.
    began: Option<i32>,
}

impl ReadPosition {
    pub fn of(known: Option<Seq>, other_epoch: bool, head: Seq, floor: DayMark, today: Day) -> Self {
        let from_the_start = |reset| Self { after: Seq(0), reset, began: Some(today.number()) };
        let Some(Seq(known)) = known else { return from_the_start(false) };
        let day = i32::try_from(known >> DAY_SHIFT).unwrap_or(i32::MAX);
        let after = Seq(known & ((1 << DAY_SHIFT) - 1));
        // A cursor ahead of the clock is of a store that was put back without a new epoch.
        let lost = other_epoch || after > head;
        // What left the scope since may have been pruned.
        let too_old = if day == 0 { after < floor.seq } else { day < floor.day };
        if lost || too_old {
            return from_the_start(true);
        }
        Self { after, reset: false, began: (day != 0).then_some(day) }
    }

    /// The cursor after a page that ended at `at`. A scope in which nothing happens moves on once a day, lest its cursor
    /// grow old without the device missing anything.
    pub fn next(self, at: Seq, last: bool, facts: &FeedState) -> Seq {
        match self.began {
            _ if last => at.max(facts.mark.seq),
            Some(day) => Seq(u64::try_from(day).unwrap_or(0) << DAY_SHIFT | at.0),
            None => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ids::Epoch;

    const FLOOR: DayMark = DayMark { day: 20_500, seq: Seq(1000) };
    const FACTS: FeedState =
        FeedState { epoch: Epoch::NIL, mark: DayMark { day: 20_590, seq: Seq(5000) }, floor: FLOOR };

    fn place(known: u64, today: i32) -> ReadPosition {
        ReadPosition::of(Some(Seq(known)), false, Seq(9000), FLOOR, Day::from_number(today))
    }

    #[test]
    fn a_cursor_at_the_floor_goes_on_and_one_below_it_starts_over() {
        assert!(!place(1000, 20_590).reset);
        let old = place(999, 20_590);
        assert!(old.reset && old.after == Seq(0));
        assert!(!place(9000, 20_590).reset);
        assert!(place(9001, 20_590).reset, "ahead of the server");
    }

    #[test]
    fn who_reads_from_the_beginning_passes_below_the_floor_unless_it_takes_ninety_days() {
        let first = ReadPosition::of(None, false, Seq(9000), FLOOR, Day::from_number(20_590));
        assert!(!first.reset, "there is nothing to forget");
        let cursor = first.next(Seq(17), false, &FACTS);
        assert!(cursor.0 < 1 << 53);
        let then = place(cursor.0, 20_591);
        assert_eq!((then.after, then.reset), (Seq(17), false));
        let later = then.next(Seq(18), false, &FACTS);
        let floor = DayMark { day: 20_591, seq: Seq(6000) };
        assert!(ReadPosition::of(Some(later), false, Seq(9000), floor, Day::from_number(20_681)).reset);
        assert_eq!(
            then.next(Seq(18), true, &FACTS),
            Seq(5000),
            "at the end it is a seq again, no older than today's mark"
        );
        assert_eq!(place(2000, 20_590).next(Seq(2500), false, &FACTS), Seq(2500));
    }
}
