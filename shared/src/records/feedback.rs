//! 投诉建议: suggestions, faults and complaints of users.

use super::{Audience, Creator, FieldRule, Kind, Problem, ProblemCode, Record, problem::Checks};
use crate::{Moment, open_enum};
use serde::{Deserialize, Serialize};

open_enum! {
    FeedbackKind { Suggestion = "suggestion", Fault = "fault", Complaint = "complaint" }
}

/// A message of a user to the office.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feedback {
    pub kind: FeedbackKind,
    pub text: String,
    pub happened: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_version: Option<String>,
}

impl Record for Feedback {
    const KIND: Kind = Kind::Feedback;
    const RULES: &'static [(&'static str, FieldRule)] = &[
        ("kind", FieldRule::Fixed),
        ("text", FieldRule::Fixed),
        ("happened", FieldRule::Fixed),
        ("app_version", FieldRule::Fixed),
    ];
    const CREATOR: Creator = Creator::Worker;
    const AUDIENCE: Audience = Audience::Author;
    fn problems(&self) -> Vec<Problem> {
        Checks::default()
            .that(!self.text.trim().is_empty(), "text", ProblemCode::Missing)
            .note("text", Some(&self.text))
            .done()
    }
}
