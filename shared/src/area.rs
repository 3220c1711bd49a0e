//! Administrative areas by their GB/T 2260 and GB/T 10114 codes. A code contains every code that starts with it.

use serde::{Deserialize, Deserializer, Serialize};
use std::{fmt, str::FromStr};

/// A division code of 2 (province), 4 (city), 6 (county), 9 (township) or 12 (village) digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AreaCode {
    digits: [u8; 12],
    len: u8,
}

/// The level of an area; the smaller area is the greater value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaLevel {
    Province,
    City,
    County,
    Township,
    Village,
}

/// A text that is no area code; holds its first 20 characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an area code: 2, 4, 6, 9 or 12 digits are expected")]
pub struct BadAreaCode(pub String);

impl AreaCode {
    /// The digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.digits[..self.len as usize]).expect("an area code holds ASCII digits only")
    }

    /// The level, from the number of digits.
    pub fn level(&self) -> AreaLevel {
        match self.len {
            2 => AreaLevel::Province,
            4 => AreaLevel::City,
            6 => AreaLevel::County,
            9 => AreaLevel::Township,
            _ => AreaLevel::Village,
        }
    }

    /// True when `other` is this area or lies in it.
    pub fn contains(&self, other: &AreaCode) -> bool {
        other.as_str().starts_with(self.as_str())
    }

    /// The area one level up; `None` above a province.
    pub fn parent(&self) -> Option<Self> {
        let len = match self.len {
            12 => 9,
            9 => 6,
            6 => 4,
            4 => 2,
            _ => return None,
        };
        Some(self.cut(len))
    }

    /// The area itself or its ancestor at `level`; `None` when it lies above that level.
    pub fn at(&self, level: AreaLevel) -> Option<Self> {
        let len = match level {
            AreaLevel::Province => 2,
            AreaLevel::City => 4,
            AreaLevel::County => 6,
            AreaLevel::Township => 9,
            AreaLevel::Village => 12,
        };
        (self.len >= len).then(|| self.cut(len))
    }

    /// The county that this area lies in; `None` above a county. Reference data is partitioned by county.
    pub fn county(&self) -> Option<Self> {
        self.at(AreaLevel::County)
    }

    /// The area itself, its parent, and so on up to the province.
    pub fn ancestry(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), Self::parent)
    }

    fn cut(&self, len: u8) -> Self {
        let mut digits = [0; 12];
        digits[..len as usize].copy_from_slice(&self.digits[..len as usize]);
        Self { digits, len }
    }
}

impl FromStr for AreaCode {
    type Err = BadAreaCode;
    fn from_str(text: &str) -> Result<Self, BadAreaCode> {
        let bytes = text.as_bytes();
        if !matches!(bytes.len(), 2 | 4 | 6 | 9 | 12) || !bytes.iter().all(u8::is_ascii_digit) {
            return Err(BadAreaCode(text.chars().take(20).collect()));
        }
        let mut digits = [0; 12];
        digits[..bytes.len()].copy_from_slice(bytes);
        Ok(Self { digits, len: bytes.len() as u8 })
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Debug for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Area({})", self.as_str())
    }
}
impl Serialize for AreaCode {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}
impl<'de> Deserialize<'de> for AreaCode {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::text::deserialize(d, str::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_village_lies_in_its_township_county_and_city() {
        let village: AreaCode = "620826101203".parse().unwrap();
        let chain: Vec<String> = village.ancestry().map(|a| a.to_string()).collect();
        assert_eq!(chain, ["620826101203", "620826101", "620826", "6208", "62"]);
        assert!("6208".parse::<AreaCode>().unwrap().contains(&village));
        assert!(!"620825".parse::<AreaCode>().unwrap().contains(&village));
        assert_eq!(village.county().unwrap().as_str(), "620826");
        assert_eq!("6208".parse::<AreaCode>().unwrap().county(), None);
    }

    #[test]
    fn a_code_of_another_length_is_refused() {
        for bad in ["", "6", "620", "62082", "6208261", "62082610120", "6208261012034", "62082x"] {
            assert!(bad.parse::<AreaCode>().is_err(), "{bad}");
        }
    }
}
