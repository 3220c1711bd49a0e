//! 访问日志: accesses to a minor's record or a full number, exports, and imports of bundles.

use super::{Audience, Creator, FieldRule, Kind, Record};
use crate::{Moment, RowId, open_enum};
use serde::{Deserialize, Serialize};

open_enum! {
    Access { ViewMinor = "view_minor", RevealNumber = "reveal_number", Export = "export", Bundle = "bundle" }
}

/// An access to personal data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessLog {
    pub what: Access,
    pub happened: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<RowId>,
    /// What was exported (report name and filter) or imported (device, number of operations); never content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Record for AccessLog {
    const KIND: Kind = Kind::AccessLog;
    const RULES: &'static [(&'static str, FieldRule)] = &[
        ("what", FieldRule::Fixed),
        ("happened", FieldRule::Fixed),
        ("row", FieldRule::Fixed),
        ("detail", FieldRule::Fixed),
    ];
    const CREATOR: Creator = Creator::Worker;
    const AUDIENCE: Audience = Audience::Server;
}
