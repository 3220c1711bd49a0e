//! Invented names, and identity and phone numbers that no person has.

use super::{
    dice::Dice,
    phrases::{lines, words},
};
use shared::{Day, id_number};
use std::collections::HashSet;

/// No division has this code, so no person has a number that begins with it.
const ID_PREFIX: &str = "629900";

/// Invents people, each number once.
pub struct People {
    surnames: Vec<&'static str>,
    male: Vec<&'static str>,
    female: Vec<&'static str>,
    numbers: HashSet<String>,
    phones: u64,
}

impl Default for People {
    fn default() -> Self {
        Self {
            surnames: words("surnames"),
            male: words("given-male"),
            female: words("given-female"),
            numbers: HashSet::new(),
            phones: 0,
        }
    }
}

impl People {
    /// A name.
    pub fn name(&self, dice: &mut Dice, male: bool) -> String {
        let given = if male { &self.male } else { &self.female };
        let mut name = dice.pick(&self.surnames).to_owned();
        name += dice.pick(given);
        if dice.chance(650) {
            name += dice.pick(given);
        }
        name
    }

    /// A number whose birth date, sex and check digit are valid.
    pub fn id_number(&mut self, dice: &mut Dice, birth: Day, male: bool) -> String {
        let date = birth.to_string().replace('-', "");
        let mut order = dice.below(500) * 2 + u64::from(male);
        loop {
            let first = format!("{ID_PREFIX}{date}{order:03}");
            let check = id_number::check_digit(&first).expect("seventeen digits were put together");
            let number = format!("{first}{check}");
            if self.numbers.insert(number.clone()) {
                return number;
            }
            order = (order + 2) % 1000;
        }
    }

    /// Eleven digits that no network assigns: numbers of mobile phones begin with 13 to 19.
    pub fn phone(&mut self) -> String {
        self.phones += 1;
        // 7,368,787 shares no factor with 10^7, so the numbers look random and never repeat.
        format!("1010{:07}", self.phones * 7_368_787 % 10_000_000)
    }

    /// A guardian's relation to a child.
    pub fn relation(&self, dice: &mut Dice) -> &'static str {
        dice.pick(lines("guardian-relations"))
    }
}
