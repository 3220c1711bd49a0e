//! Repair against the real server's core: whatever differs on a device, the device converges, and only the differing
//! rows are sent.

use super::*;
use crate::store::member;
use proptest::prelude::*;
use rusqlite::Connection;
use shared::{
    digest::bucket_of,
    records::{Notice, Record},
    wire::{ErrorCode, REPAIR_BYTES_MAX, REPAIR_WANT_MAX, RepairReply, RepairRequest},
};
use std::collections::{BTreeMap, BTreeSet};
use sync_server::{
    core::OfficeChange,
    testing::{SampleRoster, TestServer},
};

/// 300 notices: more than one row in some buckets, none in others.
const NOTICES: usize = 300;

/// The server's core; records repair calls and counts pulled rows.
struct ObservedServer<'a> {
    server: &'a TestServer,
    seen: Mutex<Vec<(RepairRequest, RepairReply)>>,
    pulled_rows: Mutex<usize>,
    broken: bool,
}

impl<'a> ObservedServer<'a> {
    fn new(server: &'a TestServer) -> Self {
        Self { server, seen: Mutex::default(), pulled_rows: Mutex::new(0), broken: false }
    }
    fn take(&self) -> (Vec<(RepairRequest, RepairReply)>, usize) {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        (seen, std::mem::take(&mut *self.pulled_rows.lock().unwrap()))
    }
}

impl SyncProtocol for ObservedServer<'_> {
    async fn enrol(&self, request: EnrolRequest) -> Answer<EnrolReply> {
        self.server.core().enrol(request).await
    }
    async fn push(&self, token: &Token, request: PushRequest) -> Answer<PushReply> {
        self.server.core().push(token, request).await
    }
    async fn pull(&self, token: &Token, request: PullRequest) -> Answer<PullReply> {
        let reply = self.server.core().pull(token, request).await?;
        *self.pulled_rows.lock().unwrap() += reply.scopes.iter().map(|s| s.rows.len()).sum::<usize>();
        Ok(reply)
    }
    async fn repair(&self, token: &Token, request: RepairRequest) -> Answer<RepairReply> {
        if self.broken {
            return Err(SyncError::refused(ErrorCode::Internal));
        }
        let reply = self.server.core().repair(token, request.clone()).await?;
        self.seen.lock().unwrap().push((request, reply.clone()));
        Ok(reply)
    }
    async fn bundle(&self, _: &Token, _: Vec<u8>) -> Answer<BundleReply> {
        unreachable!("no bundle is relayed here")
    }
    async fn media_create(&self, _: &Token, _: MediaCreate) -> Answer<MediaStatus> {
        unreachable!("no photo is taken here")
    }
    async fn media_status(&self, _: &Token, _: UploadId) -> Answer<MediaStatus> {
        unreachable!("no photo is taken here")
    }
    async fn media_chunk(&self, _: &Token, _: MediaChunk) -> Answer<MediaStatus> {
        unreachable!("no photo is taken here")
    }
    async fn media_finish(&self, _: &Token, _: UploadId) -> Answer<MediaStatus> {
        unreachable!("no photo is taken here")
    }
    async fn report(&self, _: &Token, _: ReportRequest) -> Answer<Report> {
        unreachable!("no report is asked for here")
    }
}

fn notice(n: usize, text: &str) -> OfficeChange {
    let fields =
        Fields::new().with("title", n.to_string()).with("text", text).with("area", "629901").with("from", "2026-03-01");
    let row = RowId(shared::ids::id_from_code("notice", &n.to_string()));
    OfficeChange { kind: Notice::KIND, row, change: Change::Create(fields) }
}

fn server() -> TestServer {
    let server = TestServer::start();
    server.load(&SampleRoster::small());
    server.wait(server.core().apply_office((0..NOTICES).map(|n| notice(n, "x")).collect())).unwrap();
    server
}

async fn phone(env: &TestEnv, server: &TestServer) -> Core {
    let mut core = Core::open_for_tests(Paths::default(), Box::new(env.clone())).unwrap();
    core.create_vault("2486").unwrap();
    let enrol = Command::Enrol { server: server.url(), code: server.code("W1") };
    assert!(matches!(run_to_end(&mut core, enrol, server.core()).await, Reply::Status(_)));
    run(&mut core, &ObservedServer::new(server)).await;
    core
}

