//! 服务活动: head-counts of a place, not of a person.

use super::{Audience, Creator, FieldRule, Kind, Problem, ProblemCode, Record, problem::Checks};
use crate::{AreaCode, FacilityId, Moment, open_enum};
use serde::{Deserialize, Serialize};

open_enum! {
    ActivityKind {
        /// 助餐
        Meals = "meals",
        /// 日托
        DayCare = "day_care",
        /// 培训
        Training = "training",
        /// 招聘会
        JobFair = "job_fair",
        /// 义诊
        FreeClinic = "free_clinic",
        /// 居家上门服务
        HomeService = "home_service",
    }
}

/// A service activity with its head-count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    pub area: AreaCode,
    pub kind: ActivityKind,
    pub happened: Moment,
    /// 人次
    pub people: i64,
    /// The number of sessions.
    #[serde(default = "one")]
    pub sessions: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility: Option<FacilityId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

fn one() -> i64 {
    1
}

impl Record for Activity {
    const KIND: Kind = Kind::Activity;
    const RULES: &'static [(&'static str, FieldRule)] = &[
        ("area", FieldRule::Fixed),
        ("kind", FieldRule::Fixed),
        ("happened", FieldRule::Fixed),
        ("people", FieldRule::Fixed),
        ("sessions", FieldRule::Fixed),
        ("facility", FieldRule::Fixed),
        ("note", FieldRule::Fixed),
    ];
    const CREATOR: Creator = Creator::Worker;
    const AUDIENCE: Audience = Audience::Author;
    fn problems(&self) -> Vec<Problem> {
        Checks::default()
            .that(self.people > 0, "people", ProblemCode::NotPositive)
            .that(self.people <= 1_000_000, "people", ProblemCode::TooLarge)
            .that(self.sessions > 0, "sessions", ProblemCode::NotPositive)
            .that(self.sessions <= 10_000, "sessions", ProblemCode::TooLarge)
            .note("note", self.note.as_deref())
            .done()
    }
}
