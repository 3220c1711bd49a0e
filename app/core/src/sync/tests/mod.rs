//! Sync against a server whose replies a test plans. Against the real server: `app/core/tests/`, and here `large` and
//! `repair`.

mod bundle;
mod compacting;
mod decided;
mod large;
mod media;
mod metered;
mod pipeline;
mod pull;
mod push;
mod repair;
mod restored;
mod run;
mod versions;

use super::{Step, run_to_end};
use crate::{
    Command, Core, Paths, Reply,
    store::{Enrolment, local_row, meta, outbox, record},
    testing::TestEnv,
    views::SyncView,
};
use shared::{
    Change, Fields, Kind, Moment, Row, RowId,
    chain::Chain,
    ids::{Epoch, Incarnation, OpNo, Rev, Seq, UploadId, WorkerId},
    op::Op,
    protocol::{Answer, SyncProtocol},
    records::Role,
    seal::SealPublic,
    wire::{
        BundleReply, EnrolReply, EnrolRequest, MediaChunk, MediaCreate, MediaStatus, PullReply, PullRequest, PushReply,
        PushRequest, PushVerdict, RepairReply, RepairRequest, Report, ReportRequest, Scope, ScopePage, SyncError,
        Token,
    },
};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard},
};
use uuid::Uuid;

pub const ME: WorkerId = WorkerId(Uuid::from_u128(0xA1));
pub const SCOPE: Scope = Scope::Worker(ME);
pub const EPOCH: Epoch = Epoch(Uuid::from_u128(0xE1));

/// Gives the planned replies. Without a plan it accepts every push and has no news. It checks that pushes are gapless.
#[derive(Default)]
pub struct FakeServer(Mutex<FakeState>);

#[derive(Default)]
/// Planned replies, and the calls received.
pub struct FakeState {
    pub calls: Vec<&'static str>,
    pub pushes: Vec<PushRequest>,
    pub pulls: Vec<PullRequest>,
    pub chunks: Vec<(u64, usize)>,
    pub push_plan: VecDeque<Answer<PushVerdict>>,
    pub pull_plan: VecDeque<Answer<PullReply>>,
    pub media_plan: VecDeque<Answer<MediaStatus>>,
    pub bundle_plan: VecDeque<Answer<BundleReply>>,
    pub bundles: Vec<Vec<u8>>,
    /// The key that bundles are sealed to, sent to devices that name another.
    pub seal_key: Option<SealPublic>,
    pub report_plan: VecDeque<Answer<Report>>,
    pub repairs: Vec<RepairRequest>,
    /// Without a plan the server knows no repair.
    pub repair_plan: VecDeque<Answer<RepairReply>>,
    /// The newest protocol version that it speaks; `None` for all.
    pub newest: Option<u16>,
    pub epoch: Option<Epoch>,
    /// The server's clock minus the device's.
    pub ahead_ms: i64,
}

impl FakeServer {
    pub fn state(&self) -> MutexGuard<'_, FakeState> {
        self.0.lock().unwrap()
    }
    pub fn plan_push(&self, verdict: Answer<PushVerdict>) {
        self.state().push_plan.push_back(verdict);
    }
    pub fn plan_pull(&self, page: Answer<PullReply>) {
        self.state().pull_plan.push_back(page);
    }
    pub fn plan_media(&self, answers: impl IntoIterator<Item = Answer<MediaStatus>>) {
        self.state().media_plan.extend(answers);
    }
    /// The calls received since the last time.
    pub fn take_calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.state().calls)
    }
    fn media(&self, name: &'static str) -> Answer<MediaStatus> {
        self.state().calls.push(name);
        let planned = self.state().media_plan.pop_front();
        planned.unwrap_or_else(|| Err(SyncError::Offline("nothing planned".into())))
    }
}

impl FakeState {
    fn speaks(&self, proto: u16) -> Answer<()> {
        match self.newest {
            Some(newest) if proto > newest => Err(SyncError::refused(shared::wire::ErrorCode::ProtocolTooNew)),
            _ => Ok(()),
        }
    }
}

pub fn ops(request: &PushRequest) -> Vec<Op> {
    request.ops.iter().map(|raw| serde_json::from_str(raw.get()).unwrap()).collect()
}

