//! 户: a home in which recipients live. Access to it follows from the recipient that it names.

use super::{Audience, Creator, FieldRule, Kind, Record};
use crate::{AreaCode, RecipientId};
use serde::{Deserialize, Serialize};

/// A position in WGS 84 degrees; always optional.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    pub lat: f64,
    pub lon: f64,
    /// The phone's estimate of the error, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
}

/// A home.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Household {
    /// The recipient through whom the household is known.
    pub recipient: RecipientId,
    pub area: AreaCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<u8>,
}

impl Record for Household {
    const KIND: Kind = Kind::Household;
    const RULES: &'static [(&'static str, FieldRule)] = &[
        ("recipient", FieldRule::Fixed),
        ("area", FieldRule::Identity),
        ("address", FieldRule::Coupled("place")),
        ("position", FieldRule::Coupled("place")),
        ("members", FieldRule::Register),
    ];
    const CREATOR: Creator = Creator::Supervisor;
    const AUDIENCE: Audience = Audience::Recipient;
}
