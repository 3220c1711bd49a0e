//! The author of an operation, and the author's relation to the record. The server determines both; the rules only
//! read them.

use crate::{DeviceId, UnitId, WorkerId};

/// The author's relation to the record at the time of the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The server itself, or an import by an administrator.
    Server,
    /// Supervisor or administrator over the record's area.
    Supervisor,
    /// Paired to the recipient, serves the village, or wrote the record.
    InCare,
    /// Was in care, but no longer when the operation was made.
    Former,
    /// Was never in care.
    Stranger,
}

/// The author of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    pub worker: WorkerId,
    pub device: DeviceId,
    pub unit: Option<UnitId>,
    pub relation: Relation,
}

impl Actor {
    /// True for supervisors, administrators, imports and the server.
    pub fn is_office(&self) -> bool {
        matches!(self.relation, Relation::Server | Relation::Supervisor)
    }
}
