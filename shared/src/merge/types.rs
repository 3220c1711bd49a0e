//! What the steps of the merge share: the facts around an operation, the decision, and what follows from it.

use crate::{
    AreaCode, Hlc, Outcome, ids::ReviewId, op::Rejection, records::Category, records::ReviewReason, records::Row,
};

/// Facts about one operation that the rules need and cannot look up, since they do no I/O.
#[derive(Clone, Debug)]
pub struct OpContext {
    /// The stamp that orders the operation: its own, corrected for the device's clock skew.
    pub hlc: Hlc,
    /// The area and category under which a new record counts; see [`crate::domain::counted_under`].
    pub area: Option<AreaCode>,
    pub category: Option<Category>,
    /// Another device has recorded the same goods for the same household on the same day.
    pub likely_duplicate: bool,
}

/// What becomes of an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// In force. The row is the record's new state.
    Apply(Box<Row>),
    /// In force, except for these fields, where another value stands.
    Merge(Box<Row>, Vec<String>),
    /// In force, and a supervisor should look at it.
    ApplyAndReview(Box<Row>, ReviewReason),
    /// Not in force until a supervisor decides. Names the fields in question.
    Hold(ReviewReason, Vec<String>),
    /// Valid, but changes nothing: the record is already there or further.
    Pass,
    Reject(Rejection),
}

/// A decision split into new row, review and outcome, as both sides store it.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionEffect {
    /// The record's new state; `None` when nothing changes.
    pub row: Option<Box<Row>>,
    /// A review to file: its reason, and the fields in question.
    pub review: Option<(ReviewReason, Vec<String>)>,
    pub outcome: Outcome,
}

impl Decision {
    /// Splits the decision. `review_id` is called only when a review is to be filed, and returns its id.
    pub fn into_effect(self, review_id: impl FnOnce() -> ReviewId) -> DecisionEffect {
        let without_review = |row, outcome| DecisionEffect { row, review: None, outcome };
        match self {
            Self::Apply(row) => without_review(Some(row), Outcome::Applied),
            Self::Merge(row, lost) => without_review(Some(row), Outcome::Merged { lost }),
            Self::Pass => without_review(None, Outcome::Merged { lost: Vec::new() }),
            Self::Reject(why) => without_review(None, Outcome::Rejected(why)),
            Self::ApplyAndReview(row, reason) => DecisionEffect {
                row: Some(row),
                review: Some((reason.clone(), Vec::new())),
                outcome: Outcome::InReview { review: review_id(), reason, applied: true },
            },
            Self::Hold(reason, fields) => DecisionEffect {
                row: None,
                review: Some((reason.clone(), fields)),
                outcome: Outcome::InReview { review: review_id(), reason, applied: false },
            },
        }
    }
}
