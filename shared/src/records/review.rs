//! 待核对: a change that no rule may decide. It waits for a supervisor, with both values, authors and times. The decision
//! is an operation like any other.

use super::{Audience, Creator, FieldRule, Kind, Record, review_reason::ReviewReason};
use crate::{Hlc, Op, RecipientId, RowId, WorkerId, open_enum};
use serde::{Deserialize, Serialize};
use serde_json::Value;

open_enum! {
    /// Open, or decided.
    ReviewStatus { Open = "open", Accepted = "accepted", Declined = "declined" }
}

/// A change that waits for a supervisor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    pub reason: ReviewReason,
    pub status: ReviewStatus,
    /// The record in question and its kind.
    pub row: RowId,
    pub row_kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<RecipientId>,
    /// The change under review.
    pub op: Op,
    pub proposed_by: WorkerId,
    /// The name as the server knew it, since a phone does not hold the whole staff list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_name: Option<String>,
    pub proposed_hlc: Hlc,
    /// Field → current value when the review was filed, for the fields in question.
    #[serde(default)]
    pub current: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_by: Option<WorkerId>,
    /// When the current value was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_hlc: Option<Hlc>,
    /// True when the change is in force already: a likely duplicate counts until it is voided.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub applied: bool,
    /// The supervisor's reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// The name of the supervisor as the server knew it; id and time are in the stamp of `status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_name: Option<String>,
}

impl Review {
    /// False when the change can only be declined: a voided record is never brought back.
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
