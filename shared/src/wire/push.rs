//! Push: a device sends operations in order; the server answers with their outcomes.

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
    /// Capabilities beyond the version; the server ignores words that it does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<String>,
    pub device: DeviceId,
    pub incarnation: Incarnation,
    /// The number of the first operation in `ops`.
    pub first_op: OpNo,
    /// The chain before the first operation.
    pub chain: Chain,
    /// The device's clock at the time of sending, from which the server computes the skew.
    pub client_now: Moment,
    /// [`crate::Op`]s as JSON, byte for byte as they were saved: the chain is computed over these bytes, and an
    /// operation that the server cannot read does not block the others.
    pub ops: Vec<Box<RawValue>>,
}

/// The reply to a push.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PushReply {
    pub epoch: Epoch,
    pub server_now: Moment,
    pub verdict: PushVerdict,
}

/// What the server did with a push as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushVerdict {
    /// The operations were evaluated.
    Accepted {
        /// All operations up to and including this number are durable on the server and have an outcome.
        acked_through: OpNo,
        /// Outcomes that need attention; all other operations up to `acked_through` are applied.
        outcomes: Vec<OpOutcome>,
    },
    /// Redirect: the server has operations up to `have` only; send from there.
    Resume { have: OpNo },
    /// Redirect: this device is a copy or was restored; go on under this incarnation, from number 1, with an empty
    /// chain.
    NewIncarnation { incarnation: Incarnation },
    /// A verdict of a newer server. The operations are not acknowledged; the device sends them again later.
    #[serde(untagged)]
    Other(serde_json::Value),
}
