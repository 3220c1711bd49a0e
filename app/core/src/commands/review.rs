//! Deciding what no rule may decide. The decision is an operation like any other: it is durable here, can be taken back
//! for seconds, and takes effect when the server has carried it out.

use super::saving::{change, filled, find, invalid};
use crate::{Refusal, store::Tx};
use shared::{
    Change, Kind, ReviewId, RowId,
    merge::review::status,
    records::{ProblemCode, Review, ReviewStatus, Role},
    wire::ErrorCode,
};

pub fn resolve(tx: &mut Tx<'_>, review: ReviewId, accept: bool, reason: String) -> Result<Vec<RowId>, Refusal> {
    let row = find(tx, RowId(review.0))?;
    if row.kind != Kind::Review {
        return Err(Refusal::NotFound);
    }
    let me = tx.me()?;
    let office = matches!(me.enrolment.role, Role::Supervisor | Role::Administrator);
    let within = row.area.is_some_and(|area| me.enrolment.areas.iter().any(|mine| mine.contains(&area)));
    if !office || !within {
        return Err(Refusal::Server(ErrorCode::NotAllowed));
    }
    let reason = filled(Some(reason)).ok_or_else(|| invalid("reason", ProblemCode::Missing))?;
    let possible = row.view::<Review>().is_ok_and(|r| !accept || r.can_be_accepted());
    // Decided by somebody else meanwhile, or nothing that accepting could bring about.
    if status(&row) != ReviewStatus::Open || !possible {
        return Err(Refusal::NotNow);
    }
    change(tx, &row, Change::Resolve { accept, reason })?;
    Ok(vec![row.id])
}
