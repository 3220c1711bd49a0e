//! 资金发放: the sums that the bureau paid per area, kind and month. Imported; workers do not enter them.

use super::{Audience, Creator, FieldRule, Kind, Record};
use crate::{AreaCode, Fen, Month};
use serde::{Deserialize, Serialize};

/// A sum that the bureau paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Disbursement {
    pub area: AreaCode,
    /// The kind of benefit, a word of the rule set.
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
