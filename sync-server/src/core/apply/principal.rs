//! Who makes a change.

use super::{evaluation::EvaluationTime, working_set::WorkingSet};
use crate::store::tables::Worker;
use shared::{AreaCode, DeviceId, WorkerId};

/// Who makes a change: a device of a worker, or the office.
pub enum Principal<'a> {
    /// A device of this worker. `revoked` is when its access ended (UTC milliseconds), if it did: operations recorded
    /// afterwards can still come in a bundle.
    Device { worker: &'a Worker, device: DeviceId, revoked: Option<i64> },
    /// The server or an import, on behalf of a person at the console (nil for none).
    Office { by: WorkerId },
}

impl Principal<'_> {
    /// The author; nil for the server itself.
    pub fn worker(&self) -> WorkerId {
        match self {
            Self::Device { worker, .. } => worker.id,
            Self::Office { by } => *by,
        }
    }
    /// The device; nil for the office.
    pub fn device(&self) -> DeviceId {
        match self {
            Self::Device { device, .. } => *device,
            Self::Office { .. } => DeviceId::NIL,
        }
    }
    /// True for an operation made after this principal's access had ended.
    pub fn had_lost_access(&self, time: EvaluationTime) -> bool {
        matches!(self, Self::Device { revoked: Some(at), .. } if time.hlc.ms() >= *at)
    }
    /// The person's name, if it is known.
    pub fn name(&self, working_set: &WorkingSet) -> Option<String> {
        match self {
            Self::Device { worker, .. } => Some(worker.name.clone()),
            Self::Office { by } => working_set.worker(*by).map(|w| w.name.clone()),
        }
    }
    /// The area in which the author is counted.
    pub fn home_area(&self) -> Option<AreaCode> {
        match self {
            Self::Device { worker, .. } => Some(worker.area),
            Self::Office { .. } => None,
        }
    }
}
