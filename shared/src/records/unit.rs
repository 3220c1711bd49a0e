//! 帮扶单位: the organisation that workers belong to and that needs are assigned to.

use super::{Audience, Creator, FieldRule, Kind, Problem, Record, problem::Checks};
use crate::AreaCode;
use serde::{Deserialize, Serialize};

/// An organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// The office's own code, unique among units.
    pub code: String,
    pub name: String,
    pub area: AreaCode,
}

impl Record for Unit {
    const KIND: Kind = Kind::Unit;
    const RULES: &'static [(&'static str, FieldRule)] =
        &[("code", FieldRule::Fixed), ("name", FieldRule::Server), ("area", FieldRule::Server)];
    const CREATOR: Creator = Creator::Server;
    const AUDIENCE: Audience = Audience::Reference;
    fn problems(&self) -> Vec<Problem> {
        Checks::default().required("name", &self.name).done()
    }
}
