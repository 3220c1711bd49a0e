//! What an operator does: codes, devices, areas, backup, health.

use super::{CoreError, ServerCore};
use crate::store::Store;
use shared::{AreaCode, DeviceId, Moment, UnitId, WorkerId, ids::Epoch, records::Role};
use std::path::PathBuf;

/// A one-time code for one worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedCode {
    pub worker_code: String,
    /// Ten characters of Crockford base 32, with a hyphen in the middle for reading.
    pub code: String,
    pub expires: Moment,
}

/// Which devices to list; an empty filter lists all.
#[derive(Clone, Debug, Default)]
pub struct DeviceFilter {
    pub worker: Option<WorkerId>,
    /// Devices of workers counted inside this area.
    pub area: Option<AreaCode>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DeviceInfo {
    pub id: DeviceId,
    pub worker: WorkerId,
    pub worker_code: String,
    pub worker_name: String,
    /// Where the worker is counted.
    pub area: Option<AreaCode>,
    pub label: String,
    pub enrolled: Moment,
    pub last_seen: Moment,
    /// Operations received under the present incarnation.
    pub last_op: u64,
    pub revoked: Option<Moment>,
}

/// An area and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaEntry {
    pub code: AreaCode,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct WorkerEntry {
    pub id: WorkerId,
    pub code: String,
    pub name: String,
    pub role: Role,
    pub area: AreaCode,
    pub areas: Vec<AreaCode>,
    pub unit: Option<UnitId>,
    pub left: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub records: u64,
    pub ops: u64,
    pub devices: u64,
    /// Photos recorded whose bytes have not arrived.
    pub photos_pending: u64,
}

impl<S: Store> ServerCore<S> {
    /// A one-time code for a worker, valid for the set number of hours.
    pub async fn issue_code(&self, worker_code: &str) -> Result<IssuedCode, CoreError> {
        let _ = worker_code;
        todo!()
    }
    /// Codes for many workers at once: all or none.
    pub async fn issue_codes(&self, worker_codes: &[&str]) -> Result<Vec<IssuedCode>, CoreError> {
        let _ = worker_codes;
        todo!()
    }
    /// Ends a device's access; its unsent work stays sealed on it.
    pub async fn revoke_device(&self, device: DeviceId) -> Result<(), CoreError> {
        let _ = device;
        todo!()
    }
    pub async fn devices(&self, filter: DeviceFilter) -> Result<Vec<DeviceInfo>, CoreError> {
        let _ = filter;
        todo!()
    }
    /// Every area, by code.
    pub async fn area_tree(&self) -> Result<Vec<AreaEntry>, CoreError> {
        todo!()
    }
    /// Areas below `code` (not itself), by code, all levels.
    pub async fn areas_under(&self, code: AreaCode) -> Result<Vec<AreaEntry>, CoreError> {
        let _ = code;
        todo!()
    }
    pub async fn find_worker(&self, code: &str) -> Result<Option<WorkerEntry>, CoreError> {
        let _ = code;
        todo!()
    }
    /// Copies the store, as of one moment, to a new file while the server runs.
    pub async fn backup(&self, path: PathBuf) -> Result<(), CoreError> {
        let _ = path;
        todo!()
    }
    /// Marks the store as restored: devices then start their scopes over and offer acknowledged work again.
    pub async fn new_epoch(&self) -> Result<Epoch, CoreError> {
        todo!()
    }
    pub async fn stats(&self) -> Result<Stats, CoreError> {
        todo!()
    }
    /// Reads and writes once.
    pub async fn healthy(&self) -> Result<(), CoreError> {
        todo!()
    }
}
