//! What one operation comes to.

use shared::{
    Hlc, Op, Outcome,
    ids::{Rev, ReviewId, id_from_code},
    op::Rejection,
};

/// What became of an operation.
pub struct Evaluation {
    pub outcome: Outcome,
    /// The record's revision after it, where it changed.
    pub rev: Option<Rev>,
}

impl Evaluation {
    /// A refusal; the record does not change.
    pub fn rejected(why: Rejection) -> Self {
        Self { outcome: Outcome::Rejected(why), rev: None }
    }
}

/// The time of an operation and of its evaluation.
#[derive(Clone, Copy)]
pub struct EvaluationTime {
    /// The operation's stamp, corrected.
    pub hlc: Hlc,
    /// The server's clock, UTC milliseconds.
    pub now_ms: i64,
}

/// The id of the review that an operation raises. The same operation has the same review, however often it arrives.
pub fn review_id(op: &Op) -> ReviewId {
    ReviewId(id_from_code("review", &op.id.to_string()))
}
