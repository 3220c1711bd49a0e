//! Cursors: how far a device has read a scope.
//!
//! On the wire a cursor is one number, opaque to the device. Usually it is the seq up to which the device has
//! everything. While a device reads a scope from the beginning it passes seqs older than the floor, below which
//! tombstones are pruned; a plain seq would look like a cursor that is too old. Such a cursor therefore also names the
//! day on which the reading began: day × 2^37 + seq. It stays below 2^53, so that JSON numbers of every language hold
//! it exactly, and 2^37 changes are more than two thousand provinces make in a year.

use crate::core::feed_state::{DayMark, FeedState};
use shared::{Day, ids::Seq};

const DAY_SHIFT: u32 = 37;

/// Where a device resumes a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadPosition {
    pub after: Seq,
    /// The device starts over: it drops what it holds of the scope.
    pub reset: bool,
    /// The day on which the device began to read the scope from the beginning, until it reaches the end.
    began: Option<i32>,
}

impl ReadPosition {
    /// The position of a cursor. The device starts over if the cursor is of another epoch, ahead of the store, or older
    /// than the floor.
    pub fn of(known: Option<Seq>, other_epoch: bool, head: Seq, floor: DayMark, today: Day) -> Self {
        let from_the_start = |reset| Self { after: Seq(0), reset, began: Some(today.number()) };
        let Some(Seq(known)) = known else { return from_the_start(false) };
        let day = i32::try_from(known >> DAY_SHIFT).unwrap_or(i32::MAX);
        let after = Seq(known & ((1 << DAY_SHIFT) - 1));
        // A cursor ahead of the head: the store was restored without a new epoch.
        let invalid = other_epoch || after > head;
        // Tombstones since then may have been pruned.
        let too_old = if day == 0 { after < floor.seq } else { day < floor.day };
        if invalid || too_old {
            return from_the_start(true);
        }
        Self { after, reset: false, began: (day != 0).then_some(day) }
    }

    /// The cursor after a page that ended at `at`. The cursor of an idle scope moves to the newest day mark, so that it
    /// does not become too old although the device missed nothing.
    pub fn next(self, at: Seq, last: bool, state: &FeedState) -> Seq {
        match self.began {
            _ if last => at.max(state.mark.seq),
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
    const STATE: FeedState =
        FeedState { epoch: Epoch::NIL, mark: DayMark { day: 20_590, seq: Seq(5000) }, floor: FLOOR };

    fn position(known: u64, today: i32) -> ReadPosition {
        ReadPosition::of(Some(Seq(known)), false, Seq(9000), FLOOR, Day::from_number(today))
    }

    #[test]
    fn a_cursor_at_the_floor_goes_on_and_one_below_it_starts_over() {
        assert!(!position(1000, 20_590).reset);
        let old = position(999, 20_590);
        assert!(old.reset && old.after == Seq(0));
        assert!(!position(9000, 20_590).reset);
        assert!(position(9001, 20_590).reset, "ahead of the server");
    }

    #[test]
    fn a_device_reading_from_the_beginning_passes_below_the_floor_for_ninety_days() {
        let first = ReadPosition::of(None, false, Seq(9000), FLOOR, Day::from_number(20_590));
        assert!(!first.reset, "there is nothing to forget");
        let cursor = first.next(Seq(17), false, &STATE);
        assert!(cursor.0 < 1 << 53);
        let then = position(cursor.0, 20_591);
        assert_eq!((then.after, then.reset), (Seq(17), false));
        let later = then.next(Seq(18), false, &STATE);
        let floor = DayMark { day: 20_591, seq: Seq(6000) };
        assert!(ReadPosition::of(Some(later), false, Seq(9000), floor, Day::from_number(20_681)).reset);
        assert_eq!(
            then.next(Seq(18), true, &STATE),
            Seq(5000),
            "at the end it is a seq again, no older than today's mark"
        );
        assert_eq!(position(2000, 20_590).next(Seq(2500), false, &STATE), Seq(2500));
    }
}
