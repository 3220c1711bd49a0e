//! Operations as they were sent, read as far as this server can read them.

use serde::Deserialize;
use shared::{Op, OpId, chain::Chain, ids::OpNo, op::Rejection, wire::OP_BYTES_MAX};

/// An operation as it came, read as far as it can be.
#[derive(Clone)]
pub struct Offered {
    pub no: OpNo,
    pub text: String,
    /// The chain after it.
    pub chain: Chain,
    pub op: Result<Op, UnreadableOp>,
}

impl Offered {
    /// Nil where not even that could be read.
    pub fn op_id(&self) -> OpId {
        self.op.as_ref().map_or_else(|unread| unread.op_id, |op| op.id)
    }
}

#[derive(Clone)]
pub struct UnreadableOp {
    pub op_id: OpId,
    pub why: Rejection,
}

/// Reads one operation. What cannot be read is told apart: newer than this server, or broken.
pub fn read(text: &str, no: OpNo) -> Result<Op, UnreadableOp> {
    let broken = |op_id, detail: &str| UnreadableOp { op_id, why: Rejection::Malformed { detail: detail.to_owned() } };
    if text.len() > OP_BYTES_MAX {
        return Err(broken(OpId::NIL, "larger than an operation may be"));
    }
    let error = match serde_json::from_str::<Op>(text) {
        Ok(op) if op.id.is_nil() || op.row.is_nil() => return Err(broken(op.id, "without an id")),
        Ok(op) if op.no != no => return Err(broken(op.id, "its number is not its place")),
        Ok(op) => return Ok(op),
        Err(error) => error,
    };
    /// What every version's operations have.
    #[derive(Deserialize)]
    struct Envelope {
        op_id: OpId,
        change: Option<serde_json::Map<String, serde_json::Value>>,
    }
    const KNOWN: [&str; 8] = ["create", "set", "elements", "amend", "advance", "void", "reopen", "resolve"];
    match serde_json::from_str::<Envelope>(text) {
        Ok(Envelope { op_id, change: Some(change) })
            if change.len() == 1 && change.keys().all(|k| !KNOWN.contains(&k.as_str())) =>
        {
            Err(UnreadableOp { op_id, why: Rejection::NeedsNewerServer })
        }
        // The place is told, never the content: outcomes end up in logs.
        Ok(Envelope { op_id, .. }) => Err(broken(op_id, &format!("column {}", error.column()))),
        Err(_) => Err(broken(OpId::NIL, &format!("column {}", error.column()))),
    }
}
