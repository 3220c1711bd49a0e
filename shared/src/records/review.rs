//! 待核对: a change that no rule may decide. It waits for a supervisor with both values, authors and times; deciding
//! it is an operation like any other.

use super::{Audience, Creator, FieldRule, Kind, Record, review_reason::ReviewReason};
use crate::{Hlc, Op, RecipientId, RowId, WorkerId, open_enum};
use serde::{Deserialize, Serialize};
use serde_json::Value;

open_enum! {
    ReviewStatus { Open = "open", Accepted = "accepted", Declined = "declined" }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    pub reason: ReviewReason,
    pub status: ReviewStatus,
    /// The record in question and its kind.
    pub row: RowId,
    pub row_kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<RecipientId>,
    /// The change that waits, as it came.
    pub op: Op,
    pub proposed_by: WorkerId,
    /// As the server knew it, because not every phone knows every colleague.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_name: Option<String>,
    pub proposed_hlc: Hlc,
    /// Field → value that stands now, for the fields in question.
    #[serde(default)]
    pub current: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_by: Option<WorkerId>,
    /// When that was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_hlc: Option<Hlc>,
    /// Already in force (a likely duplicate counts until it is withdrawn).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub applied: bool,
    /// Why it was decided so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// Who decided, as the server knew it; id and time are the stamp of `status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_name: Option<String>,
}

impl Review {
    /// Whether accepting can do anything: what was withdrawn is never brought back, so a change of it can only be declined.
    pub fn can_be_accepted(&self) -> bool {
        self.reason != ReviewReason::EditAfterVoid
    }
}

impl Record for Review {
    const KIND: Kind = Kind::Review;
    const RULES: &'static [(&'static str, FieldRule)] =
        &[("status", FieldRule::Status), ("recipient", FieldRule::Server)];
    const CREATOR: Creator = Creator::Server;
    const AUDIENCE: Audience = Audience::Recipient;
}
