//! Numbers, money, days and sizes as a reader of each language writes them.
//!
//! A day is a day in China (UTC+8, no summer time since 1991), whatever the phone's own zone says.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Timelike, Utc};

use super::{Lang, tr_in};

/// Seconds east of Greenwich of Asia/Shanghai.
const SHANGHAI: i32 = 8 * 3600;
/// Fen in one yuan.
const FEN: u64 = 100;
/// Fen in 万元, ten thousand yuan.
const FEN_PER_WAN: u64 = 1_000_000;
const KB: u64 = 1024;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment as the wall clock in China shows it.
pub fn local(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    let zone = FixedOffset::east_opt(SHANGHAI).expect("eight hours is a valid offset");
    at.with_timezone(&zone)
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn signed(negative: bool, text: String) -> String {
    if negative { format!("-{text}") } else { text }
}

/// 62000 → `62,000`, in both languages.
pub fn count(n: i64) -> String {
    signed(n < 0, grouped(n.unsigned_abs()))
}

/// Fen → yuan with two decimals, without a sign of currency: 123450 → `1,234.50`.
pub fn yuan(fen: i64) -> String {
    let size = fen.unsigned_abs();
    signed(fen < 0, format!("{}.{:02}", grouped(size / FEN), size % FEN))
}

/// Fen → `1,234.50 元` or `¥1,234.50`.
pub fn money(fen: i64, lang: Lang) -> String {
    let text = tr_in(lang, "common-money", &[("amount", yuan(fen.saturating_abs()).into())]);
    signed(fen < 0, text)
}

/// Fen → ten thousands of yuan with two decimals, rounded half up, as reports print it: 224090000 → `224.09`.
pub fn wan(fen: i64) -> String {
    let hundredths = (fen.unsigned_abs() + FEN_PER_WAN / 200) / (FEN_PER_WAN / 100);
    signed(fen < 0, format!("{}.{:02}", grouped(hundredths / 100), hundredths % 100))
}

/// `11月23日` or `23 Nov`.
pub fn date(day: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::ZhCn => format!("{}月{}日", day.month(), day.day()),
        Lang::En => format!("{} {}", day.day(), MONTHS[day.month0() as usize]),
    }
}

/// `2025年11月23日` or `23 Nov 2025`.
pub fn date_full(day: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::ZhCn => format!("{}年{}", day.year(), date(day, lang)),
        Lang::En => format!("{} {}", date(day, lang), day.year()),
    }
}

/// The day, with its year only when that is not the year of `today`.
pub fn date_near(day: NaiveDate, today: NaiveDate, lang: Lang) -> String {
    if day.year() == today.year() { date(day, lang) } else { date_full(day, lang) }
}

/// `2025年11月` or `Nov 2025`.
pub fn month(year: i32, month: u32, lang: Lang) -> String {
    match lang {
        Lang::ZhCn => format!("{year}年{month}月"),
        Lang::En => format!("{} {year}", MONTHS[(month.clamp(1, 12) - 1) as usize]),
    }
}

/// The time of day in China: `08:14`.
pub fn time(at: DateTime<Utc>) -> String {
    let at = local(at);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `今天 08:14`, `昨天 20:03`, `11月10日 09:30`; the year is added when it is another one than `now`'s.
pub fn moment(at: DateTime<Utc>, now: DateTime<Utc>, lang: Lang) -> String {
    let (day, today) = (local(at).date_naive(), local(now).date_naive());
    let time = time(at);
    if day == today {
        tr_in(lang, "common-moment-today", &[("time", time.into())])
    } else if day.succ_opt() == Some(today) {
        tr_in(lang, "common-moment-yesterday", &[("time", time.into())])
    } else {
        tr_in(lang, "common-moment-date", &[("date", date_near(day, today, lang).into()), ("time", time.into())])
    }
}

/// A size in the unit a phone's file list would use: `0 B`, `612 KB`, `1.1 KB`, `3.4 MB`.
pub fn bytes(n: u64) -> String {
    let scaled = |unit: u64| {
        let tenths = (u128::from(n) * 10 + u128::from(unit) / 2) / u128::from(unit);
        // Ten and more of a unit need no decimal.
        if tenths >= 100 {
            (u128::from(n) + u128::from(unit) / 2).div_euclid(u128::from(unit)).to_string()
        } else {
            format!("{}.{}", tenths / 10, tenths % 10)
        }
    };
    match n {
        0..KB => format!("{n} B"),
        // 1023.5 KB and up would round to "1024 KB".
        _ if n < KB * KB - KB / 2 => format!("{} KB", scaled(KB)),
        _ if n < KB * KB * KB - KB * KB / 2 => format!("{} MB", scaled(KB * KB)),
        _ => format!("{} GB", scaled(KB * KB * KB)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn money_keeps_every_fen_and_groups_thousands() {
        assert_eq!(money(123_450, Lang::ZhCn), "1,234.50 元");
        assert_eq!(money(5, Lang::En), "¥0.05");
        assert_eq!(money(-4200, Lang::ZhCn), "-42.00 元");
        assert_eq!(yuan(i64::MIN), "-92,233,720,368,547,758.08");
        assert_eq!(count(-1_000), "-1,000");
        assert_eq!(count(999), "999");
    }

    #[test]
    fn ten_thousands_of_yuan_are_rounded_half_up() {
        assert_eq!(wan(224_090_000), "224.09");
        assert_eq!(wan(5_000), "0.01");
        assert_eq!(wan(4_999), "0.00");
        assert_eq!(wan(750_000_000), "750.00");
    }

    #[test]
    fn a_day_reads_as_people_say_it() {
        let day = NaiveDate::from_ymd_opt(2025, 11, 23).unwrap();
        let next_year = NaiveDate::from_ymd_opt(2026, 1, 2).unwrap();
        assert_eq!(date(day, Lang::ZhCn), "11月23日");
        assert_eq!(date(day, Lang::En), "23 Nov");
        assert_eq!(date_near(day, next_year, Lang::ZhCn), "2025年11月23日");
        assert_eq!(date_near(day, next_year, Lang::En), "23 Nov 2025");
        assert_eq!(month(2025, 11, Lang::En), "Nov 2025");
    }

    #[test]
    fn a_moment_belongs_to_the_day_in_china_not_in_greenwich() {
        // 00:05 on the 24th in China is still the 23rd in UTC.
        let now = at("2025-11-23T16:05:00Z");
        assert_eq!(moment(at("2025-11-23T16:01:00Z"), now, Lang::ZhCn), "今天 00:01");
        assert_eq!(moment(at("2025-11-23T15:59:00Z"), now, Lang::ZhCn), "昨天 23:59");
        assert_eq!(moment(at("2025-11-22T15:59:00Z"), now, Lang::En), "22 Nov, 23:59");
    }

    #[test]
    fn a_size_never_shows_a_thousand_and_twenty_four_of_a_unit() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1024), "1.0 KB");
        assert_eq!(bytes(1126), "1.1 KB");
        assert_eq!(bytes(612 * 1024), "612 KB");
        assert_eq!(bytes(10 * 1024 - 1), "10 KB");
        assert_eq!(bytes(1024 * 1024 - 1), "1.0 MB");
        assert_eq!(bytes(1024 * 1024 * 1024 - 1), "1.0 GB");
    }
}
