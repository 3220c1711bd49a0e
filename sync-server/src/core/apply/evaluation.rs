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
    pub fn rejected(why: Rejection) -> Self {
        Self { outcome: Outcome::Rejected(why), rev: None }
    }
}

/// When and by which stamp.
#[derive(Clone, Copy)]
pub struct EvaluationTime {
    /// The operation's stamp, corrected.
    pub hlc: Hlc,
    /// The server's clock, UTC milliseconds.
    pub now_ms: i64,
}

/// The id under which an operation's review is filed: the same for the same operation, whenever it comes.
pub fn review_id(op: &Op) -> ReviewId {
    ReviewId(id_from_code("review", &op.id.to_string()))
}
