//! 报表快照: the figures of a closed period, which never change.

use super::{Audience, Creator, FieldRule, Kind, Record};
use crate::{AreaCode, Period};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The report of a closed period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportSnapshot {
    pub area: AreaCode,
    pub period: Period,
    /// The report as JSON.
    pub figures: Value,
}

impl Record for ReportSnapshot {
    const KIND: Kind = Kind::ReportSnapshot;
    const RULES: &'static [(&'static str, FieldRule)] =
        &[("area", FieldRule::Fixed), ("period", FieldRule::Fixed), ("figures", FieldRule::Fixed)];
    const CREATOR: Creator = Creator::Server;
    const AUDIENCE: Audience = Audience::Server;
}
