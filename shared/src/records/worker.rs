//! 结对干部: a person who records, with role and areas.

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

/// A person who records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Worker {
    /// The office's own code, unique among workers; also the log-in name of the console.
    pub code: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// The area in which the worker counts.
    pub area: AreaCode,
    pub role: Role,
    /// Of a supervisor or administrator: the areas in their charge. Of a worker: villages whose recipients are all in
    /// the worker's care, paired or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<AreaCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
}

impl Worker {
    /// True when the worker is supervisor or administrator over `area`.
    pub fn supervises(&self, area: &AreaCode) -> bool {
        matches!(self.role, Role::Supervisor | Role::Administrator) && self.covers(area)
    }
    /// True when `area` lies in one of the worker's areas.
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
