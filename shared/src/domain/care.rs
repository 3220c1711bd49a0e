//! Pairings as periods of care.

use crate::{
    Day, RecipientId, WorkerId,
    records::{Kind, Pairing, Row},
};

/// The period in which a pairing counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CarePeriod {
    pub worker: WorkerId,
    pub recipient: RecipientId,
    /// First day in force.
    pub start: Day,
    /// First day no longer in force; open while absent.
    pub end: Option<Day>,
}

impl CarePeriod {
    /// The period of a pairing's row; `None` for other kinds and for a pairing that this build cannot read. A voided
    /// pairing ends on the day of the void: what was done before counts.
    pub fn of(row: &Row) -> Option<Self> {
        if row.kind != Kind::Pairing {
            return None;
        }
        let pairing: Pairing = row.view().ok()?;
        let voided = row.void.as_ref().map(|void| Day::of_utc_ms(void.hlc.ms()));
        let end = [pairing.end, voided].into_iter().flatten().min();
        Some(Self { worker: pairing.worker, recipient: pairing.recipient, start: pairing.start, end })
    }

    /// True when the pairing counts on `day`.
    pub fn in_force(&self, day: Day) -> bool {
        in_force(self.start, self.end, day)
    }
}

/// True when a pairing from `start` to `end` counts on `day`: the first day counts, the day of the end does not.
pub fn in_force(start: Day, end: Option<Day>, day: Day) -> bool {
    start <= day && end.is_none_or(|end| day < end)
}

/// The day since when a recipient is in care: the first day of the oldest pairing in force, whoever the worker is, so
/// that every phone and the server agree; without a pairing in force, the day on which the recipient was recorded.
pub fn care_since(starts_in_force: impl IntoIterator<Item = Day>, recorded: Day) -> Day {
    starts_in_force.into_iter().min().unwrap_or(recorded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DeviceId, Fields, Hlc, Rev, RowId, records::Void};
    use std::collections::BTreeMap;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn pairing(start: &str, end: Option<&str>, voided: Option<&str>) -> Row {
        let fields = Fields::new()
            .with("worker", WorkerId::NIL.to_string())
            .with("recipient", RecipientId::NIL.to_string())
            .with("role", "paired")
            .with("start", start)
            .with("end", end);
        let hlc = |day: &str| Hlc::new(day.parse::<Day>().unwrap().start_utc_ms(), 0);
        Row {
            kind: Kind::Pairing,
            id: RowId::NIL,
            rev: Rev(1),
            author: WorkerId::NIL,
            device: DeviceId::NIL,
            hlc: Hlc::ZERO,
            area: None,
            category: None,
            unit: None,
            fields,
            stamps: BTreeMap::new(),
            void: voided.map(|at| Void { reason: "x".into(), by: WorkerId::NIL, hlc: hlc(at) }),
            former: vec![],
            extra: BTreeMap::new(),
        }
    }

    #[test]
    fn a_pairing_counts_from_its_first_day_up_to_but_not_on_the_day_of_its_end() {
        let care = CarePeriod::of(&pairing("2026-03-01", Some("2026-03-10"), None)).unwrap();
        for (on, counts) in [("2026-02-28", false), ("2026-03-01", true), ("2026-03-09", true), ("2026-03-10", false)] {
            assert_eq!(care.in_force(day(on)), counts, "{on}");
        }
        let same_day = CarePeriod::of(&pairing("2026-03-01", Some("2026-03-01"), None)).unwrap();
        assert!(!same_day.in_force(day("2026-03-01")));
        assert!(CarePeriod::of(&pairing("2026-03-01", None, None)).unwrap().in_force(day("2099-01-01")));
    }

    #[test]
    fn a_voided_pairing_ends_on_the_day_of_the_void_unless_it_ended_before() {
        let voided = CarePeriod::of(&pairing("2026-03-01", None, Some("2026-03-05"))).unwrap();
        assert!(voided.in_force(day("2026-03-04")) && !voided.in_force(day("2026-03-05")));
        let before = CarePeriod::of(&pairing("2026-03-01", Some("2026-03-03"), Some("2026-03-05"))).unwrap();
        assert_eq!(before.end, Some(day("2026-03-03")));
        let unreadable = Row { fields: Fields::new(), ..pairing("2026-03-01", None, None) };
        assert_eq!(CarePeriod::of(&unreadable), None);
    }

    #[test]
    fn care_began_with_the_oldest_pairing_in_force_or_with_the_record() {
        let recorded = day("2026-01-05");
        assert_eq!(care_since([day("2026-03-01"), day("2026-02-01")], recorded), day("2026-02-01"));
        assert_eq!(care_since([day("2025-02-01")], recorded), day("2025-02-01"));
        assert_eq!(care_since([], recorded), recorded);
    }
}
