//! 签收: how a recipient confirmed goods or money. A thumb print is a photo of the paper, never a biometric template.

use super::{Audience, Creator, FieldRule, Kind, Problem, ProblemCode, Record, problem::Checks};
use crate::{AssistanceId, HandoutId, Moment, PhotoId, RecipientId, open_enum};
use serde::{Deserialize, Serialize};

open_enum! {
    ReceiptMode {
        /// 签字
        Signed = "signed",
        /// 按手印: a photo of the paper
        Thumbprint = "thumbprint",
        /// 代领
        Collected = "collected",
        /// 拒签
        Refused = "refused",
    }
}

/// The confirmation of goods or money.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    pub recipient: RecipientId,
    pub assistance: AssistanceId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handout: Option<HandoutId>,
    pub mode: ReceiptMode,
    pub happened: Moment,
    /// The drawn signature or the photographed paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoId>,
    /// 代领: the name of the collector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 代领: the collector's relation to the recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// 拒签: the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Record for Receipt {
    const KIND: Kind = Kind::Receipt;
    const RULES: &'static [(&'static str, FieldRule)] = &[
        ("recipient", FieldRule::Fixed),
        ("assistance", FieldRule::Fixed),
        ("handout", FieldRule::Fixed),
        ("mode", FieldRule::Fixed),
        ("happened", FieldRule::Fixed),
        ("photo", FieldRule::Fixed),
        ("name", FieldRule::Fixed),
        ("relation", FieldRule::Fixed),
        ("reason", FieldRule::Fixed),
    ];
    const CREATOR: Creator = Creator::Worker;
    const AUDIENCE: Audience = Audience::Recipient;
    fn problems(&self) -> Vec<Problem> {
        let filled = |text: &Option<String>| text.as_deref().is_some_and(|t| !t.trim().is_empty());
        let collected = self.mode == ReceiptMode::Collected;
        Checks::default()
            .that(!collected || filled(&self.name), "name", ProblemCode::Missing)
            .that(!collected || filled(&self.relation), "relation", ProblemCode::Missing)
            .that(self.mode != ReceiptMode::Refused || filled(&self.reason), "reason", ProblemCode::Missing)
            .note("reason", self.reason.as_deref())
            .done()
    }
}
