//! Numbers, days and periods as readers of each language write them.

use super::page_locale::PageLocale;
use shared::{Fen, Moment, Month, Period};

/// 62000 → `62,000`.
pub fn count(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::from(if n < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Ten thousands of yuan with two decimals, rounded half up, as reports print it: 224090000 fen → `224.09`.
pub fn wan(fen: Fen) -> String {
    /// Fen in a hundredth of ten thousand yuan.
    const FEN: u64 = 10_000;
    let hundredths = (fen.0.unsigned_abs() + FEN / 2) / FEN;
    let sign = if fen.0 < 0 && hundredths > 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", count((hundredths / 100) as i64), hundredths % 100)
}

/// `2026-11-23 10:02`, in Shanghai.
pub fn moment(at: Moment) -> String {
    let (hour, minute) = at.hour_minute();
    format!("{} {hour:02}:{minute:02}", at.day())
}

pub fn month(month: Month, locale: &PageLocale) -> String {
    let args = [("year", month.year.to_string().into()), ("month", i32::from(month.month).into())];
    locale.tw("console-month", &args)
}

/// `1月`, for an axis.
pub fn month_short(month: Month, locale: &PageLocale) -> String {
    locale.tw("console-month-short", &[("month", i32::from(month.month).into())])
}

pub fn period(period: Period, locale: &PageLocale) -> String {
    let year = |y: i16| ("year", y.to_string().into());
    match period {
        Period::Month(m) => month(m, locale),
        Period::Quarter { year: y, quarter } => {
            locale.tw("console-quarter", &[year(y), ("quarter", quarter.to_string().into())])
        }
        Period::Year(y) => locale.tw("console-year", &[year(y)]),
        Period::Since(y) => locale.tw("console-since", &[year(y)]),
        Period::Range { from, to } => {
            let args = [("from", month(from, locale).into()), ("to", month(to, locale).into())];
            locale.tw("console-range", &args)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_reports_print_them() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(62_000), "62,000");
        assert_eq!(count(-1_234_567), "-1,234,567");
        assert_eq!(wan(Fen(224_090_000)), "224.09");
        assert_eq!(wan(Fen(5_000)), "0.01");
        assert_eq!(wan(Fen(4_999)), "0.00");
        assert_eq!(wan(Fen(-4_999)), "0.00");
        assert_eq!(wan(Fen(123_456_789_000)), "123,456.79");
        assert_eq!(moment("2026-11-23T16:05:00Z".parse().unwrap()), "2026-11-24 00:05");
    }
}
