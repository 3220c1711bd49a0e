//! Citizen identity numbers, GB 11643-1999: 6 digits of area, 8 of birth date, 3 of order (odd for male), a check
//! digit by ISO 7064 MOD 11-2. An invalid number causes a warning, never a refusal: paper records are often wrong too.

use crate::time::Day;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    Male,
    Female,
}

/// What a valid number says about its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdHolder {
    pub birth: Day,
    pub sex: Sex,
}

/// Why a text is no valid number: the first check that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdNumberError {
    Length,
    Character,
    BirthDate,
    CheckDigit,
}

/// Reads a number. Full-width digits and a lower-case x are accepted.
///
/// # Errors
/// The first check that fails: length, characters, birth date or check digit.
pub fn parse(text: &str) -> Result<IdHolder, IdNumberError> {
    let text = normalise(text);
    let bytes = text.as_bytes();
    if text.chars().count() != 18 {
        return Err(IdNumberError::Length);
    }
    if bytes.len() != 18
        || !bytes[..17].iter().all(u8::is_ascii_digit)
        || !(bytes[17].is_ascii_digit() || bytes[17] == b'X')
    {
        return Err(IdNumberError::Character);
    }
    let part = |from: usize, to: usize| text[from..to].parse::<u32>().map_err(|_| IdNumberError::Character);
    let birth = Day::ymd(part(6, 10)? as i32, part(10, 12)?, part(12, 14)?).ok_or(IdNumberError::BirthDate)?;
    if check_digit(&text[..17]) != Some(char::from(bytes[17])) {
        return Err(IdNumberError::CheckDigit);
    }
    let sex = if (bytes[16] - b'0') % 2 == 1 { Sex::Male } else { Sex::Female };
    Ok(IdHolder { birth, sex })
}

/// The 18th character for the first 17 digits; `None` when they are not 17 digits.
pub fn check_digit(first17: &str) -> Option<char> {
    /// Weights 2^(i−1) mod 11 and the check characters, GB 11643-1999 §4.
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let bytes = first17.as_bytes();
    if bytes.len() != 17 || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    Some(CHECKS[(sum % 11) as usize])
}

/// Trims the text, converts full-width digits to ASCII and x to X.
pub fn normalise(text: &str) -> String {
    text.trim()
        .chars()
        .map(|c| match c {
            '\u{ff10}'..='\u{ff19}' => char::from(b'0' + (c as u32 - 0xff10) as u8),
            'x' | '\u{ff58}' | '\u{ff38}' => 'X',
            other => other,
        })
        .collect()
}

/// `6208**********1234`: distinguishes two people, and is of no use to an impostor.
pub fn masked(text: &str) -> String {
    mask_middle(text, 4, 4)
}

/// `138****0011`.
pub fn masked_phone(text: &str) -> String {
    mask_middle(text, 3, 4)
}

fn mask_middle(text: &str, head: usize, tail: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= head + tail {
        return "*".repeat(chars.len());
    }
    let hidden = chars.len() - head - tail;
    chars[..head].iter().collect::<String>()
        + &"*".repeat(hidden)
        + &chars[chars.len() - tail..].iter().collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example number of the standard.
    const EXAMPLE: &str = "11010519491231002X";

    #[test]
    fn the_example_of_the_standard_is_valid() {
        let known = parse(EXAMPLE).unwrap();
        assert_eq!(known.birth.to_string(), "1949-12-31");
        assert_eq!(known.sex, Sex::Female);
        assert_eq!(parse("11010519491231002x").unwrap(), known);
    }

    #[test]
    fn each_error_is_named() {
        assert_eq!(parse("1101051949123100"), Err(IdNumberError::Length));
        assert_eq!(parse("1101051949123100AX"), Err(IdNumberError::Character));
        assert_eq!(parse("110105194902300021"), Err(IdNumberError::BirthDate));
        assert_eq!(parse("110105194912310021"), Err(IdNumberError::CheckDigit));
        assert_eq!(parse("一二三四五六七八九十一二三四五六七八"), Err(IdNumberError::Character));
    }

    #[test]
    fn masks_keep_the_length_and_hide_the_middle() {
        assert_eq!(masked(EXAMPLE), "1101**********002X");
        assert_eq!(masked_phone("13812340011"), "138****0011");
        assert_eq!(masked_phone("12345"), "*****");
    }
}
