//! Deciding what no rule may decide: what the decision does to the review itself. What was held back is put in force by
//! the server, which alone has everything that it may touch.

use super::{
    actor::Actor,
    decide::{Decision, Meta, bumped},
    register,
};
use crate::{
    Hlc, WorkerId,
    op::Rejection,
    records::{Kind, ReviewStatus, Row},
};

/// A supervisor decides, once: a later decision changes nothing.
pub fn resolve(row: &Row, accept: bool, reason: &str, actor: &Actor, meta: &Meta) -> Decision {
    if row.kind != Kind::Review || !actor.is_office() {
        return Decision::Reject(Rejection::NotAllowed);
    }
    if status(row) != ReviewStatus::Open {
        return Decision::Pass;
    }
    let decision = if accept { ReviewStatus::Accepted } else { ReviewStatus::Declined };
    let mut next = bumped(row);
    next.fields.set("status", decision.word().into());
    next.fields.set("decision", reason.into());
    register::put_stamp(&mut next, row, "status".to_owned(), meta, actor, false);
    Decision::Apply(next)
}

/// How a review stands.
pub fn status(row: &Row) -> ReviewStatus {
    ReviewStatus::from(row.fields.text("status").unwrap_or_default())
}

/// What was decided, with the reason, by whom and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub accepted: bool,
    pub reason: String,
    pub by: WorkerId,
    /// As the server wrote it down; a phone may not know everyone.
    pub by_name: Option<String>,
    pub hlc: Hlc,
}

/// The decision of a review; `None` while it is open, and for a status of a newer peer.
pub fn decided(row: &Row) -> Option<Decided> {
    let accepted = match status(row) {
        ReviewStatus::Accepted => true,
        ReviewStatus::Declined => false,
        ReviewStatus::Open | ReviewStatus::Other(_) => return None,
    };
    let stamp = row.stamp("status");
    Some(Decided {
        accepted,
        reason: row.fields.text("decision").unwrap_or_default().to_owned(),
        by: stamp.by,
        by_name: row.fields.text("decided_name").map(str::to_owned),
        hlc: stamp.hlc,
    })
}
