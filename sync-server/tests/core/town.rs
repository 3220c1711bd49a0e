//! A town for tests: two townships, workers, recipients, pairings; and phones that speak the protocol.

use serde_json::{Value, json, value::RawValue};
use shared::{
    AreaCode, Change, DeviceId, Fields, Hlc, HlcClock, Kind, Moment, Op, OpId, OpOutcome, Outcome, RecipientId, Row,
    RowId, WorkerId,
    chain::Chain,
    digest::Digest,
    ids::{Epoch, Incarnation, OpNo, Rev, Seq, id_from_code},
    protocol::SyncProtocol,
    wire::{
        EnrolRequest, PullReply, PullRequest, PushReply, PushRequest, PushVerdict, Report, ReportRequest, Scope,
        SyncError, Token,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use sync_server::{
    core::{OfficeChange, OfficeReply, Settings, StoredObjects, TestEnv, Viewer},
    data::LocalCore,
    store::{
        Column, Job, Store, StoreError, Txn,
        tables::{OpLog, Record},
    },
};
use uuid::Uuid;

use super::Place;

/// 2026-03-02 10:00 in Shanghai, a Monday.
pub const START_MS: i64 = 1_772_416_800_000;
pub const DAY_MS: i64 = 86_400_000;
pub const VILLAGE: &str = "620826101201";
pub const VILLAGE_2: &str = "620826101202";
pub const OTHER_TOWNSHIP: &str = "620826102201";

static NEXT: AtomicU64 = AtomicU64::new(1);

/// An id nobody else has in this run.
pub fn fresh() -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(NEXT.fetch_add(1, Ordering::Relaxed)))
}

pub struct Town {
    pub core: LocalCore,
    pub env: Arc<TestEnv>,
    pub folder: PathBuf,
    place: Place,
}

impl Drop for Town {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub fn worker(code: &str) -> WorkerId {
    WorkerId(id_from_code("worker", code))
}
pub fn recipient(code: &str) -> RecipientId {
    RecipientId(id_from_code("recipient", code))
}
pub fn pairing(worker: &str, recipient: &str) -> RowId {
    RowId(id_from_code("pairing", &format!("{worker}/{recipient}")))
}
pub fn fields(value: Value) -> Fields {
    serde_json::from_value(value).unwrap()
}
pub fn area(code: &str) -> AreaCode {
    code.parse().unwrap()
}

pub fn create(kind: Kind, row: impl Into<RowId>, value: Value) -> OfficeChange {
    OfficeChange { kind, row: row.into(), change: Change::Create(fields(value)) }
}
pub fn set(kind: Kind, row: impl Into<RowId>, value: Value) -> OfficeChange {
    OfficeChange { kind, row: row.into(), change: Change::Set(fields(value)) }
}
pub fn new_worker(code: &str, role: &str, at: &str, areas: &[&str]) -> OfficeChange {
    let value = json!({"code": code, "name": format!("干部{code}"), "area": at, "role": role, "areas": areas});
    create(Kind::Worker, worker(code), value)
}
pub fn new_recipient(code: &str, at: &str) -> OfficeChange {
    let value = json!({"code": code, "name": format!("对象{code}"), "category": "destitute_home", "area": at,
        "phone": "13900000000", "tags": ["lives-alone"]});
    create(Kind::Recipient, recipient(code), value)
}
pub fn new_pairing(w: &str, r: &str, start: &str) -> OfficeChange {
    let value = json!({"worker": worker(w), "recipient": recipient(r), "role": "paired", "start": start});
    create(Kind::Pairing, pairing(w, r), value)
}

impl Town {
    /// Workers W1 (R1, R2) and W2 (R2, R3), supervisor S1 of township 101, administrator A1 of the city; R1 and R2 live
    /// in the first village, R3 in the second, R4 in the other township with nobody.
    pub async fn new() -> Self {
        let town = Self::empty().await;
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
        town.office(changes).await;
        town
    }

