//! Calls that were sent and are not answered yet, each with what is needed to apply its reply.

use super::step::Step;
use crate::store::outbox::Outgoing;
use shared::{
    RowId,
    chain::Chain,
    ids::{Epoch, Incarnation, OpNo, Seq},
    wire::Scope,
};
use std::collections::BTreeMap;

/// A call to make, with what the session remembers of it.
pub(super) type Call = (Step, InFlight);

#[derive(Debug)]
pub(super) enum InFlight {
    Enrol,
    Push(PushBatch),
    /// The cursors of the request.
    Pull(Cursors),
    Repair(RepairCall),
    /// The id of a colleague's bundle.
    Relay(i64),
    Media(MediaCall),
    Report,
    /// A pipelined call whose predecessor had another reply than expected. Its own reply is discarded.
    Cancelled,
}

impl InFlight {
    /// The kind of call, for traces.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Enrol => "enrol",
            Self::Push(_) => "push",
            Self::Pull(_) => "pull",
            Self::Repair(_) => "repair",
            Self::Relay(_) => "bundle",
            Self::Media(_) => "media",
            Self::Report => "report",
            Self::Cancelled => "cancelled",
        }
    }
}

/// How far each scope was read.
pub(super) type Cursors = BTreeMap<Scope, Seq>;

/// The operations of a push.
#[derive(Debug)]
pub(super) struct PushBatch {
    pub incarnation: Incarnation,
    /// The chain before the first operation.
    pub chain_before: Chain,
    /// The chain after the last operation.
    pub chain_after: Chain,
    pub ops: Vec<Outgoing>,
    /// Sent before the reply to the previous push.
    pub pipelined: bool,
}

/// Where the next push continues.
#[derive(Clone, Copy, Debug)]
pub(super) struct BatchEnd {
    /// Local number of the last operation.
    pub local_no: u64,
    /// The number of the last operation on the wire, under `incarnation`.
    pub wire_no: OpNo,
    pub incarnation: Incarnation,
    pub chain: Chain,
}

impl PushBatch {
    pub fn first(&self) -> OpNo {
        self.ops.first().map_or(OpNo(1), |op| op.wire_no)
    }

    pub fn last(&self) -> OpNo {
        self.ops.last().map_or(OpNo(0), |op| op.wire_no)
    }

    pub fn end(&self) -> BatchEnd {
        BatchEnd {
            local_no: self.ops.last().map_or(0, |op| op.no),
            wire_no: self.last(),
            incarnation: self.incarnation,
            chain: self.chain_after,
        }
    }
}

/// What a repair request asked about.
#[derive(Clone, Debug)]
pub(super) struct RepairCall {
    pub scope: Scope,
    pub epoch: Epoch,
    pub cursor: Seq,
    /// The requested rows; empty for a comparison of buckets.
    pub wanted: Vec<RowId>,
}

/// Which of the four media calls was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaCall {
    Create,
    Status,
    Chunk { offset: u64 },
    Finish,
}
