//! 报表快照: a closed period's figures as they were; never changed afterwards.

use super::{Audience, Creator, FieldRule, Kind, Record};
use crate::{AreaCode, Period};
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportSnapshot {
    pub area: AreaCode,
    pub period: Period,
    /// The report as it was shown.
    pub figures: Value,
}

impl Record for ReportSnapshot {
    const KIND: Kind = Kind::ReportSnapshot;
    const RULES: &'static [(&'static str, FieldRule)] =
        &[("area", FieldRule::Fixed), ("period", FieldRule::Fixed), ("figures", FieldRule::Fixed)];
    const CREATOR: Creator = Creator::Server;
    const AUDIENCE: Audience = Audience::Server;
}