    pub async fn empty() -> Self {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("lianxin-town-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let env = Arc::new(TestEnv::new(START_MS));
        let place = Place::new();
        let core = open(&place, &folder, &env).await;
        Self { core, env, folder, place }
    }

    pub async fn office(&self, changes: Vec<OfficeChange>) -> OfficeReply {
        self.core.apply_office(changes).await.unwrap()
    }

    /// An enrolled phone of a worker.
    pub async fn phone(&self, code: &str) -> Phone {
        let issued = self.core.issue_code(code).await.unwrap();
        let device = DeviceId(fresh());
        let reply = self.core.enrol(enrol_request(&issued.code, device, "a")).await.unwrap();
        Phone::new(self, device, reply.token, reply.worker)
    }

    pub async fn viewer(&self, code: &str) -> Viewer {
        self.core.viewer_by_worker(worker(code)).await.unwrap().unwrap()
    }

    pub async fn report(&self, at: &str, period: &str) -> Report {
        let request = ReportRequest { area: area(at), period: period.parse().unwrap(), category: None };
        self.core.report_for(&self.viewer("A1").await, request).await.unwrap()
    }

    /// The same store opened once more: as after a restart, or by a second server.
    pub async fn open_again(&self) -> LocalCore {
        open(&self.place, &self.folder, &self.env).await
    }

    /// Every record, straight from the store.
    pub async fn every_row(&self) -> Vec<Row> {
        self.core.store().read(EveryRow).await.unwrap()
    }

    /// What the log says of a record.
    pub async fn logged(&self, row: RowId) -> Vec<OpLog> {
        self.core.store().read(Logged(row)).await.unwrap()
    }

    /// A record as the server has it.
    pub async fn row(&self, id: impl Into<RowId>) -> Row {
        self.find(id).await.expect("the server has the record")
    }
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

pub async fn open(place: &Place, folder: &std::path::Path, env: &Arc<TestEnv>) -> LocalCore {
    let objects = Arc::new(StoredObjects::folder(folder.join("objects")).unwrap());
    LocalCore::open(place.open(folder).await, objects, env.clone(), Settings::default()).await.unwrap()
}

pub fn enrol_request(code: &str, device: DeviceId, proof: &str) -> EnrolRequest {
    EnrolRequest {
        proto: 1,
        code: code.into(),
        device,
        proof: proof.repeat(64),
        label: "Android 12".into(),
        client_now: Moment::shanghai(START_MS),
        sign_key: None,
    }
}

/// A phone: its outbox, what it holds of each scope, its clock's error.
pub struct Phone {
    pub core: LocalCore,
    env: Arc<TestEnv>,
    pub id: DeviceId,
    pub token: Token,
    pub worker: WorkerId,
    pub incarnation: Incarnation,
    pub sent: OpNo,
    pub chain: Chain,
    clock: HlcClock,
    /// Milliseconds that this phone's clock is ahead.
    pub skew: i64,
    pub outbox: Vec<Op>,
    pub epoch: Option<Epoch>,
    pub cursors: BTreeMap<Scope, Seq>,
    /// Operations whose outcome it asks after.
    pub ask: Vec<OpId>,
    pub held: BTreeMap<Scope, BTreeSet<RowId>>,
    pub rows: HashMap<RowId, Row>,
}

impl Phone {
    pub fn new(town: &Town, id: DeviceId, token: Token, worker: WorkerId) -> Self {
        Self {
            core: town.core.clone(),
            env: town.env.clone(),
            id,
            token,
            worker,
            incarnation: Incarnation(1),
            sent: OpNo(0),
            chain: Chain::default(),
            clock: HlcClock::default(),
            skew: 0,
            outbox: Vec::new(),
            epoch: None,
            cursors: BTreeMap::new(),
            ask: Vec::new(),
            held: BTreeMap::new(),
            rows: HashMap::new(),
        }
    }

    pub fn now(&self) -> i64 {
        use sync_server::core::Env;
        self.env.now_ms() + self.skew
    }

    /// Saves an operation; its base is the revision this phone holds.
    pub fn save(&mut self, kind: Kind, row: impl Into<RowId>, change: Change) -> OpId {
        let row = row.into();
        let op = Op {
            id: OpId(fresh()),
            no: OpNo(self.sent.0 + self.outbox.len() as u64 + 1),
            base: self.rows.get(&row).map_or(Rev(0), |r| r.rev),
            hlc: self.clock.tick(self.now()),
            kind,
            row,
            change,
        };
        self.outbox.push(op.clone());
        op.id
    }

    pub fn visit(&mut self, who: &str) -> RowId {
        let at = Moment::shanghai(self.now()).to_string();
        let value = json!({"recipient": recipient(who), "mode": "home", "happened": at, "presence": "found"});
        self.create(Kind::Visit, value)
    }

    pub fn create(&mut self, kind: Kind, value: Value) -> RowId {
        let row = RowId(fresh());
        self.save(kind, row, Change::Create(fields(value)));
        row
    }

    pub fn set(&mut self, kind: Kind, row: impl Into<RowId>, value: Value) -> OpId {
        self.save(kind, row, Change::Set(fields(value)))
    }

    /// A push of everything in the outbox.
    pub fn request(&self) -> PushRequest {
        let raw = |op: &Op| serde_json::value::to_raw_value(op).unwrap();
        self.request_of(self.outbox.iter().map(raw).collect())
    }

    pub fn request_of(&self, ops: Vec<Box<RawValue>>) -> PushRequest {
        PushRequest {
            proto: 1,
            caps: Vec::new(),
            device: self.id,
            incarnation: self.incarnation,
            first_op: self.sent.next(),
            chain: self.chain,
            client_now: Moment::shanghai(self.now()),
            ops,
        }
    }

    pub async fn send(&self, request: PushRequest) -> Result<PushReply, SyncError> {
        self.core.push(&self.token, request).await
    }

    /// Notes a push as acknowledged.
    pub fn acknowledge(&mut self, request: &PushRequest) {
        self.chain = request.ops.iter().fold(request.chain, |chain, op| chain.then(op.get()));
        self.sent = OpNo(request.first_op.0 - 1 + request.ops.len() as u64);
        self.outbox.clear();
    }

    /// Sends the outbox and returns the outcomes that need attention.
    pub async fn push(&mut self) -> Vec<OpOutcome> {
        let request = self.request();
        let reply = self.send(request.clone()).await.unwrap();
        let PushVerdict::Accepted { acked_through, outcomes } = reply.verdict else {
            panic!("not accepted: {:?}", reply.verdict)
        };
        self.acknowledge(&request);
        assert_eq!(acked_through, self.sent);
        outcomes
    }

    /// Pushes and expects exactly one outcome.
    pub async fn push_one(&mut self) -> Outcome {
        let mut outcomes = self.push().await;
        assert!(outcomes.len() <= 1, "{outcomes:?}");
        outcomes.pop().map_or(Outcome::Applied, |o| o.outcome)
    }

    pub async fn pull_page(&mut self) -> PullReply {
        let request = PullRequest {
            proto: 1,
            device: self.id,
            epoch: self.epoch,
            cursors: self.cursors.clone(),
            client_now: Moment::shanghai(self.now()),
            ask: self.ask.clone(),
            keys: None,
        };
        let reply = self.core.pull(&self.token, request).await.unwrap();
        self.epoch = Some(reply.epoch);
        for scope in &reply.dropped {
            self.cursors.remove(scope);
            self.held.remove(scope);
        }
        for page in &reply.scopes {
            let held = self.held.entry(page.scope).or_default();
            if page.reset {
                held.clear();
            }
            for raw in &page.rows {
                let row: Row = serde_json::from_str(raw.get()).unwrap();
                held.insert(row.id);
                self.rows.insert(row.id, row);
            }
            for gone in &page.gone {
                held.remove(gone);
            }
            self.cursors.insert(page.scope, page.cursor);
        }
        if !reply.dropped.is_empty() || reply.scopes.iter().any(|p| p.reset || !p.gone.is_empty()) {
            let everything: BTreeSet<RowId> = self.held.values().flatten().copied().collect();
            self.rows.retain(|id, _| everything.contains(id));
        }
        reply
    }

    /// Pulls to the end and checks every digest against what this phone holds. Returns the number of pages.
    pub async fn pull(&mut self) -> usize {
        for pages in 1.. {
            assert!(pages < 1000, "a pull that never ends");
            let reply = self.pull_page().await;
            if reply.more {
                continue;
            }
            for page in &reply.scopes {
                let mut own = Digest::default();
                for id in &self.held[&page.scope] {
                    own.add(*id, self.rows[id].rev);
                }
                assert_eq!(page.digest, Some(own), "digest of {}", page.scope);
            }
            return pages;
        }
        0
    }

    pub fn holds(&self, row: impl Into<RowId>) -> bool {
        self.rows.contains_key(&row.into())
    }

    /// How many records of a kind it holds.
    pub fn count(&self, kind: &Kind) -> usize {
        self.rows.values().filter(|r| r.kind == *kind).count()
    }
}

pub fn hlc_at(ms: i64) -> Hlc {
    Hlc::new(ms, 0)
}
