//! Operations: what a device says happened. The server judges each, and each gets an outcome its author can see.

use crate::{
    Fields,
    hlc::Hlc,
    ids::{OpId, OpNo, Rev, ReviewId, RowId},
    records::{Kind, Problem, ReviewReason},
};
use serde::{Deserialize, Serialize};

/// One change of one record, made on a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Op {
    #[serde(rename = "op_id")]
    pub id: OpId,
    /// Place in the device's outbox; gapless within an incarnation.
    #[serde(rename = "op_no")]
    pub no: OpNo,
    /// The revision of the record that the author saw; 0 for a record the server does not know yet.
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

/// What changed. Read in [`crate::change`], so that a change of a newer peer is carried through.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A new record with these fields.
    Create(Fields),
    /// Fields of an existing record; a `null` empties one.
    Set(Fields),
    /// Elements of a set field.
    Elements {
        field: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        add: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        remove: Vec<String>,
    },
    /// A correction of a submitted record.
    Amend { reason: String, fields: Fields },
    /// A step of a status, with the fields that go along with it (when solved, by which unit, a note).
    Advance {
        to: String,
        #[serde(default)]
        generation: u32,
        #[serde(default, skip_serializing_if = "Fields::is_empty")]
        fields: Fields,
    },
    /// The record should not have been made, or no longer counts.
    Void { reason: String },
    /// A supervisor starts a finished need anew.
    Reopen { reason: String },
    /// A supervisor decides a review: the proposed change is applied, or what stands stays.
    Resolve { accept: bool, reason: String },
    /// A change of a newer peer, kept as it came: nobody of this build can judge it.
    #[serde(untagged)]
    Other(serde_json::Value),
}

impl Change {
    /// The name on the wire, for logs and outcome lists.
    pub fn name(&self) -> &str {
        match self {
            Self::Create(_) => "create",
            Self::Set(_) => "set",
            Self::Elements { .. } => "elements",
            Self::Amend { .. } => "amend",
            Self::Advance { .. } => "advance",
            Self::Void { .. } => "void",
            Self::Reopen { .. } => "reopen",
            Self::Resolve { .. } => "resolve",
            Self::Other(value) => crate::change::word(value).unwrap_or("other"),
        }
    }
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// In force as it was sent.
    Applied,
    /// In force together with someone else's change; `lost` names the fields where the other value stands.
    Merged { lost: Vec<String> },
    /// A supervisor decides. `applied`: it counts in the meantime.
    InReview { review: ReviewId, reason: ReviewReason, applied: bool },
    /// Not in force; stays on the device, where it can be mended, re-sent or exported.
    Rejected(Rejection),
    /// An outcome of a newer server, kept as it came: shown as "look at it after an update".
    #[serde(untagged)]
    Other(serde_json::Value),
}

impl Outcome {
    /// True when the author should look at it.
    pub fn needs_attention(&self) -> bool {
        !matches!(self, Self::Applied)
    }
}

/// Why an operation was refused, and so what would help. Locale key `rejection-<word>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Fields that do not hold; mend them and save again.
    Invalid(Vec<Problem>),
    /// The author never cared for this recipient or area.
    NotYours,
    /// Only an amendment with a reason changes a submitted record.
    NeedsAmendment { field: String },
    /// The record it changes does not exist here.
    UnknownRow,
    /// A record of this id exists already with another content.
    IdTaken,
    /// This server does not know this change or kind yet; it is kept in quarantine and judged after an upgrade.
    NeedsNewerServer,
    /// Not readable as an operation; kept in quarantine.
    Malformed { detail: String },
    /// Only a supervisor may.
    NotAllowed,
    /// A supervisor looked at it and declined. Since version 2.
    Declined { reason: String },
    /// A reason of a newer server, kept as it came.
    #[serde(untagged)]
    Other(serde_json::Value),
}

impl Rejection {
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
            Self::Declined { .. } => "declined",
            Self::Other(_) => "other",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpOutcome {
    /// Absent when the operation was too malformed to carry one.
    pub op_id: OpId,
    pub op_no: OpNo,
    pub outcome: Outcome,
}