/// The operation numbers of a push, including operations that this build cannot read.
fn raw_numbers(request: &PushRequest) -> Vec<u64> {
    let number = |raw: &serde_json::value::RawValue| {
        serde_json::from_str::<serde_json::Value>(raw.get()).unwrap()["op_no"].as_u64().unwrap()
    };
    request.ops.iter().map(|raw| number(raw)).collect()
}

pub fn numbers(request: &PushRequest) -> Vec<u64> {
    ops(request).iter().map(|op| op.no.0).collect()
}

impl SyncProtocol for FakeServer {
    async fn enrol(&self, request: EnrolRequest) -> Answer<EnrolReply> {
        self.state().calls.push("enrol");
        self.state().speaks(request.proto)?;
        Ok(EnrolReply {
            token: Token("new".into()),
            epoch: EPOCH,
            worker: WorkerId(Uuid::from_u128(if request.code == "0THER" { 0xA2 } else { 0xA1 })),
            name: "谷军".into(),
            role: Role::Worker,
            area: "620802101001".parse().unwrap(),
            areas: vec![],
            unit: None,
            server_now: request.client_now,
            seal_key: None,
        })
    }

    async fn push(&self, _: &Token, request: PushRequest) -> Answer<PushReply> {
        let mut state = self.state();
        state.calls.push("push");
        state.speaks(request.proto)?;
        let first = request.first_op.0;
        assert_eq!(raw_numbers(&request), (first..).take(request.ops.len()).collect::<Vec<_>>(), "gapless");
        if first == 1 {
            assert_eq!(request.chain, Chain::default());
        }
        let last = OpNo(first + request.ops.len() as u64 - 1);
        let server_now = Moment::shanghai(request.client_now.utc_ms + state.ahead_ms);
        state.pushes.push(request);
        let accepted = PushVerdict::Accepted { acked_through: last, outcomes: vec![] };
        let verdict = state.push_plan.pop_front().unwrap_or(Ok(accepted))?;
        Ok(PushReply { epoch: state.epoch.unwrap_or(EPOCH), server_now, verdict })
    }

    async fn pull(&self, _: &Token, request: PullRequest) -> Answer<PullReply> {
        let mut state = self.state();
        state.calls.push("pull");
        state.speaks(request.proto)?;
        let server_now = Moment::shanghai(request.client_now.utc_ms + state.ahead_ms);
        let cursor = request.cursors.get(&SCOPE).copied().unwrap_or_default();
        let known_key = request.keys.as_ref().and_then(|keys| keys.seal);
        state.pulls.push(request);
        let no_news = page(ScopePage { cursor, ..rows([]) }, false);
        let mut reply = state.pull_plan.pop_front().unwrap_or(Ok(no_news))?;
        reply.seal_key = state.seal_key.filter(|key| known_key != Some(key.id()));
        reply.server_now = server_now;
        reply.epoch = state.epoch.unwrap_or(EPOCH);
        Ok(reply)
    }

    async fn repair(&self, _: &Token, request: RepairRequest) -> Answer<RepairReply> {
        let mut state = self.state();
        state.calls.push("repair");
        state.repairs.push(request);
        let planned = state.repair_plan.pop_front();
        planned.unwrap_or_else(|| Err(SyncError::refused(shared::wire::ErrorCode::NotFound)))
    }

    async fn media_create(&self, _: &Token, _: MediaCreate) -> Answer<MediaStatus> {
        self.media("create")
    }
    async fn media_status(&self, _: &Token, _: UploadId) -> Answer<MediaStatus> {
        self.media("status")
    }
    async fn media_chunk(&self, _: &Token, chunk: MediaChunk) -> Answer<MediaStatus> {
        self.state().chunks.push((chunk.offset, chunk.bytes.len()));
        self.media("chunk")
    }
    async fn media_finish(&self, _: &Token, _: UploadId) -> Answer<MediaStatus> {
        self.media("finish")
    }
    async fn bundle(&self, _: &Token, bytes: Vec<u8>) -> Answer<BundleReply> {
        let mut state = self.state();
        state.calls.push("bundle");
        state.bundles.push(bytes);
        state.bundle_plan.pop_front().unwrap_or_else(|| Err(SyncError::Offline("nothing planned".into())))
    }

