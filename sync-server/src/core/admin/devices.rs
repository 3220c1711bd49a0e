//! Enrolled devices, as the office lists and revokes them.

use crate::{
    core::{error::CoreError, server::ServerCore},
    store::{
        Column, Job, Store, Txn,
        tables::{Device, Worker},
    },
};
use shared::{AreaCode, DeviceId, Moment, WorkerId};

/// Which devices to list; an empty filter lists all.
#[derive(Clone, Debug, Default)]
pub struct DeviceFilter {
    pub worker: Option<WorkerId>,
    /// Devices of workers counted inside this area.
    pub area: Option<AreaCode>,
}

/// A device and its worker.
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
    /// Number of the last operation of the current incarnation.
    pub last_op: u64,
    pub revoked: Option<Moment>,
}

impl<S: Store> ServerCore<S> {
    /// Ends a device's access; its unsent work stays sealed on the device.
    ///
    /// # Errors
    ///
    /// [`CoreError::UnknownDevice`], or the store failed.
    pub async fn revoke_device(&self, device: DeviceId) -> Result<(), CoreError> {
        self.inner.store.write(RevokeDevice { device, now_ms: self.now_ms() }).await
    }

    /// Devices with their workers, sorted by worker code.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn devices(&self, filter: DeviceFilter) -> Result<Vec<DeviceInfo>, CoreError> {
        self.inner.store.read(ListDevices(filter)).await
    }
}

struct RevokeDevice {
    device: DeviceId,
    now_ms: i64,
}

impl Job for RevokeDevice {
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
            let in_area = self.0.area.is_none_or(|wanted| area.is_some_and(|a| wanted.contains(&a)));
            let (worker_code, worker_name) = worker.map(|w| (w.code, w.name)).unwrap_or_default();
            in_area.then(|| DeviceInfo {
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
