//! The period of a report, and the steps to the one before and after.

use shared::{Month, Period};

use crate::{components::Choice, i18n::tr, labels};

/// The first year of the programme's figures.
const START: i16 = 2023;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    Month,
    Quarter,
    Year,
    Since,
}

impl Span {
    /// The period of this length that `now` lies in.
    pub fn current(self, now: Month) -> Period {
        match self {
            Span::Month => Period::Month(now),
            Span::Quarter => Period::Quarter { year: now.year, quarter: quarter_of(now) },
            Span::Year => Period::Year(now.year),
            Span::Since => Period::Since(START),
        }
    }

    pub fn of(period: Period) -> Self {
        match period {
            Period::Month(_) | Period::Range { .. } => Span::Month,
            Period::Quarter { .. } => Span::Quarter,
            Period::Year(_) => Span::Year,
            Period::Since(_) => Span::Since,
        }
    }
}

const fn quarter_of(month: Month) -> u8 {
    (month.month - 1) / 3 + 1
}

pub(super) fn span_choices() -> Vec<Choice<Span>> {
    [
        (Span::Month, tr("report-month"), "report-month"),
        (Span::Quarter, tr("report-quarter"), "report-quarter"),
        (Span::Year, tr("report-year"), "report-year"),
        (Span::Since, tr("report-since"), "report-since"),
    ]
    .into_iter()
    .map(|(span, label, testid)| Choice::new(span, label).testid(testid))
    .collect()
}

/// The period before (-1) or after (1); `None` beyond the start and beyond today.
pub(super) fn step(period: Period, by: i32, now: Month) -> Option<Period> {
    let next = match period {
        Period::Month(month) => Period::Month(Month::from_number(month.number() + by)),
        Period::Quarter { year, quarter } => {
            let at = i32::from(year) * 4 + i32::from(quarter) - 1 + by;
            Period::Quarter { year: at.div_euclid(4) as i16, quarter: (at.rem_euclid(4) + 1) as u8 }
        }
        Period::Year(year) => Period::Year(year + by as i16),
        Period::Since(_) | Period::Range { .. } => return None,
    };
    let (from, _) = next.months();
    (from.year >= START && from <= now).then_some(next)
}

pub(super) fn label(period: Period) -> String {
    labels::period(period)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    const NOW: Month = Month { year: 2026, month: 11 };

    #[test]
    fn steps_cross_the_year_and_stop_at_today_and_at_the_start() {
        assert_eq!(step(period("2026-01"), -1, NOW), Some(period("2025-12")));
        assert_eq!(step(period("2025-Q4"), 1, NOW), Some(period("2026-Q1")));
        assert_eq!(step(period("2026-11"), 1, NOW), None);
        assert_eq!(step(period("2026-Q4"), 1, NOW), None);
        assert_eq!(step(period("2023"), -1, NOW), None);
        assert_eq!(step(period("since-2023"), -1, NOW), None);
    }

    #[test]
    fn a_year_is_a_name_and_no_number_to_group() {
        assert_eq!(label(period("2026")), "2026年");
        assert_eq!(label(period("2026-Q4")), "2026年第4季度");
    }
}
