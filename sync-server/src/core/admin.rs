//! What an operator does: codes, devices, areas, backup, health.

use super::{
    CoreError, ServerCore, auth,
    meta::SetEpoch,
    scopes::{areas_of, role_of},
};
use crate::store::{
    Cell, Column, Job, Store, StoreError, Totals, Txn,
    tables::{self, Area, Device, EnrolCode, Worker},
};
use shared::{AreaCode, DeviceId, Moment, UnitId, WorkerId, ids::Epoch, records::Role, wire::enrol::normalise_code};
use std::{collections::HashMap, path::PathBuf};

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
        let mut codes = self.issue_codes(&[worker_code]).await?;
        codes.pop().ok_or_else(|| CoreError::UnknownWorker(worker_code.to_owned()))
    }

    /// Codes for many workers at once: all or none.
    pub async fn issue_codes(&self, worker_codes: &[&str]) -> Result<Vec<IssuedCode>, CoreError> {
        let expires = self.now_ms() + i64::from(self.inner.settings.code_valid_hours) * 3_600_000;
        let issued = worker_codes.iter().map(|worker_code| IssuedCode {
            worker_code: (*worker_code).to_owned(),
            code: code_text(self.random()),
            expires: Moment::shanghai(expires),
        });
        let issued: Vec<IssuedCode> = issued.collect();
        self.inner.store.write(Issue { issued: issued.clone() }).await?;
        Ok(issued)
    }

    /// Ends a device's access; its unsent work stays sealed on it.
    pub async fn revoke_device(&self, device: DeviceId) -> Result<(), CoreError> {
        self.inner.store.write(Revoke { device, now_ms: self.now_ms() }).await
    }

    /// Devices and whose they are, by worker code.
    pub async fn devices(&self, filter: DeviceFilter) -> Result<Vec<DeviceInfo>, CoreError> {
        self.inner.store.read(ListDevices(filter)).await
    }

    /// Every area, by code.
    pub async fn area_tree(&self) -> Result<Vec<AreaEntry>, CoreError> {
        self.inner.store.read(ListAreas(None)).await
    }

    /// Areas below `code` (not itself), by code, all levels.
    pub async fn areas_under(&self, code: AreaCode) -> Result<Vec<AreaEntry>, CoreError> {
        self.inner.store.read(ListAreas(Some(code))).await
    }

    pub async fn find_worker(&self, code: &str) -> Result<Option<WorkerEntry>, CoreError> {
        Ok(self.inner.store.read(WorkerByCode(code.to_owned())).await?.map(WorkerEntry::from))
    }

    /// Copies the store, as of one moment, to a new file while the server runs.
    pub async fn backup(&self, path: PathBuf) -> Result<(), CoreError> {
        Ok(self.inner.store.backup(path).await?)
    }

    /// Marks the store as restored: devices then start their scopes over and offer acknowledged work again.
    pub async fn new_epoch(&self) -> Result<Epoch, CoreError> {
        self.inner.store.write(SetEpoch { epoch: Epoch(self.new_id()), replace: true }).await
    }

    pub async fn stats(&self) -> Result<Stats, CoreError> {
        self.inner.store.read(Count).await
    }

    /// Asks the writer and a reader once.
    pub async fn healthy(&self) -> Result<(), CoreError> {
        let epoch = Epoch(self.new_id());
        let written = self.inner.store.write(SetEpoch { epoch, replace: false }).await?;
        let read = self.inner.store.read(ReadEpoch).await?;
        if written == read { Ok(()) } else { Err(StoreError::Backend("reads and writes disagree".into()).into()) }
    }
}

/// 50 random bits as ten characters of Crockford base 32, `ABCDE-12345`.
fn code_text(random: [u8; 8]) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = u64::from_be_bytes(random);
    let mut text: String = (0..10).map(|i| char::from(DIGITS[(bits >> (i * 5) & 31) as usize])).collect();
    text.insert(5, '-');
    text
}

struct Issue {
    issued: Vec<IssuedCode>,
}

