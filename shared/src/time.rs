//! Moments, days and reporting periods. A moment is UTC and keeps the recorded offset; days, months and quarters are
//! those of Asia/Shanghai, whatever time zone the phone is set to.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta};
use serde::{Deserialize, Deserializer, Serialize};
use std::{fmt, str::FromStr};

/// 8 hours: Asia/Shanghai has been UTC+8 without summer time since 1991 (IANA time zone database), before any record.
const SHANGHAI_SECONDS: i32 = 8 * 3600;

/// A point in time, to the millisecond, with the offset of the clock that recorded it.
/// On the wire RFC 3339: `2026-11-23T10:02:00.000+08:00`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Moment {
    pub utc_ms: i64,
    pub offset_min: i16,
}

impl Moment {
    /// From UTC milliseconds and the offset of the recording clock in minutes.
    pub fn new(utc_ms: i64, offset_min: i16) -> Self {
        Self { utc_ms, offset_min }
    }

    /// A moment recorded by a clock set to Shanghai.
    pub fn shanghai(utc_ms: i64) -> Self {
        Self { utc_ms, offset_min: 480 }
    }

    /// The reporting day of the moment.
    pub fn day(self) -> Day {
        Day::of_utc_ms(self.utc_ms)
    }

    /// Hour and minute in Shanghai, for display.
    pub fn hour_minute(self) -> (u32, u32) {
        let minutes = (self.utc_ms.div_euclid(60_000) + 480).rem_euclid(1440) as u32;
        (minutes / 60, minutes % 60)
    }

    fn to_chrono(self) -> Option<DateTime<FixedOffset>> {
        let offset = FixedOffset::east_opt(i32::from(self.offset_min) * 60)?;
        Some(DateTime::from_timestamp_millis(self.utc_ms)?.with_timezone(&offset))
    }
}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Moment {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.utc_ms, self.offset_min).cmp(&(other.utc_ms, other.offset_min))
    }
}
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_chrono() {
            Some(t) => f.write_str(&t.to_rfc3339_opts(chrono::SecondsFormat::Millis, false)),
            None => write!(f, "1970-01-01T00:00:00.000+00:00"),
        }
    }
}
impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for Moment {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let t = DateTime::parse_from_rfc3339(text).map_err(|_| BadTime(text.chars().take(40).collect()))?;
        Ok(Self { utc_ms: t.timestamp_millis(), offset_min: (t.offset().local_minus_utc() / 60) as i16 })
    }
}

/// A text that is no date, time or period; holds its first 40 characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a date or time in the expected form")]
pub struct BadTime(pub String);

/// A calendar day in Shanghai, `2026-11-23`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub NaiveDate);

impl Day {
    /// From year, month and day; `None` for a day that does not exist.
    pub fn ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self)
    }
    /// The day in Shanghai of a moment in UTC milliseconds.
    pub fn of_utc_ms(utc_ms: i64) -> Self {
        Self::from_number((utc_ms.div_euclid(1000) + i64::from(SHANGHAI_SECONDS)).div_euclid(86_400) as i32)
    }
    /// Days since 1970-01-01, as stores keep a day.
    pub fn number(self) -> i32 {
        self.0.num_days_from_ce() - 719_163
    }
    /// The inverse of [`Day::number`].
    pub fn from_number(days: i32) -> Self {
        Self(NaiveDate::from_num_days_from_ce_opt(days.saturating_add(719_163)).unwrap_or_default())
    }
    /// The day `days` later (earlier if negative); the day itself beyond the calendar.
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.checked_add_signed(TimeDelta::days(i64::from(days))).unwrap_or(self.0))
    }
    /// Days from `earlier` to this day.
    pub fn since(self, earlier: Day) -> i32 {
        (self.0 - earlier.0).num_days() as i32
    }
    /// The month of the day.
    pub fn month(self) -> Month {
        Month { year: self.0.year() as i16, month: self.0.month() as u8 }
    }
    /// Midnight in Shanghai at the start of this day, as UTC milliseconds.
    pub fn start_utc_ms(self) -> i64 {
        (i64::from(self.number()) * 86_400 - i64::from(SHANGHAI_SECONDS)) * 1000
    }
}

/// A calendar month in Shanghai, `2026-11`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    pub year: i16,
    pub month: u8,
}

impl Month {
    /// From year and month; `None` for a month beyond 1 to 12.
    pub fn new(year: i16, month: u8) -> Option<Self> {
        (1..=12).contains(&month).then_some(Self { year, month })
    }
    /// Months since year 0, as stores keep a month.
    pub fn number(self) -> i32 {
        i32::from(self.year) * 12 + i32::from(self.month) - 1
    }
    /// The inverse of [`Month::number`].
    pub fn from_number(n: i32) -> Self {
        Self { year: n.div_euclid(12) as i16, month: (n.rem_euclid(12) + 1) as u8 }
    }
    /// The first day of the month.
    pub fn first_day(self) -> Day {
        Day::ymd(i32::from(self.year), u32::from(self.month), 1).unwrap_or(Day::from_number(0))
    }
    /// The last day of the month.
    pub fn last_day(self) -> Day {
        Self::from_number(self.number() + 1).first_day().plus(-1)
    }
}

