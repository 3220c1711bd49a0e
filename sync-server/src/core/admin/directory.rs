//! Areas and workers, as the office looks them up.

use crate::{
    core::{
        apply::scopes::{areas_of, role_of},
        error::CoreError,
        server::ServerCore,
    },
    store::{
        Cell, Job, Store, StoreError, Txn,
        tables::{Area, Worker},
    },
};
use shared::{AreaCode, UnitId, WorkerId, records::Role};

/// An area and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaEntry {
    pub code: AreaCode,
    pub name: String,
}

/// A worker of the roster.
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

impl<S: Store> ServerCore<S> {
    /// Every area, sorted by code.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn area_tree(&self) -> Result<Vec<AreaEntry>, CoreError> {
        self.inner.store.read(ListAreas(None)).await
    }

    /// All areas below `code`, without `code` itself, sorted by code.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn areas_under(&self, code: AreaCode) -> Result<Vec<AreaEntry>, CoreError> {
        self.inner.store.read(ListAreas(Some(code))).await
    }

    /// The worker with the office's code.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn find_worker(&self, code: &str) -> Result<Option<WorkerEntry>, CoreError> {
        Ok(self.inner.store.read(WorkerByCode(code.to_owned())).await?.map(WorkerEntry::from))
    }
}

/// Areas below a code, or all.
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

/// The worker with the office's code.
pub struct WorkerByCode(pub String);

impl Job for WorkerByCode {
    type Out = Option<Worker>;
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, StoreError> {
        Ok(txn.find::<Worker>("code", &[Cell::Text(&self.0)]).await?.into_iter().next())
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