async fn run(core: &mut Core, server: &ObservedServer<'_>) -> SyncView {
    match run_to_end(core, Command::SyncNow, server).await {
        Reply::Sync(view) => *view,
        other => panic!("{other:?}"),
    }
}

type Held = BTreeMap<String, BTreeMap<RowId, (u64, String)>>;

/// The rows of a device by scope, with revision and content.
fn held(core: &Core) -> Held {
    let conn = core.store().unwrap().conn();
    let mut statement = conn
        .prepare(
            "SELECT s.name, m.row, r.rev, coalesce(nullif(r.server_row, ''), r.local_row) FROM member m
             JOIN scope s ON s.no = m.scope JOIN record r ON r.id = m.row",
        )
        .unwrap();
    let rows = statement
        .query_map([], |r| Ok((r.get::<_, String>(0)?, RowId(Uuid::from_bytes(r.get(1)?)), r.get(2)?, r.get(3)?)));
    let mut held = Held::new();
    for (scope, row, rev, doc) in rows.unwrap().map(Result::unwrap) {
        held.entry(scope).or_default().insert(row, (rev, doc));
    }
    held
}

fn reference(core: &Core) -> Scope {
    let cursors = member::cursors(core.store().unwrap().conn()).unwrap();
    *cursors.keys().find(|s| matches!(s, Scope::Reference(_))).unwrap()
}

/// Damage to one notice on a device.
#[derive(Clone, Copy, Debug)]
enum Damage {
    /// The row is missing.
    Lost(usize),
    /// The row is there but not in its scope.
    Unlisted(usize),
    /// The row has the revision of another version.
    Stale(usize),
    /// The row is in the scope on this device only.
    Extra(u128),
}

fn damage(conn: &Connection, scope: Scope, harm: Damage) {
    let notice = |n: usize| RowId(shared::ids::id_from_code("notice", &n.to_string()));
    match harm {
        Damage::Lost(n) => {
            conn.execute("DELETE FROM member WHERE row = ?1", [notice(n).as_bytes()]).unwrap();
            conn.execute("DELETE FROM record WHERE id = ?1", [notice(n).as_bytes()]).unwrap();
        }
        Damage::Unlisted(n) => {
            conn.execute("DELETE FROM member WHERE row = ?1", [notice(n).as_bytes()]).unwrap();
        }
        Damage::Stale(n) => {
            let sql =
                "UPDATE record SET rev = rev + 7, local_row = replace(local_row, '\"x\"', '\"old\"') WHERE id = ?1";
            conn.execute(sql, [notice(n).as_bytes()]).unwrap();
        }
        Damage::Extra(n) => {
            let row = RowId(Uuid::from_u128(n));
            let doc = format!(
                r#"{{"kind":"notice","id":"{row}","rev":1,"author":"{nil}","device":"{nil}","hlc":"0000000000000001","fields":{{}}}}"#,
                nil = Uuid::nil()
            );
            conn.execute("DELETE FROM record WHERE id = ?1", [row.as_bytes()]).unwrap();
            conn.execute(
                "INSERT INTO record (id, kind, rev, author, local_row) VALUES (?1, 'notice', 1, zeroblob(16), ?2)",
                (row.as_bytes(), doc),
            )
            .unwrap();
            let sql = "INSERT OR IGNORE INTO member SELECT no, ?2 FROM scope WHERE name = ?1";
            conn.execute(sql, (scope.to_string(), row.as_bytes())).unwrap();
        }
    }
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let one = prop_oneof![
        (0..NOTICES).prop_map(Damage::Lost),
        (0..NOTICES).prop_map(Damage::Unlisted),
        (0..NOTICES).prop_map(Damage::Stale),
        (1..1_000_000_u128).prop_map(Damage::Extra),
    ];
    prop_oneof![prop::collection::vec(one.clone(), 1..12), prop::collection::vec(one, 200..500)]
}

/// 6 h and 1 ms: a scope may be repaired again.
const PAUSE_MS: u64 = 6 * 3_600_000 + 1;

