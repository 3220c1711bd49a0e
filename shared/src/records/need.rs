//! 困难诉求: opened → assigned to a unit → in hand → solved or cannot. Only a supervisor reopens a need.

use super::{Audience, Creator, FieldRule, Kind, Problem, Record, problem::Checks};
use crate::{Moment, RecipientId, UnitId, open_enum};
use serde::{Deserialize, Serialize};

open_enum! {
    NeedStatus {
        /// 已提出
        Opened = "opened",
        /// 已交办
        Assigned = "assigned",
        /// 办理中
        InHand = "in_hand",
        /// 已解决
        Solved = "solved",
        /// 无法解决
        Cannot = "cannot",
    }
}

impl NeedStatus {
    /// The position in the lattice; `None` for a status that this build does not know.
    pub fn rank(&self) -> Option<u8> {
        Some(match self {
            Self::Opened => 0,
            Self::Assigned => 1,
            Self::InHand => 2,
            Self::Solved | Self::Cannot => 3,
            Self::Other(_) => return None,
        })
    }
    /// True for solved and cannot.
    pub fn is_end(&self) -> bool {
        matches!(self, Self::Solved | Self::Cannot)
    }
}

open_enum! {
    /// Locale key `need-<word>`.
    NeedKind {
        Living = "living",
        Housing = "housing",
        Heating = "heating",
        Medical = "medical",
        Schooling = "schooling",
        Employment = "employment",
        Benefit = "benefit",
        Unclassified = "unclassified",
    }
}

/// A problem that a recipient raised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Need {
    pub recipient: RecipientId,
    pub kind: NeedKind,
    pub text: String,
    /// When it was raised.
    pub happened: Moment,
    pub status: NeedStatus,
    /// Raised by one with each reopening.
    #[serde(default)]
    pub generation: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<UnitId>,
    /// When it was solved. It counts in that month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solved: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<String>,
}

impl Record for Need {
    const KIND: Kind = Kind::Need;
    const RULES: &'static [(&'static str, FieldRule)] = &[
        ("recipient", FieldRule::Fixed),
        ("kind", FieldRule::Register),
        ("text", FieldRule::Register),
        ("happened", FieldRule::Fixed),
        ("status", FieldRule::Status),
        ("generation", FieldRule::Status),
        ("unit", FieldRule::Register),
        ("solved", FieldRule::Status),
        ("progress", FieldRule::Register),
    ];
    const CREATOR: Creator = Creator::Worker;
    const AUDIENCE: Audience = Audience::Recipient;
    fn problems(&self) -> Vec<Problem> {
        Checks::default()
            .that(!self.text.trim().is_empty(), "text", super::ProblemCode::Missing)
            .note("text", Some(&self.text))
            .note("progress", self.progress.as_deref())
            // A solved need without a moment would count in no month; an open one with a moment, in the wrong one.
            .that((self.status == NeedStatus::Solved) == self.solved.is_some(), "solved", super::ProblemCode::Missing)
            .done()
    }
}
