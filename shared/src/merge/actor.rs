//! Who is speaking, and what they may do. The server finds out, the rules only ask.

use crate::{DeviceId, UnitId, WorkerId};

/// How the author of an operation stands to the record, when the operation was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The server itself, or an import by an administrator.
    Server,
    /// Supervisor or administrator over the record's area.
    Supervisor,
    /// Cares for the recipient, serves the village, or wrote the record.
    InCare,
    /// Did, but no longer when the operation was made.
    Former,
    /// Never did.
    Stranger,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    pub worker: WorkerId,
    pub device: DeviceId,
    pub unit: Option<UnitId>,
    pub relation: Relation,
}

impl Actor {
    pub fn is_office(&self) -> bool {
        matches!(self.relation, Relation::Server | Relation::Supervisor)
    }
}
