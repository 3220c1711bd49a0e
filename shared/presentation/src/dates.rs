//! Days, moments and periods. A day is a day in China (UTC+8, no summer time since 1991), whatever the zone of the
//! machine.

use chrono::Datelike;
use shared::{Day, Moment, Month, Period};

use crate::locale::Locale;

/// `11月23日` or `23 Nov`.
pub fn day(day: Day, locale: Locale) -> String {
    day_of("format-day", day, locale)
}

/// `2025年11月23日` or `23 Nov 2025`.
pub fn day_full(day: Day, locale: Locale) -> String {
    day_of("format-day-full", day, locale)
}

/// The day, with its year only when that is not the year of `today`.
pub fn day_near(date: Day, today: Day, locale: Locale) -> String {
    if date.0.year() == today.0.year() { day(date, locale) } else { day_full(date, locale) }
}

fn day_of(key: &str, day: Day, locale: Locale) -> String {
    let args = [
        ("year", day.0.year().to_string().into()),
        ("month", month_name(day.0.month(), locale).into()),
        ("day", day.0.day().into()),
    ];
    locale.text_with(key, &args)
}

/// `2025年11月` or `Nov 2025`.
pub fn month(month: Month, locale: Locale) -> String {
    let args = [("year", month.year.to_string().into()), ("month", month_short(month, locale).into())];
    locale.text_with("format-month", &args)
}

/// `11月` or `Nov`, for the axis of a chart.
pub fn month_short(month: Month, locale: Locale) -> String {
    month_name(u32::from(month.month), locale)
}

fn month_name(number: u32, locale: Locale) -> String {
    locale.text_with("format-month-name", &[("month", number.into())])
}

/// The months that a report covers: `2026年第4季度`, `Since 2023`.
pub fn period(period: Period, locale: Locale) -> String {
    let year = |year: i16| ("year", year.to_string().into());
    match period {
        Period::Month(at) => month(at, locale),
        Period::Quarter { year: of, quarter } => {
            locale.text_with("format-quarter", &[year(of), ("quarter", u32::from(quarter).into())])
        }
        Period::Year(of) => locale.text_with("format-year", &[year(of)]),
        Period::Since(of) => locale.text_with("format-since", &[year(of)]),
        Period::Range { from, to } => {
            let args = [("from", month(from, locale).into()), ("to", month(to, locale).into())];
            locale.text_with("format-range", &args)
        }
    }
}

/// The time of day: `08:14`.
pub fn time(at: Moment) -> String {
    let (hour, minute) = at.hour_minute();
    format!("{hour:02}:{minute:02}")
}

/// `2026-11-23 10:02`, for tables and lists that are sorted by it.
pub fn timestamp(at: Moment) -> String {
    format!("{} {}", at.day(), time(at))
}

/// `今天 08:14`, `昨天 20:03`, `11月10日 09:30`; with the year when it is not the year of `now`.
pub fn moment(at: Moment, now: Moment, locale: Locale) -> String {
    let (date, today) = (at.day(), now.day());
    let time = ("time", time(at).into());
    if date == today {
        locale.text_with("format-moment-today", &[time])
    } else if date.0.succ_opt() == Some(today.0) {
        locale.text_with("format-moment-yesterday", &[time])
    } else {
        locale.text_with("format-moment-date", &[("date", day_near(date, today, locale).into()), time])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lang::Lang, tests::locale};

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    fn date(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_reads_as_people_write_it() {
        let (zh, en) = (locale(Lang::ZhCn), locale(Lang::En));
        let (november, january) = (date("2025-11-23"), date("2026-01-02"));
        assert_eq!(day(november, zh), "11月23日");
        assert_eq!(day(november, en), "23 Nov");
        assert_eq!(day_near(november, january, zh), "2025年11月23日");
        assert_eq!(day_near(november, january, en), "23 Nov 2025");
        assert_eq!(day_full(date("1949-10-01"), en), "1 Oct 1949");
    }

    #[test]
    fn every_month_has_a_name() {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        for (at, name) in (1..).zip(names) {
            assert_eq!(month_short(Month { year: 2025, month: at }, locale(Lang::En)), name);
        }
        assert_eq!(month(Month { year: 2025, month: 11 }, locale(Lang::En)), "Nov 2025");
        assert_eq!(month(Month { year: 2025, month: 11 }, locale(Lang::ZhCn)), "2025年11月");
    }

    #[test]
    fn a_year_is_a_name_and_no_number_to_group() {
        let zh = locale(Lang::ZhCn);
        assert_eq!(period("2026".parse().unwrap(), zh), "2026年");
        assert_eq!(period("2026-Q4".parse().unwrap(), zh), "2026年第4季度");
        assert_eq!(period("since-2023".parse().unwrap(), zh), "2023年以来");
        let months = Period::Range { from: Month { year: 2025, month: 11 }, to: Month { year: 2026, month: 2 } };
        assert_eq!(period(months, locale(Lang::En)), "Nov 2025 to Feb 2026");
    }

    #[test]
    fn a_moment_belongs_to_the_day_in_china_not_in_greenwich() {
        // 00:05 on the 24th in China is still the 23rd in UTC.
        let now = at("2025-11-23T16:05:00Z");
        assert_eq!(moment(at("2025-11-23T16:01:00Z"), now, locale(Lang::ZhCn)), "今天 00:01");
        assert_eq!(moment(at("2025-11-23T15:59:00Z"), now, locale(Lang::ZhCn)), "昨天 23:59");
        assert_eq!(moment(at("2025-11-22T15:59:00Z"), now, locale(Lang::En)), "22 Nov, 23:59");
        assert_eq!(timestamp(at("2026-11-23T16:05:00Z")), "2026-11-24 00:05");
    }
}
