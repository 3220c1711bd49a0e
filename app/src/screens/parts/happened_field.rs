//! The day that a record is about: today unless another one is chosen. A day is enough; the minute is not asked for.

use dioxus::prelude::*;
use serde::{Deserialize, Serialize};
use shared::{Day, Moment};

use crate::{
    components::{Chips, Choice, NumberField, NumberKind},
    i18n::tr,
    labels, state,
};

/// When it happened. The day itself is stored, not the days before today, so that a draft resumed tomorrow keeps its
/// day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum HappenedOn {
    #[default]
    Now,
    On(Day),
}

/// 365 days: older records are entered by the office.
const OLDEST_DAYS: i64 = 365;

impl HappenedOn {
    /// So many days before `today`.
    pub fn ago(days: i64, today: Day) -> Self {
        match i32::try_from(days.clamp(0, OLDEST_DAYS)) {
            Ok(0) | Err(_) => HappenedOn::Now,
            Ok(days) => HappenedOn::On(today.plus(-days)),
        }
    }

    fn days_ago(self, today: Day) -> i64 {
        match self {
            HappenedOn::Now => 0,
            HappenedOn::On(day) => i64::from(today.since(day).max(0)),
        }
    }

    /// Absent for now; noon of the day otherwise, and never in the future.
    pub fn moment(self, today: Day) -> Option<Moment> {
        match self {
            HappenedOn::On(day) if day < today => Some(device_core::command::noon(day)),
            _ => None,
        }
    }
}

#[component]
pub fn HappenedField(when: HappenedOn, on_change: EventHandler<HappenedOn>, testid: String) -> Element {
    let today = state::today();
    let ago = when.days_ago(today);
    // Further back than the chips go, a number says it.
    let mut further = use_signal(|| ago > 2);
    let options = [(0, tr("record-now")), (1, tr("common-yesterday")), (2, tr("record-day-before"))]
        .into_iter()
        .map(|(days, label)| Choice::new(days, label).testid(format!("{testid}-{days}")))
        .chain([Choice::new(-1, tr("record-earlier")).testid(format!("{testid}-earlier"))])
        .collect::<Vec<_>>();
    rsx! {
        Chips {
            label: tr("field-happened"),
            options,
            selected: if further() { -1 } else { ago },
            required: true,
            testid: testid.clone(),
            on_select: move |days: Option<i64>| {
                let days = days.unwrap_or(0);
                further.set(days < 0);
                on_change.call(HappenedOn::ago(if days < 0 { 3 } else { days }, today));
            },
        }
        if further() {
            NumberField {
                label: tr("record-days-ago"),
                kind: NumberKind::Count,
                initial: ago.max(3),
                max: OLDEST_DAYS,
                unit: tr("record-days"),
                hint: labels::day(today.plus(-i32::try_from(ago).unwrap_or(0))),
                testid: "{testid}-days",
                on_change: move |read: Result<Option<i64>, _>| {
                    if let Ok(Some(days)) = read {
                        on_change.call(HappenedOn::ago(days, today));
                    }
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn now_is_left_to_the_core_and_another_day_is_its_noon() {
        let today = day("2026-11-23");
        assert_eq!(HappenedOn::Now.moment(today), None);
        let yesterday = HappenedOn::ago(1, today).moment(today).unwrap();
        assert_eq!(yesterday.day(), day("2026-11-22"));
        assert_eq!(yesterday.hour_minute(), (12, 0));
    }

    #[test]
    fn a_draft_resumed_tomorrow_keeps_its_day() {
        let kept = HappenedOn::ago(1, day("2026-11-23"));
        assert_eq!(kept.moment(day("2026-11-24")).unwrap().day(), day("2026-11-22"));
    }

    #[test]
    fn nothing_lies_in_the_future_or_before_the_last_year() {
        let today = day("2026-11-23");
        assert_eq!(HappenedOn::ago(-4, today), HappenedOn::Now);
        assert_eq!(HappenedOn::On(day("2026-12-01")).moment(today), None);
        assert_eq!(HappenedOn::ago(9_999, today), HappenedOn::On(day("2025-11-23")));
    }
}
