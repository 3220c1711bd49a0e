//! Resolving a review. The decision is an operation like any other: it is durable on the device, can be undone for some
//! seconds, and takes effect when the server has applied it.

use super::saving::{change, filled, find, invalid};
use crate::{reply::Refusal, store::Tx};
use shared::{
    Change, Kind, ReviewId, RowId,
    merge::review::status,
    records::{ProblemCode, Review, ReviewStatus},
    wire::ErrorCode,
};

pub fn resolve(tx: &mut Tx<'_>, review: ReviewId, accept: bool, reason: String) -> Result<Vec<RowId>, Refusal> {
    let row = find(tx, RowId(review.0))?;
    if row.kind != Kind::Review {
        return Err(Refusal::NotFound);
    }
    let identity = tx.identity()?;
    let within = row.area.is_some_and(|area| identity.enrolment.areas.iter().any(|mine| mine.contains(&area)));
    if !within {
        return Err(Refusal::Server(ErrorCode::NotAllowed));
    }
    let reason = filled(Some(reason)).ok_or_else(|| invalid("reason", ProblemCode::Missing))?;
    let possible = row.view::<Review>().is_ok_and(|r| !accept || r.can_be_accepted());
    // Another supervisor has decided meanwhile, or the change cannot be applied any more.
    if status(&row) != ReviewStatus::Open || !possible {
        return Err(Refusal::NotNow);
    }
    change(tx, &row, Change::Resolve { accept, reason })?;
    Ok(vec![row.id])
}