impl Job for Issue {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        let cells: Vec<Cell<'_>> = self.issued.iter().map(|i| Cell::Text(&i.worker_code)).collect();
        let workers = txn.find::<Worker>("code", &cells).await?;
        let by_code: HashMap<&str, &Worker> = workers.iter().map(|w| (w.code.as_str(), w)).collect();
        let mut codes = Vec::with_capacity(self.issued.len());
        for issued in &self.issued {
            let unknown = || CoreError::UnknownWorker(issued.worker_code.clone());
            let worker = by_code.get(issued.worker_code.as_str()).ok_or_else(unknown)?;
            if worker.left {
                return Err(CoreError::WorkerLeft(worker.code.clone()));
            }
            codes.push(EnrolCode {
                hash: auth::hash(&normalise_code(&issued.code)),
                worker: worker.id,
                expires: issued.expires.utc_ms,
                used_by: None,
                proof_hash: None,
            });
        }
        Ok(txn.put(&codes).await?)
    }
}

struct Revoke {
    device: DeviceId,
    now_ms: i64,
}

impl Job for Revoke {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        let device = txn.get::<Device>(&[(self.device,)]).await?.into_iter().next().flatten();
        let mut device = device.ok_or(CoreError::UnknownDevice)?;
        device.revoked = device.revoked.or(Some(self.now_ms));
        Ok(txn.put(&[device]).await?)
    }
}

struct ListDevices(DeviceFilter);

impl Job for ListDevices {
    type Out = Vec<DeviceInfo>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let devices = match &self.0.worker {
            Some(worker) => txn.find::<Device>("worker", &[worker.cell()]).await?,
            None => txn.with_prefix::<Device>("label", "").await?,
        };
        let keys: Vec<_> = devices.iter().map(|d| (d.worker,)).collect();
        let workers = txn.get::<Worker>(&keys).await?;
        let info = |(device, worker): (Device, Option<Worker>)| {
            let area = worker.as_ref().map(|w| w.area);
            let wanted = self.0.area.is_none_or(|wanted| area.is_some_and(|a| wanted.contains(&a)));
            let (worker_code, worker_name) = worker.map(|w| (w.code, w.name)).unwrap_or_default();
            wanted.then(|| DeviceInfo {
                id: device.id,
                worker: device.worker,
                worker_code,
                worker_name,
                area,
                label: device.label,
                enrolled: Moment::shanghai(device.enrolled),
                last_seen: Moment::shanghai(device.last_seen),
                last_op: device.last_op.0,
                revoked: device.revoked.map(Moment::shanghai),
            })
        };
        let mut list: Vec<DeviceInfo> = devices.into_iter().zip(workers).filter_map(info).collect();
        list.sort_by(|a, b| (&a.worker_code, a.enrolled).cmp(&(&b.worker_code, b.enrolled)));
        Ok(list)
    }
}

struct ListAreas(Option<AreaCode>);

impl Job for ListAreas {
    type Out = Vec<AreaEntry>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let areas = txn.with_prefix::<Area>("code", self.0.as_ref().map_or("", AreaCode::as_str)).await?;
        let mut list: Vec<AreaEntry> = areas
            .into_iter()
            .filter(|a| Some(a.code) != self.0)
            .map(|Area { code, name }| AreaEntry { code, name })
            .collect();
        list.sort_by(|a, b| a.code.as_str().cmp(b.code.as_str()));
        Ok(list)
    }
}

/// The worker with an office code.
pub(super) struct WorkerByCode(pub String);

impl Job for WorkerByCode {
    type Out = Option<Worker>;
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, StoreError> {
        Ok(txn.find::<Worker>("code", &[Cell::Text(&self.0)]).await?.into_iter().next())
    }
}

struct Count;

impl Job for Count {
    type Out = Stats;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Stats, CoreError> {
        let Totals { records, ops, devices, photos_pending } = tables::figures::totals(txn).await?;
        Ok(Stats { records, ops, devices, photos_pending })
    }
}

struct ReadEpoch;

impl Job for ReadEpoch {
    type Out = Epoch;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Epoch, CoreError> {
        Ok(super::meta::epoch(txn).await?)
    }
}

impl From<Worker> for WorkerEntry {
    fn from(worker: Worker) -> Self {
        Self {
            role: role_of(&worker),
            areas: areas_of(&worker),
            id: worker.id,
            code: worker.code,
            name: worker.name,
            area: worker.area,
            unit: worker.unit,
            left: worker.left,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_as_it_was_written_and_uses_no_letter_that_looks_like_a_digit() {
        for seed in 0u64..200 {
            let text = code_text(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
            assert_eq!(text.len(), 11);
            assert_eq!(normalise_code(&text.to_lowercase()), text.replace('-', ""), "{text}");
        }
    }
}
