//! Outcomes as the log of operations stores them.

use shared::{OpId, OpOutcome, Outcome, ids::OpNo};

/// An outcome as the log stores it: JSON, or nothing for a plain "applied", which most are.
pub fn encode(outcome: &Outcome) -> Option<String> {
    if outcome.needs_attention() { serde_json::to_string(outcome).ok() } else { None }
}

/// The stored outcome of an operation, if its device has to know of it.
pub fn attention(op_id: OpId, op_no: OpNo, stored: Option<&str>) -> Option<OpOutcome> {
    let outcome = serde_json::from_str(stored?).ok()?;
    Some(OpOutcome { op_id, op_no, outcome })
}
