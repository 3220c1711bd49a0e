//! Values of cells, as offices write them.

use shared::Day;

/// A number from 1 to `max`.
pub fn number_up_to(text: &str, max: u8) -> Option<u8> {
    text.parse().ok().filter(|n| (1..=max).contains(n))
}

/// A day, written as `2026-11-23`, `2026/11/23`, `2026.11.23`, `20261123` or `2026年11月23日`.
pub fn parse_day(text: &str) -> Option<Day> {
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Day::ymd(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?);
    }
    const DAY_SIGN: char = '\u{65e5}';
    const SEPARATORS: [char; 5] = ['-', '/', '.', '\u{5e74}', '\u{6708}'];
    let mut parts = text.trim_end_matches(DAY_SIGN).split(SEPARATORS);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Day::ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}
