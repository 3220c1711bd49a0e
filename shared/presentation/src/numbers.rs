//! Numbers, money and sizes.

use shared::Fen;

use crate::locale::Locale;

/// Fen in one yuan.
const FEN_PER_YUAN: u64 = 100;
/// Fen in 万元, ten thousand yuan.
const FEN_PER_WAN: u64 = 1_000_000;
/// Bytes in one KB, as phones count.
const KB: u64 = 1024;

/// 62000 → `62,000`, in both languages.
pub fn count(n: i64) -> String {
    signed(n < 0, grouped(n.unsigned_abs()))
}

/// Fen → yuan with two decimals, without a sign of currency: 123450 → `1,234.50`.
pub fn yuan(fen: i64) -> String {
    let size = fen.unsigned_abs();
    signed(fen < 0, format!("{}.{:02}", grouped(size / FEN_PER_YUAN), size % FEN_PER_YUAN))
}

/// Fen → `1,234.50 元` or `¥1,234.50`.
pub fn money(fen: Fen, locale: Locale) -> String {
    let text = locale.text_with("format-money", &[("amount", yuan(fen.0.saturating_abs()).into())]);
    signed(fen.0 < 0, text)
}

/// Fen → ten thousands of yuan with two decimals, rounded half up, as reports print it: 224090000 → `224.09`.
pub fn wan(fen: i64) -> String {
    let hundredths = (fen.unsigned_abs() + FEN_PER_WAN / 200) / (FEN_PER_WAN / 100);
    // An amount that rounds to nothing has no sign.
    signed(fen < 0 && hundredths > 0, format!("{}.{:02}", grouped(hundredths / 100), hundredths % 100))
}

/// A size in the unit that a phone's file list would use: `0 B`, `612 KB`, `1.1 KB`, `3.4 MB`.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lang::Lang, tests::locale};

    #[test]
    fn money_keeps_every_fen_and_groups_thousands() {
        assert_eq!(money(Fen(123_450), locale(Lang::ZhCn)), "1,234.50 元");
        assert_eq!(money(Fen(5), locale(Lang::En)), "¥0.05");
        assert_eq!(money(Fen(-4200), locale(Lang::ZhCn)), "-42.00 元");
        assert_eq!(yuan(i64::MIN), "-92,233,720,368,547,758.08");
    }

    #[test]
    fn counts_are_grouped_by_thousands() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(-1_000), "-1,000");
        assert_eq!(count(62_000), "62,000");
        assert_eq!(count(-1_234_567), "-1,234,567");
    }

    #[test]
    fn ten_thousands_of_yuan_are_rounded_half_up() {
        assert_eq!(wan(224_090_000), "224.09");
        assert_eq!(wan(5_000), "0.01");
        assert_eq!(wan(4_999), "0.00");
        assert_eq!(wan(-4_999), "0.00");
        assert_eq!(wan(-5_000), "-0.01");
        assert_eq!(wan(123_456_789_000), "123,456.79");
    }

    #[test]
    fn a_size_never_shows_1024_of_a_unit() {
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
