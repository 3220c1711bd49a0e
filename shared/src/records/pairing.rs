//! 结对关系: the relation of a worker to a recipient in a role, from its first day to its last. Many to many. When it
//! counts is said by [`crate::domain::CarePeriod`].

use super::{Audience, Creator, FieldRule, Kind, Record};
use crate::{Day, RecipientId, WorkerId, open_enum};
use serde::{Deserialize, Serialize};

open_enum! {
    /// 结对, or one of 四个一对一.
    PairingRole {
        /// 结对帮扶
        Paired = "paired",
        /// 帮学助教
        Tutoring = "tutoring",
        /// 医疗康复
        Medical = "medical",
        /// 心理抚慰
        Counselling = "counselling",
        /// 亲情关怀
        FamilyCare = "family_care",
    }
}

/// The relation of a worker to a recipient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pairing {
    pub worker: WorkerId,
    pub recipient: RecipientId,
    pub role: PairingRole,
    /// First day in force.
    pub start: Day,
    /// First day no longer in force; open while absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Day>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The worker's name, since a colleague's phone does not hold the staff list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker_name: Option<String>,
}

impl Record for Pairing {
    const KIND: Kind = Kind::Pairing;
    const RULES: &'static [(&'static str, FieldRule)] = &[
        ("worker", FieldRule::Fixed),
        ("recipient", FieldRule::Fixed),
        ("role", FieldRule::Server),
        ("start", FieldRule::Server),
        ("end", FieldRule::Server),
        ("reason", FieldRule::Server),
        ("worker_name", FieldRule::Server),
    ];
    const CREATOR: Creator = Creator::Supervisor;
    const AUDIENCE: Audience = Audience::Recipient;
}