macro_rules! text_serde {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                crate::text::deserialize(d, str::parse)
            }
        }
    };
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}
impl FromStr for Day {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Self).map_err(|_| BadTime(text.chars().take(40).collect()))
    }
}
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}
impl FromStr for Month {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let bad = || BadTime(text.chars().take(40).collect());
        let (year, month) = text.split_once('-').ok_or_else(bad)?;
        let (year, month) = (year.parse().map_err(|_| bad())?, month.parse().map_err(|_| bad())?);
        Month::new(year, month).ok_or_else(bad)
    }
}
text_serde!(Day);
text_serde!(Month);
impl Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::text::deserialize(d, str::parse)
    }
}

/// The whole months that a report covers. As text: `2025-03`, `2025-Q1`, `2025`, `since-2023`, `2025-01..2025-06`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    Month(Month),
    Quarter {
        year: i16,
        quarter: u8,
    },
    Year(i16),
    /// From January of that year, open-ended.
    Since(i16),
    Range {
        from: Month,
        to: Month,
    },
}

impl Period {
    /// First and last month, both included; December 9999 for an open end.
    pub fn months(self) -> (Month, Month) {
        match self {
            Self::Month(m) => (m, m),
            Self::Quarter { year, quarter } => {
                let first = Month { year, month: (quarter.clamp(1, 4) - 1) * 3 + 1 };
                (first, Month { year, month: first.month + 2 })
            }
            Self::Year(year) => (Month { year, month: 1 }, Month { year, month: 12 }),
            Self::Since(year) => (Month { year, month: 1 }, Month { year: 9999, month: 12 }),
            Self::Range { from, to } => (from, to),
        }
    }
    /// True when the period covers `month`.
    pub fn contains(self, month: Month) -> bool {
        let (from, to) = self.months();
        from <= month && month <= to
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month(m) => m.fmt(f),
            Self::Quarter { year, quarter } => write!(f, "{year:04}-Q{quarter}"),
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Since(year) => write!(f, "since-{year:04}"),
            Self::Range { from, to } => write!(f, "{from}..{to}"),
        }
    }
}
impl FromStr for Period {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let bad = || BadTime(text.chars().take(40).collect());
        let year = |t: &str| t.parse::<i16>().ok().filter(|y| (1900..=9999).contains(y)).ok_or_else(bad);
        if let Some(rest) = text.strip_prefix("since-") {
            return Ok(Self::Since(year(rest)?));
        }
        if let Some((from, to)) = text.split_once("..") {
            let (from, to) = (from.parse()?, to.parse()?);
            return if from <= to { Ok(Self::Range { from, to }) } else { Err(bad()) };
        }
        match text.split_once('-') {
            None => Ok(Self::Year(year(text)?)),
            Some((y, q)) => match q.strip_prefix(['Q', 'q']) {
                Some(q) => {
                    let quarter = q.parse().ok().filter(|q| (1..=4).contains(q)).ok_or_else(bad)?;
                    Ok(Self::Quarter { year: year(y)?, quarter })
                }
                None => Ok(Self::Month(text.parse()?)),
            },
        }
    }
}
text_serde!(Period);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_just_after_midnight_in_shanghai_counts_for_that_day() {
        let m: Moment = "2025-12-31T16:00:00Z".parse().unwrap();
        assert_eq!(m.day().to_string(), "2026-01-01");
        let before: Moment = "2025-12-31T15:59:59.999Z".parse().unwrap();
        assert_eq!(before.day().to_string(), "2025-12-31");
        assert_eq!(m.day().start_utc_ms(), m.utc_ms);
    }

    #[test]
    fn the_recorded_offset_is_kept() {
        let m: Moment = "2026-11-23T10:02:00.000+08:00".parse().unwrap();
        assert_eq!(m.to_string(), "2026-11-23T10:02:00.000+08:00");
        assert_eq!(m.hour_minute(), (10, 2));
    }

    #[test]
    fn periods_survive_writing_and_reading() {
        for text in ["2025-03", "2025-Q4", "2025", "since-2023", "2025-01..2025-06"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        for bad in ["", "2025-13", "2025-Q5", "x", "2025-06..2025-01"] {
            assert!(bad.parse::<Period>().is_err(), "{bad}");
        }
        let quarter: Period = "2025-Q4".parse().unwrap();
        assert_eq!(quarter.months().1.to_string(), "2025-12");
    }

    #[test]
    fn days_and_months_survive_conversion_to_numbers() {
        for n in [-1, 0, 1, 20_000, 20_454] {
            assert_eq!(Day::from_number(n).number(), n);
        }
        let feb = Month::new(2024, 2).unwrap();
        assert_eq!(feb.last_day().to_string(), "2024-02-29");
        assert_eq!(Month::from_number(feb.number()), feb);
    }
}
