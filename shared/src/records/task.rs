//! 任务: what a supervisor asks for, with a due date. Progress is derived from records, never typed.

use super::{Audience, Creator, FieldRule, Kind, Problem, Record, problem::Checks};
use crate::{AreaCode, Day, WorkerId, open_enum};
use serde::{Deserialize, Serialize};

open_enum! {
    /// Which record of a recipient counts as done.
    TaskCounts { HomeVisit = "home_visit", AnyContact = "any_contact", Nothing = "nothing" }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Everyone who cares for someone in this area …
    pub area: AreaCode,
    /// … or, when not empty, only these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workers: Vec<WorkerId>,
    pub start: Day,
    pub due: Day,
    pub counts: TaskCounts,
}

impl Record for Task {
    const KIND: Kind = Kind::Task;
    const RULES: &'static [(&'static str, FieldRule)] = &[("area", FieldRule::Fixed)];
    const CREATOR: Creator = Creator::Supervisor;
    const AUDIENCE: Audience = Audience::Reference;
    fn problems(&self) -> Vec<Problem> {
        Checks::default().required("title", &self.title).note("text", self.text.as_deref()).done()
    }
}