#[test]
fn a_repair_restores_every_row_and_compares_only_differing_buckets() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = server();
    let env = TestEnv::new();
    let core = std::cell::RefCell::new(runtime.block_on(phone(&env, &server)));
    let right = held(&core.borrow());
    let scope = reference(&core.borrow());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 40, ..ProptestConfig::default() });
    let result = runner.run(&damages(), |damages| {
        let core = &mut *core.borrow_mut();
        for done in &damages {
            damage(core.store().unwrap().conn(), scope, *done);
        }
        let wrong = held(core);
        // A session skips digests that matched; a new one verifies them again.
        core.session = Default::default();
        env.pass_ms(PAUSE_MS);
        let observed = ObservedServer::new(&server);
        let view = runtime.block_on(run(core, &observed));
        prop_assert_eq!(view.last_problem, None);
        prop_assert!(held(core) == right, "the rows are not the server's");
        let (seen, pulled) = observed.take();
        prop_assert_eq!(pulled, 0, "no scope was downloaded again");
        let (wrong, right) = (&wrong[&scope.to_string()], &right[&scope.to_string()]);
        let differs = |id: &&RowId| wrong.get(id).map(|r| r.0) != right.get(id).map(|r| r.0);
        let bad: BTreeSet<RowId> = wrong.keys().chain(right.keys()).filter(differs).copied().collect();
        let buckets: BTreeSet<u8> = bad.iter().map(|id| bucket_of(*id)).collect();
        let listed: BTreeSet<u8> = seen.iter().flat_map(|(_, r)| r.differ.iter().map(|d| d.bucket.0)).collect();
        prop_assert_eq!(&listed, &buckets);
        for (request, reply) in &seen {
            let json = serde_json::to_vec(request).unwrap();
            let up = zstd::encode_all(json.as_slice(), 3).unwrap().len();
            prop_assert!(up <= 8 << 10, "{} bytes up", up);
            prop_assert!(request.want.len() <= REPAIR_WANT_MAX);
            let down: usize = reply.rows.iter().map(|r| r.get().len()).sum();
            prop_assert!(down <= REPAIR_BYTES_MAX);
            for raw in &reply.rows {
                let row: Row = serde_json::from_str(raw.get()).unwrap();
                prop_assert!(bad.contains(&row.id), "a correct row was sent");
            }
        }
        Ok(())
    });
    result.unwrap();
}

#[tokio::test]
async fn a_change_between_digest_and_repair_is_applied_and_pulled_again() {
    let (env, server) = (TestEnv::new(), server());
    let mut core = phone(&env, &server).await;
    let scope = reference(&core);
    let cursor = member::cursors(core.store().unwrap().conn()).unwrap()[&scope];
    damage(core.store().unwrap().conn(), scope, Damage::Lost(3));
    core.session = Default::default();
    env.pass_ms(PAUSE_MS);
    let observed = ObservedServer::new(&server);
    assert!(core.begin(&Command::SyncNow).is_none());
    let mut steps = Vec::new();
    while let Some(step) = core.next_step() {
        if step.name() == "repair" {
            // Between digest and repair one notice changes and one is added.
            let change = Change::Set(Fields::new().with("text", "changed"));
            let row = RowId(shared::ids::id_from_code("notice", "5"));
            let edit = OfficeChange { kind: Kind::Notice, row, change };
            server.wait(server.core().apply_office(vec![edit, notice(NOTICES + 1, "new")])).unwrap();
        }
        steps.push(step.name());
        if steps.last() == Some(&"repair") {
            assert_eq!(member::cursors(core.store().unwrap().conn()).unwrap()[&scope], cursor, "no cursor moves");
        }
        let reply = step.run(&observed).await;
        core.apply(reply);
    }
    assert!(steps.starts_with(&["pull", "repair"]) && steps.ends_with(&["pull"]), "{steps:?}");
    let mut fresh = phone(&env, &server).await;
    assert!(held(&core)[&scope.to_string()] == held(&fresh)[&scope.to_string()]);
    run(&mut fresh, &observed).await;
}

#[tokio::test]
async fn a_repair_keeps_a_row_with_waiting_operations() {
    let (env, server) = (TestEnv::new(), server());
    let mut core = phone(&env, &server).await;
    let scope = reference(&core);
    damage(core.store().unwrap().conn(), scope, Damage::Extra(9));
    let row = RowId(Uuid::from_u128(9));
    core.session = Default::default();
    env.pass_ms(PAUSE_MS);
    core.save(|tx| {
        outbox::append_op(tx, &Kind::Notice, row, Rev(1), Change::Set(Fields::new().with("text", "own")))?;
        Ok(())
    })
    .unwrap();
    // An automatic sync holds back operations in their undo window.
    core.saved();
    core.begin_by_itself();
    let observed = ObservedServer::new(&server);
    while let Some(step) = core.next_step() {
        assert_ne!(step.name(), "push", "it is held back");
        let reply = step.run(&observed).await;
        core.apply(reply);
    }
    assert_eq!(outbox::waiting(core.store().unwrap().conn()).unwrap().0, 1);
    assert!(shown(&core, row), "a waiting operation keeps its row");
}

