//! Problems of a record's fields. The codes are the same on phone and server; their sentences are in the locale files.

use crate::open_enum;
use serde::{Deserialize, Serialize};

open_enum! {
    /// What is wrong with a field; locale key `problem-<word>`.
    ProblemCode {
        Missing = "missing",
        TooLong = "too-long",
        TooLarge = "too-large",
        NotPositive = "not-positive",
        InFuture = "in-future",
        WrongShape = "wrong-shape",
        /// More entries than one record may hold.
        TooMany = "too-many",
    }
}

/// A problem of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The field's name; locale key `field-<name>`.
    pub field: String,
    pub code: ProblemCode,
    /// A technical detail for support, shown beside the sentence only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Problem {
    /// Without detail.
    pub fn new(field: &str, code: ProblemCode) -> Self {
        Self { field: field.to_owned(), code, detail: None }
    }

    /// The field's value has a wrong type. `field` is empty where the field is unknown.
    pub fn shape(field: &str, detail: &str) -> Self {
        // serde quotes the offending value, which may be personal data: cut the message before it.
        let detail = detail.split(['"', '`', '\'']).next().unwrap_or_default().trim().to_owned();
        Self { detail: Some(detail), ..Self::new(field, ProblemCode::WrongShape) }
    }
}

/// 4,000 characters: two screens of dictation, and far below the 16 kB that Android passes per event.
pub const NOTE_MAX: usize = 4000;
/// 100 characters: the longest name of a village or unit in the roster has 30.
pub const NAME_MAX: usize = 100;

/// Collects problems field by field.
#[derive(Default)]
pub struct Checks(Vec<Problem>);

impl Checks {
    /// A text that must be filled and is at most [`NAME_MAX`] characters long.
    pub fn required(mut self, field: &str, text: &str) -> Self {
        if text.trim().is_empty() {
            self.0.push(Problem::new(field, ProblemCode::Missing));
        }
        self.longest(field, text, NAME_MAX)
    }

    /// A text of at most [`NOTE_MAX`] characters.
    pub fn note(self, field: &str, text: Option<&str>) -> Self {
        self.longest(field, text.unwrap_or_default(), NOTE_MAX)
    }

    /// A text of at most `max` characters.
    pub fn longest(mut self, field: &str, text: &str, max: usize) -> Self {
        if text.chars().count() > max {
            self.0.push(Problem::new(field, ProblemCode::TooLong));
        }
        self
    }

    /// Any other condition.
    pub fn that(mut self, holds: bool, field: &str, code: ProblemCode) -> Self {
        if !holds {
            self.0.push(Problem::new(field, code));
        }
        self
    }

    /// The problems found.
    pub fn done(self) -> Vec<Problem> {
        self.0
    }
}
