//! Money: whole fen 分, never a float.

use serde::{Deserialize, Serialize};
use std::{
    iter::Sum,
    ops::{Add, AddAssign, Neg, Sub},
};

/// An amount in fen (0.01 yuan).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

impl Fen {
    pub const ZERO: Self = Self(0);

    /// Whole yuan as fen; saturates at the ends of the range.
    pub fn from_yuan(yuan: i64) -> Self {
        Self(yuan.saturating_mul(100))
    }

    /// "42", "42.5" or "42.50" as fen; `None` for any other text, a third decimal or an overflow.
    pub fn parse_yuan(text: &str) -> Option<Self> {
        // Keyboards enter yuan signs and commas in half and full width.
        let text = text.trim().trim_start_matches(['\u{a5}', '\u{ffe5}']).replace([',', '\u{ff0c}'], "");
        let (whole, frac) = text.split_once('.').unwrap_or((&text, ""));
        if whole.is_empty() && frac.is_empty() || frac.len() > 2 {
            return None;
        }
        if !whole.bytes().chain(frac.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let yuan: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let fen: i64 = if frac.is_empty() { 0 } else { format!("{frac:0<2}").parse().ok()? };
        yuan.checked_mul(100)?.checked_add(fen).map(Self)
    }

    /// "42.00": yuan for files and inputs, without currency sign and grouping.
    pub fn to_yuan_string(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let abs = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", abs / 100, abs % 100)
    }

    /// Amount × quantity; `None` on overflow.
    pub fn times(self, quantity: i64) -> Option<Self> {
        self.0.checked_mul(quantity).map(Self)
    }
}

impl Add for Fen {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}
impl Sub for Fen {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}
impl Neg for Fen {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}
impl AddAssign for Fen {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
impl Sum for Fen {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::Fen;

    #[test]
    fn yuan_parse_as_people_type_them() {
        for (text, fen) in
            [("42", 4200), ("42.5", 4250), ("0.05", 5), (".5", 50), ("¥1,000.00", 100_000), (" 7. ", 700)]
        {
            assert_eq!(Fen::parse_yuan(text), Some(Fen(fen)), "{text}");
        }
        for text in ["", ".", "-1", "1.234", "4e3", "九", "99999999999999999999"] {
            assert_eq!(Fen::parse_yuan(text), None, "{text}");
        }
    }

    #[test]
    fn yuan_survive_writing_and_reading() {
        assert_eq!(Fen(224_090_000).to_yuan_string(), "2240900.00");
        assert_eq!(Fen::parse_yuan(&Fen(123_405).to_yuan_string()), Some(Fen(123_405)));
    }
}