#[tokio::test]
async fn a_scope_whose_repair_fails_is_downloaded_again_once_in_six_hours() {
    let (env, server) = (TestEnv::new(), server());
    let mut core = phone(&env, &server).await;
    let right = held(&core);
    let scope = reference(&core);
    let mut observed = ObservedServer::new(&server);
    observed.broken = true;
    core.session = Default::default();
    for (harmed, rows) in [(1, right[&scope.to_string()].len()), (2, 0)] {
        damage(core.store().unwrap().conn(), scope, Damage::Lost(harmed));
        core.session.verified.clear();
        let view = run(&mut core, &observed).await;
        assert_eq!(view.last_problem, None, "the rest of the sync goes on");
        assert_eq!(observed.take().1, rows);
    }
    assert!(held(&core) != right, "the scope stays as it is within six hours");
    observed.broken = false;
    env.pass_ms(PAUSE_MS);
    run(&mut core, &observed).await;
    assert!(held(&core) == right);
}

#[tokio::test]
async fn rows_that_this_build_cannot_read_do_not_keep_a_repair_going() {
    let (env, fake) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let digest = shared::digest::Digest { count: 3, sum: 3 };
    let planned = || page(ScopePage { digest: Some(digest), cursor: Seq(4), ..rows([recipient(1, 1, "甲")]) }, false);
    fake.plan_pull(Ok(planned()));
    let unreadable: Vec<RowId> = (2..4).map(|n| RowId(Uuid::from_u128(n))).collect();
    let reply = |differ: Vec<_>, rows: Vec<_>, more| RepairReply {
        epoch: EPOCH,
        server_now: Moment::shanghai(0),
        seq: Seq(4),
        reset: false,
        differ,
        rows,
        more,
    };
    let listed = unreadable.iter().map(|id| shared::wire::repair::Differing {
        bucket: shared::wire::repair::Bucket(bucket_of(*id)),
        rows: vec![(*id, Rev(1))],
    });
    fake.state().repair_plan.push_back(Ok(reply(listed.collect(), vec![], false)));
    let raw = shared::wire::RawRow::from_string(r#"{"of":"tomorrow"}"#.into()).unwrap();
    fake.state().repair_plan.push_back(Ok(reply(vec![], vec![raw], true)));
    // The scope differs after the repair: it is downloaded again once, and then left alone.
    fake.plan_pull(Ok(planned()));
    fake.plan_pull(Ok(planned()));
    sync(&mut core, &fake).await;
    assert_eq!(fake.take_calls(), ["pull", "repair", "repair", "pull", "pull"]);
    let repairs = std::mem::take(&mut fake.state().repairs);
    assert_eq!((repairs[0].want.len(), repairs[1].want.len()), (0, 2));
    fake.plan_pull(Ok(planned()));
    sync(&mut core, &fake).await;
    assert_eq!(fake.take_calls(), ["pull"]);
}

#[tokio::test]
async fn a_repair_reply_about_another_epoch_is_discarded() {
    let (env, fake) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let digest = shared::digest::Digest { count: 3, sum: 3 };
    let first = page(ScopePage { digest: Some(digest), cursor: Seq(4), ..rows([recipient(1, 1, "甲")]) }, false);
    fake.plan_pull(Ok(first));
    // Applied, the reply would remove the only row.
    let gone = shared::wire::repair::Differing {
        bucket: shared::wire::repair::Bucket(bucket_of(RowId(Uuid::from_u128(1)))),
        rows: vec![],
    };
    let reply = RepairReply {
        epoch: Epoch(Uuid::from_u128(77)),
        server_now: Moment::shanghai(0),
        seq: Seq(4),
        reset: false,
        differ: vec![gone],
        rows: vec![],
        more: false,
    };
    fake.state().repair_plan.push_back(Ok(reply));
    sync(&mut core, &fake).await;
    assert!(shown(&core, RowId(Uuid::from_u128(1))));
}
