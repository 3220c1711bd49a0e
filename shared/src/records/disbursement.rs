//! 资金发放: what the bureau paid per area, kind and month. Imported, never typed by a worker.

use super::{Audience, Creator, FieldRule, Kind, Record};
use crate::{AreaCode, Fen, Month};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Disbursement {
    pub area: AreaCode,
    /// Benefit kind, a word of the rule set.
    pub kind: String,
    pub month: Month,
    #[serde(default)]
    pub people: i64,
    #[serde(default)]
    pub households: i64,
    pub amount: Fen,
}

impl Record for Disbursement {
    const KIND: Kind = Kind::Disbursement;
    const RULES: &'static [(&'static str, FieldRule)] = &[
        ("area", FieldRule::Fixed),
        ("kind", FieldRule::Fixed),
        ("month", FieldRule::Fixed),
        ("people", FieldRule::Server),
        ("households", FieldRule::Server),
        ("amount", FieldRule::Server),
    ];
    const CREATOR: Creator = Creator::Server;
    const AUDIENCE: Audience = Audience::Server;
}
