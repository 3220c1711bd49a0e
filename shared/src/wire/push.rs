//! Push: a device offers operations in order; the server answers with what became of them.

use crate::{
    Moment, OpOutcome,
    chain::Chain,
    ids::{DeviceId, Epoch, Incarnation, OpNo},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// `POST /v1/push`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushRequest {
    pub proto: u16,
    /// What this client can do beyond its version; words unknown to the server are ignored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<String>,
    pub device: DeviceId,
    pub incarnation: Incarnation,
    /// Number of the first operation in `ops`.
    pub first_op: OpNo,
    /// The chain before the first operation.
    pub chain: Chain,
    /// The device's clock when it sent this; the server reads the skew from it.
    pub client_now: Moment,
    /// [`crate::Op`]s as JSON, kept as they were saved: one that this server cannot read blocks no other, and the
    /// chain is over exactly these bytes.
    pub ops: Vec<Box<RawValue>>,
}

/// What the server says to a push.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PushReply {
    pub epoch: Epoch,
    pub server_now: Moment,
    pub verdict: PushVerdict,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushVerdict {
    Accepted {
        /// Everything up to and including this number is durable on the server and has its outcome.
        acked_through: OpNo,
        /// Outcomes of operations in this push that need attention; all others up to `acked_through` are applied.
        outcomes: Vec<OpOutcome>,
    },
    /// The server has operations up to `have` only: send from there.
    Resume { have: OpNo },
    /// This device is a copy or was restored: go on under this incarnation, number 1, with an empty chain.
    NewIncarnation { incarnation: Incarnation },
    /// A verdict of a newer server. What was offered is neither acknowledged nor lost: it is offered again later.
    #[serde(untagged)]
    Other(serde_json::Value),
}
