//! 区划: a node of the administrative tree.

use super::{Audience, Creator, FieldRule, Kind, Problem, Record, problem::Checks};
use crate::AreaCode;
use serde::{Deserialize, Serialize};

/// An area with its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area {
    pub code: AreaCode,
    pub name: String,
}

impl Record for Area {
    const KIND: Kind = Kind::Area;
    const RULES: &'static [(&'static str, FieldRule)] = &[("code", FieldRule::Fixed), ("name", FieldRule::Server)];
    const CREATOR: Creator = Creator::Server;
    const AUDIENCE: Audience = Audience::Reference;
    fn problems(&self) -> Vec<Problem> {
        Checks::default().required("name", &self.name).done()
    }
}
