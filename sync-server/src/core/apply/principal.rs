//! Who makes a change.

use super::{evaluation::EvaluationTime, working_set::WorkingSet};
use crate::store::tables::Worker;
use shared::{AreaCode, DeviceId, WorkerId};

/// Who says it.
pub enum Principal<'a> {
    /// A device of this worker; `revoked` is when its access ended (UTC ms), where that is so. What it recorded afterwards can
    /// still come in a bundle.
    Device { worker: &'a Worker, device: DeviceId, revoked: Option<i64> },
    /// The server or an import, on behalf of somebody at the console (nil for no one).
    Office { by: WorkerId },
}

impl Principal<'_> {
    pub fn worker(&self) -> WorkerId {
        match self {
            Self::Device { worker, .. } => worker.id,
            Self::Office { by } => *by,
        }
    }
    pub fn device(&self) -> DeviceId {
        match self {
            Self::Device { device, .. } => *device,
            Self::Office { .. } => DeviceId::NIL,
        }
    }
    /// Something that was done after this principal's access had ended.
    pub fn had_lost_access(&self, when: EvaluationTime) -> bool {
        matches!(self, Self::Device { revoked: Some(at), .. } if when.hlc.ms() >= *at)
    }
    /// The person's name, where it is known.
    pub fn name(&self, working_set: &WorkingSet) -> Option<String> {
        match self {
            Self::Device { worker, .. } => Some(worker.name.clone()),
            Self::Office { by } => working_set.worker(*by).map(|w| w.name.clone()),
        }
    }
    pub fn home(&self) -> Option<AreaCode> {
        match self {
            Self::Device { worker, .. } => Some(worker.area),
            Self::Office { .. } => None,
        }
    }
}
