//! 结对干部: anyone who records, and what they may do where.

use super::{Audience, Creator, FieldRule, Kind, Problem, Record, problem::Checks};
use crate::{AreaCode, UnitId, open_enum};
use serde::{Deserialize, Serialize};

open_enum! {
    Role {
        Worker = "worker",
        Supervisor = "supervisor",
        Administrator = "administrator",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Worker {
    /// The office's own code, unique among workers; also the console's log-in name.
    pub code: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// Where the worker is counted.
    pub area: AreaCode,
    pub role: Role,
    /// Supervisors and administrators: the areas they answer for. Workers: villages they serve as a whole,
    /// beyond the recipients paired to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<AreaCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
}

impl Worker {
    /// True when the worker answers for `area` as supervisor or administrator.
    pub fn supervises(&self, area: &AreaCode) -> bool {
        matches!(self.role, Role::Supervisor | Role::Administrator) && self.covers(area)
    }
    /// True when `area` lies in an area bound to the worker.
    pub fn covers(&self, area: &AreaCode) -> bool {
        self.areas.iter().any(|a| a.contains(area))
    }
}

impl Record for Worker {
    const KIND: Kind = Kind::Worker;
    const RULES: &'static [(&'static str, FieldRule)] = &[
        ("code", FieldRule::Fixed),
        ("name", FieldRule::Server),
        ("unit", FieldRule::Server),
        ("area", FieldRule::Server),
        ("role", FieldRule::Server),
        ("areas", FieldRule::Server),
        ("phone", FieldRule::Register),
        ("left", FieldRule::Server),
    ];
    const CREATOR: Creator = Creator::Server;
    const AUDIENCE: Audience = Audience::Worker;
    fn problems(&self) -> Vec<Problem> {
        Checks::default().required("name", &self.name).done()
    }
}
