//! Operations as they were sent, read as far as this server can read them.

use serde::Deserialize;
use shared::{Op, OpId, chain::Chain, ids::OpNo, op::Rejection, wire::OP_BYTES_MAX};

/// An operation as it was sent, read as far as possible.
#[derive(Clone)]
pub struct Offered {
    pub no: OpNo,
    pub text: String,
    /// The chain after it.
    pub chain: Chain,
    pub op: Result<Op, UnreadableOp>,
}

impl Offered {
    /// The operation's id; nil if not even that could be read.
    pub fn op_id(&self) -> OpId {
        self.op.as_ref().map_or_else(|unreadable| unreadable.op_id, |op| op.id)
    }
}

/// An operation that this server cannot read: newer than the server, or broken. It goes to quarantine.
#[derive(Clone)]
pub struct UnreadableOp {
    pub op_id: OpId,
    pub why: Rejection,
}

/// Reads the operation with number `no`.
///
/// # Errors
///
/// `NeedsNewerServer` if the change is of an unknown kind, `Malformed` for everything else that cannot be read.
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
    /// The fields that operations of every version have.
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
        // The position only, never the content: outcomes are logged.
        Ok(Envelope { op_id, .. }) => Err(broken(op_id, &format!("column {}", error.column()))),
        Err(_) => Err(broken(OpId::NIL, &format!("column {}", error.column()))),
    }
}
