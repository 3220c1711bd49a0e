//! Late outcomes: operations that an older server could not evaluate and a newer one did. Devices ask for them in a
//! pull.

use crate::{
    core::error::CoreError,
    store::{
        Txn,
        tables::{Device, OpLog},
    },
};
use shared::{OpId, OpOutcome, Outcome, op::Rejection, wire::PULL_ASK_MAX};

/// Outcomes of those of the operations that were evaluated since the push. Operations that still wait, and operations
/// of other devices, are left out.
///
/// # Errors
///
/// The store failed.
pub async fn late_outcomes<T: Txn>(txn: &mut T, device: &Device, op_ids: &[OpId]) -> Result<Vec<OpOutcome>, CoreError> {
    let keys: Vec<_> = op_ids.iter().take(PULL_ASK_MAX).map(|id| (*id,)).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let logged = txn.get::<OpLog>(&keys).await?.into_iter().flatten().filter(|o| o.device == device.id);
    let outcome = |o: OpLog| {
        let outcome = match &o.outcome {
            None => Outcome::Applied,
            Some(text) => serde_json::from_str(text).ok()?,
        };
        let still_waits = outcome == Outcome::Rejected(Rejection::NeedsNewerServer);
        (!still_waits).then_some(OpOutcome { op_id: o.op_id, op_no: o.op_no, outcome })
    };
    Ok(logged.filter_map(outcome).collect())
}