    async fn report(&self, _: &Token, _: ReportRequest) -> Answer<Report> {
        self.state().calls.push("report");
        let planned = self.state().report_plan.pop_front();
        planned.unwrap_or_else(|| Err(SyncError::Offline("nothing planned".into())))
    }
}

/// An unlocked, enrolled device.
pub fn device(env: &TestEnv) -> Core {
    device_at(Paths::default(), env)
}

/// An unlocked, enrolled device with its store in a folder.
pub fn device_in(env: &TestEnv, dir: &std::path::Path) -> Core {
    device_at(Paths { dir: Some(dir.to_owned()) }, env)
}

pub fn device_at(paths: Paths, env: &TestEnv) -> Core {
    let mut core = Core::open_for_tests(paths, Box::new(env.clone())).unwrap();
    core.create_vault("2486").unwrap();
    enrol(&mut core);
    core
}

pub fn enrol(core: &mut Core) {
    core.write(|tx| {
        meta::set(tx, meta::key::EPOCH, &EPOCH)?;
        Ok(tx.set_enrolment(&Enrolment {
            server: "https://lianxin.example".into(),
            token: Token("t".into()),
            worker: ME,
            name: "谷军".into(),
            role: Role::Worker,
            area: "620802101001".parse().unwrap(),
            areas: vec![],
            unit: None,
        })?)
    })
    .unwrap();
}

/// Saves feedback, the simplest record there is.
pub fn save_feedback(core: &mut Core, text: &str) -> RowId {
    let row = core
        .save(|tx| {
            let row = RowId(tx.new_id());
            let fields =
                Fields::new().with("kind", "suggestion").with("text", text).with("happened", tx.now().to_string());
            outbox::append_op(tx, &Kind::Feedback, row, Rev(0), Change::Create(fields))?;
            local_row::replay(tx, row)?;
            Ok(row)
        })
        .unwrap();
    core.saved();
    row
}

pub fn save_feedbacks(core: &mut Core, times: u32) {
    for n in 0..times {
        save_feedback(core, &n.to_string());
    }
}

pub async fn sync(core: &mut Core, server: &FakeServer) -> SyncView {
    match run_to_end(core, Command::SyncNow, server).await {
        Reply::Sync(view) => *view,
        other => panic!("{other:?}"),
    }
}

/// Starts the next step and returns its name; no reply follows.
pub fn step(core: &mut Core) -> &'static str {
    core.next_step().as_ref().map_or("none", Step::name)
}

/// A recipient as the server sends it.
pub fn recipient(n: u128, rev: u64, name: &str) -> Row {
    serde_json::from_value(serde_json::json!({
        "kind": "recipient", "id": Uuid::from_u128(n), "rev": rev, "author": Uuid::nil(), "device": Uuid::nil(),
        "hlc": "0000000000000001",
        "fields": {"code": n.to_string(), "name": name, "category": "other", "area": "620802101001"},
    }))
    .unwrap()
}

/// The row that the server makes of a record shown on this device.
pub fn as_server_row(core: &Core, row: RowId) -> Row {
    let mut row = record::local_row(core.store().unwrap().conn(), row).unwrap().expect("the record is shown");
    row.rev = Rev(1);
    row
}

pub fn rows(rows: impl IntoIterator<Item = Row>) -> ScopePage {
    let raw = rows.into_iter().map(|row| serde_json::value::to_raw_value(&row).unwrap().into()).collect();
    ScopePage { scope: SCOPE, reset: false, rows: raw, gone: vec![], cursor: Seq(1), digest: None }
}

pub fn page(scope: ScopePage, more: bool) -> PullReply {
    PullReply {
        epoch: EPOCH,
        server_now: Moment::shanghai(0),
        scopes: vec![scope],
        dropped: vec![],
        more,
        told: vec![],
        seal_key: None,
    }
}

pub fn shown(core: &Core, row: RowId) -> bool {
    record::local_row(core.store().unwrap().conn(), row).unwrap().is_some()
}

pub fn incarnation(core: &Core) -> Incarnation {
    meta::get(core.store().unwrap().conn(), meta::key::INCARNATION).unwrap().unwrap_or(meta::FIRST_INCARNATION)
}
