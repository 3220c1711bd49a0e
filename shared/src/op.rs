//! Operations: the changes that a device sends. The server evaluates each one, and each gets an outcome that its author
//! can see.

use crate::{
    change::Change,
    hlc::Hlc,
    ids::{OpId, OpNo, Rev, ReviewId, RowId},
    records::{kind::Kind, problem::Problem, review_reason::ReviewReason},
};
use serde::{Deserialize, Serialize};

/// One change of one record, made on a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Op {
    #[serde(rename = "op_id")]
    pub id: OpId,
    /// Position in the device's outbox; gapless within an incarnation.
    #[serde(rename = "op_no")]
    pub no: OpNo,
    /// The revision of the record that the author saw; 0 for a record that the server does not have yet.
    #[serde(default, rename = "base_rev", skip_serializing_if = "is_zero")]
    pub base: Rev,
    pub hlc: Hlc,
    pub kind: Kind,
    pub row: RowId,
    pub change: Change,
}

fn is_zero(rev: &Rev) -> bool {
    rev.0 == 0
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// In force as it was sent.
    Applied,
    /// In force together with someone else's change. `lost` names the fields where the other value stands.
    Merged { lost: Vec<String> },
    /// A supervisor decides. `applied`: the change counts until then.
    InReview { review: ReviewId, reason: ReviewReason, applied: bool },
    /// Not in force. The operation stays on the device, where it can be corrected, sent again or exported.
    Rejected(Rejection),
    /// An outcome of a newer server, kept unchanged. The app asks for an update to show it.
    #[serde(untagged)]
    Other(serde_json::Value),
}

impl Outcome {
    /// True when the author should look at it.
    pub fn needs_attention(&self) -> bool {
        !matches!(self, Self::Applied)
    }
}

/// Why an operation was refused. Locale key `rejection-<word>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Invalid fields: correct them and save again.
    Invalid(Vec<Problem>),
    /// The author was never responsible for this recipient or area.
    NotYours,
    /// Only an amendment with a reason changes a submitted record.
    NeedsAmendment { field: String },
    /// The record it changes does not exist here.
    UnknownRow,
    /// A record with this id and other content exists already.
    IdTaken,
    /// This server does not know the change or kind. The operation is in quarantine and is evaluated after an upgrade.
    NeedsNewerServer,
    /// Not readable as an operation; it is in quarantine.
    Malformed { detail: String },
    /// Only a supervisor may do this.
    NotAllowed,
    /// A reason of a newer server, kept unchanged.
    #[serde(untagged)]
    Other(serde_json::Value),
}

impl Rejection {
    /// The word in the locale key.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::NotYours => "not-yours",
            Self::NeedsAmendment { .. } => "needs-amendment",
            Self::UnknownRow => "unknown-row",
            Self::IdTaken => "id-taken",
            Self::NeedsNewerServer => "needs-newer-server",
            Self::Malformed { .. } => "malformed",
            Self::NotAllowed => "not-allowed",
            Self::Other(_) => "other",
        }
    }
}

/// The outcome of one operation, as the server reports it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpOutcome {
    /// Absent when the operation was too malformed to carry one.
    pub op_id: OpId,
    pub op_no: OpNo,
    pub outcome: Outcome,
}
