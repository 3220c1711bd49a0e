//! 任务: a supervisor's request with a due date. Its progress is derived from records.

use super::{Audience, Creator, FieldRule, Kind, Problem, Record, problem::Checks};
use crate::{AreaCode, Day, WorkerId, open_enum};
use serde::{Deserialize, Serialize};

open_enum! {
    /// Which record of a recipient completes the task.
    TaskCounts { HomeVisit = "home_visit", AnyContact = "any_contact", Nothing = "nothing" }
}

/// A request by a supervisor with a due date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The task is for all workers with recipients in this area …
    pub area: AreaCode,
    /// … or, when not empty, for these workers only.
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
