//! Fixture of the core's tests: a county with two townships, workers, recipients and pairings; and phones that speak
//! the protocol.

use super::StoreLocation;
pub use super::{phone::*, records::*};
use serde_json::json;
use shared::{
    DeviceId, Kind, Row, RowId,
    ids::id_from_code,
    protocol::SyncProtocol,
    wire::{Report, ReportRequest},
};
use std::{path::PathBuf, sync::Arc};
use sync_server::{
    core::{ChangeCounts, OfficeChange, Settings, StoredObjects, TestEnv, Viewer},
    data::LocalCore,
    store::{
        Column, Job, Store, StoreError, Txn,
        tables::{OpLog, Record},
    },
};

/// A server core on a store of its own, with a clock that the test sets.
pub struct Fixture {
    pub core: LocalCore,
    pub env: Arc<TestEnv>,
    pub folder: PathBuf,
    place: StoreLocation,
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Fixture {
    /// Workers W1 (R1, R2) and W2 (R2, R3), supervisor S1 of township 101, administrator A1 of the city; R1 and R2 live
    /// in the first village, R3 in the second, R4 in the other township without a pairing.
    pub async fn new() -> Self {
        let fixture = Self::empty().await;
        let areas = [
            ("6208", "平凉市"),
            ("620826", "静宁县"),
            ("620826101", "甲镇"),
            ("620826102", "乙镇"),
            (VILLAGE, "一村"),
            (VILLAGE_2, "二村"),
            (OTHER_TOWNSHIP, "三村"),
        ];
        let mut changes: Vec<OfficeChange> = areas
            .iter()
            .map(|(code, name)| {
                create(Kind::Area, RowId(id_from_code("area", code)), json!({"code": code, "name": name}))
            })
            .collect();
        changes.extend([
            new_worker("W1", "worker", "620826101", &[]),
            new_worker("W2", "worker", "620826101", &[]),
            new_worker("S1", "supervisor", "620826101", &["620826101"]),
            new_worker("A1", "administrator", "6208", &["6208"]),
            new_recipient("R1", VILLAGE),
            new_recipient("R2", VILLAGE),
            new_recipient("R3", VILLAGE_2),
            new_recipient("R4", OTHER_TOWNSHIP),
            new_pairing("W1", "R1", "2026-01-01"),
            new_pairing("W1", "R2", "2026-01-01"),
            new_pairing("W2", "R2", "2026-01-01"),
            new_pairing("W2", "R3", "2026-01-01"),
        ]);
        fixture.office(changes).await;
        fixture
    }

    /// A store without records.
    pub async fn empty() -> Self {
        let n = next_number();
        let folder = std::env::temp_dir().join(format!("lianxin-core-test-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let env = Arc::new(TestEnv::new(START_MS));
        let place = StoreLocation::new();
        let core = open(&place, &folder, &env).await;
        Self { core, env, folder, place }
    }

    /// Applies changes by the office.
    pub async fn office(&self, changes: Vec<OfficeChange>) -> ChangeCounts {
        self.core.apply_office(changes).await.unwrap()
    }

    /// An enrolled phone of a worker.
    pub async fn phone(&self, code: &str) -> Phone {
        let issued = self.core.issue_code(code).await.unwrap();
        let device = DeviceId(fresh());
        let reply = self.core.enrol(enrol_request(&issued.code, device, "a")).await.unwrap();
        Phone::new(self, device, reply.token, reply.worker)
    }

    /// A viewer of the console, by worker code.
    pub async fn viewer(&self, code: &str) -> Viewer {
        self.core.viewer_by_worker(worker(code)).await.unwrap().unwrap()
    }

    /// The report of an area as the administrator sees it.
    pub async fn report(&self, at: &str, period: &str) -> Report {
        let request = ReportRequest { area: area(at), period: period.parse().unwrap(), category: None };
        self.core.report_for(&self.viewer("A1").await, request).await.unwrap()
    }

    /// Opens the same store again, as after a restart or by a second server.
    pub async fn open_again(&self) -> LocalCore {
        open(&self.place, &self.folder, &self.env).await
    }

    /// Every record, read from the store.
    pub async fn every_row(&self) -> Vec<Row> {
        self.core.store().read(EveryRow).await.unwrap()
    }

    /// The log entries of a record.
    pub async fn logged(&self, row: RowId) -> Vec<OpLog> {
        self.core.store().read(Logged(row)).await.unwrap()
    }

    /// A record of the server.
    pub async fn row(&self, id: impl Into<RowId>) -> Row {
        self.find(id).await.expect("the server has the record")
    }
    /// A record of the server, if there is one.
    pub async fn find(&self, id: impl Into<RowId>) -> Option<Row> {
        self.core.rows(vec![id.into()]).await.unwrap().pop()
    }
}

struct EveryRow;

impl Job for EveryRow {
    type Out = Vec<Row>;
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<Row>, StoreError> {
        let records = txn.with_prefix::<Record>("area_feed", "").await?;
        Ok(records.iter().map(|r| serde_json::from_str(&r.doc).unwrap()).collect())
    }
}

struct Logged(RowId);

impl Job for Logged {
    type Out = Vec<OpLog>;
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<OpLog>, StoreError> {
        txn.find::<OpLog>("row", &[self.0.cell()]).await
    }
}

/// Opens a core on a store; photos are in `folder`.
pub async fn open(place: &StoreLocation, folder: &std::path::Path, env: &Arc<TestEnv>) -> LocalCore {
    let objects = Arc::new(StoredObjects::folder(folder.join("objects")).unwrap());
    LocalCore::open(place.open(folder).await, objects, env.clone(), Settings::default()).await.unwrap()
}
