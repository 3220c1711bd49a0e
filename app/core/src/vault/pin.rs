//! Which PINs are too simple.

use crate::reply::Refusal;

/// 4 to 12 digits, not all the same, not a plain run up or down (`1234`, `9876`, also over the zero: `7890`).
///
/// # Errors
/// [`Refusal::PinTooSimple`]
pub fn check(pin: &str) -> Result<(), Refusal> {
    let digits: Vec<i32> = pin.bytes().filter(u8::is_ascii_digit).map(|b| i32::from(b - b'0')).collect();
    let run = |step: i32| digits.windows(2).all(|w| (w[1] - w[0] - step).rem_euclid(10) == 0);
    if !(4..=12).contains(&pin.len()) || digits.len() != pin.len() || run(0) || run(1) || run(-1) {
        return Err(Refusal::PinTooSimple);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn runs_repeats_and_other_lengths_are_too_simple() {
        for simple in ["", "123", "1234", "4321", "7890", "0987", "1111", "000000", "1234567890123", "12a4", "１２３５"]
        {
            assert!(check(simple).is_err(), "{simple}");
        }
        for good in ["1235", "2580", "860412", "123456789013"] {
            assert!(check(good).is_ok(), "{good}");
        }
    }
}
