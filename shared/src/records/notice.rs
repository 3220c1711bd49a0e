//! 通知: a text for everyone in an area.

use super::{Audience, Creator, FieldRule, Kind, Problem, Record, problem::Checks};
use crate::{AreaCode, Day};
use serde::{Deserialize, Serialize};

/// A notice to everyone in an area.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    pub title: String,
    pub text: String,
    pub area: AreaCode,
    pub from: Day,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

impl Record for Notice {
    const KIND: Kind = Kind::Notice;
    const RULES: &'static [(&'static str, FieldRule)] = &[("area", FieldRule::Fixed)];
    const CREATOR: Creator = Creator::Supervisor;
    const AUDIENCE: Audience = Audience::Reference;
    fn problems(&self) -> Vec<Problem> {
        Checks::default().required("title", &self.title).note("text", Some(&self.text)).done()
    }
}
