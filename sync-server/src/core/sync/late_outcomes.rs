//! What became of operations that an older server could not evaluate: devices that hold some ask in their pulls.

use crate::{
    core::error::CoreError,
    store::{
        Txn,
        tables::{Device, OpLog},
    },
};
use shared::{OpId, OpOutcome, Outcome, op::Rejection, wire::PULL_ASK_MAX};

/// Outcomes of those that were judged since. Nothing is said of what still waits, nor of anybody else's operations.
pub async fn late_outcomes<T: Txn>(txn: &mut T, device: &Device, ask: &[OpId]) -> Result<Vec<OpOutcome>, CoreError> {
    let keys: Vec<_> = ask.iter().take(PULL_ASK_MAX).map(|id| (*id,)).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let logged = txn.get::<OpLog>(&keys).await?.into_iter().flatten().filter(|o| o.device == device.id);
    let outcome = |o: OpLog| {
        let outcome = match &o.outcome {
            None => Outcome::Applied,
            Some(text) => serde_json::from_str(text).ok()?,
        };
        let waits = outcome == Outcome::Rejected(Rejection::NeedsNewerServer);
        (!waits).then_some(OpOutcome { op_id: o.op_id, op_no: o.op_no, outcome })
    };
    Ok(logged.filter_map(outcome).collect())
}
