//! Repair against the real server's core: whatever a device holds otherwise than the server, it converges, and only what
//! differs travels.

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
    testing::{TestServer, World as Roster},
};

/// 300 notices: more than one row in some buckets, none in others.
const NOTICES: usize = 300;

/// The server's core, with an eye on what is asked and answered.
struct Watched<'a> {
    server: &'a TestServer,
    seen: Mutex<Vec<(RepairRequest, RepairReply)>>,
    pulled_rows: Mutex<usize>,
    broken: bool,
}

impl<'a> Watched<'a> {
    fn new(server: &'a TestServer) -> Self {
        Self { server, seen: Mutex::default(), pulled_rows: Mutex::new(0), broken: false }
    }
    fn take(&self) -> (Vec<(RepairRequest, RepairReply)>, usize) {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        (seen, std::mem::take(&mut *self.pulled_rows.lock().unwrap()))
    }
}

impl SyncProtocol for Watched<'_> {
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
        unreachable!("no bundle is carried here")
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
    server.load(&Roster::small());
    server.wait(server.core().apply_office((0..NOTICES).map(|n| notice(n, "x")).collect())).unwrap();
    server
}

async fn phone(world: &World, server: &TestServer) -> Core {
    let mut core = Core::open_for_tests(Paths::default(), Box::new(world.clone())).unwrap();
    core.create_vault("2486").unwrap();
    let enrol = Command::Enrol { server: server.url(), code: server.code("W1") };
    assert!(matches!(carry_out(&mut core, enrol, server.core()).await, Reply::Status(_)));
    run(&mut core, &Watched::new(server)).await;
    core
}

async fn run(core: &mut Core, line: &Watched<'_>) -> SyncView {
    match carry_out(core, Command::SyncNow, line).await {
        Reply::Sync(view) => *view,
        other => panic!("{other:?}"),
    }
}

type Held = BTreeMap<String, BTreeMap<RowId, (u64, String)>>;

/// What a device holds of each scope: row, revision, content.
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

/// What went wrong on a device, per notice.
#[derive(Clone, Copy, Debug)]
enum Harm {
    /// The row is gone.
    Lost(usize),
    /// Only that it belongs to the scope was forgotten.
    Unlisted(usize),
    /// An older revision than the device believes to have read.
    Stale(usize),
    /// Belongs to the scope here and nowhere else.
    Extra(u128),
}

fn harm(conn: &Connection, scope: Scope, harm: Harm) {
    let notice = |n: usize| RowId(shared::ids::id_from_code("notice", &n.to_string()));
    match harm {
        Harm::Lost(n) => {
            conn.execute("DELETE FROM member WHERE row = ?1", [notice(n).as_bytes()]).unwrap();
            conn.execute("DELETE FROM record WHERE id = ?1", [notice(n).as_bytes()]).unwrap();
        }
        Harm::Unlisted(n) => {
            conn.execute("DELETE FROM member WHERE row = ?1", [notice(n).as_bytes()]).unwrap();
        }
        Harm::Stale(n) => {
            let sql =
                "UPDATE record SET rev = rev + 7, local_row = replace(local_row, '\"x\"', '\"old\"') WHERE id = ?1";
            conn.execute(sql, [notice(n).as_bytes()]).unwrap();
        }
        Harm::Extra(n) => {
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

fn harms() -> impl Strategy<Value = Vec<Harm>> {
    let one = prop_oneof![
        (0..NOTICES).prop_map(Harm::Lost),
        (0..NOTICES).prop_map(Harm::Unlisted),
        (0..NOTICES).prop_map(Harm::Stale),
        (1..1_000_000_u128).prop_map(Harm::Extra),
    ];
    prop_oneof![prop::collection::vec(one.clone(), 1..12), prop::collection::vec(one, 200..500)]
}

/// 6 h and a moment: a scope may be repaired again.
const PAUSE_MS: u64 = 6 * 3_600_000 + 1;

#[test]
fn whatever_differs_is_mended_and_only_buckets_that_differ_travel() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = server();
    let world = World::new();
    let core = std::cell::RefCell::new(runtime.block_on(phone(&world, &server)));
    let right = held(&core.borrow());
    let scope = reference(&core.borrow());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 40, ..ProptestConfig::default() });
    let result = runner.run(&harms(), |harms| {
        let core = &mut *core.borrow_mut();
        for done in &harms {
            harm(core.store().unwrap().conn(), scope, *done);
        }
        let wrong = held(core);
        // Digests found right are remembered while nothing comes; a new session looks again.
        core.session = Default::default();
        world.pass_ms(PAUSE_MS);
        let line = Watched::new(&server);
        let view = runtime.block_on(run(core, &line));
        prop_assert_eq!(view.last_problem, None);
        prop_assert!(held(core) == right, "not what the server holds");
        let (seen, pulled) = line.take();
        prop_assert_eq!(pulled, 0, "nothing was fetched anew");
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
                prop_assert!(bad.contains(&row.id), "a row that was right was sent");
            }
        }
        Ok(())
    });
    result.unwrap();
}

#[tokio::test]
async fn a_repair_takes_in_what_changed_meanwhile_and_a_pull_brings_it_again() {
    let (world, server) = (World::new(), server());
    let mut core = phone(&world, &server).await;
    let scope = reference(&core);
    let cursor = member::cursors(core.store().unwrap().conn()).unwrap()[&scope];
    harm(core.store().unwrap().conn(), scope, Harm::Lost(3));
    core.session = Default::default();
    world.pass_ms(PAUSE_MS);
    let line = Watched::new(&server);
    assert!(core.begin(&Command::SyncNow).is_none());
    let mut steps = Vec::new();
    while let Some(step) = core.next_step() {
        if step.name() == "repair" {
            // Between the digest and the repair one notice changes, and one is new.
            let change = Change::Set(Fields::new().with("text", "changed"));
            let row = RowId(shared::ids::id_from_code("notice", "5"));
            let edit = OfficeChange { kind: Kind::Notice, row, change };
            server.wait(server.core().apply_office(vec![edit, notice(NOTICES + 1, "new")])).unwrap();
        }
        steps.push(step.name());
        if steps.last() == Some(&"repair") {
            assert_eq!(member::cursors(core.store().unwrap().conn()).unwrap()[&scope], cursor, "no cursor moves");
        }
        let reply = step.run(&line).await;
        core.apply(reply);
    }
    assert!(steps.starts_with(&["pull", "repair"]) && steps.ends_with(&["pull"]), "{steps:?}");
    let mut fresh = phone(&world, &server).await;
    assert!(held(&core)[&scope.to_string()] == held(&fresh)[&scope.to_string()]);
    run(&mut fresh, &line).await;
}

#[tokio::test]
async fn own_unsent_work_on_a_row_that_is_not_the_servers_stays() {
    let (world, server) = (World::new(), server());
    let mut core = phone(&world, &server).await;
    let scope = reference(&core);
    harm(core.store().unwrap().conn(), scope, Harm::Extra(9));
    let row = RowId(Uuid::from_u128(9));
    core.session = Default::default();
    world.pass_ms(PAUSE_MS);
    core.save(|tx| {
        outbox::append_op(tx, &Kind::Notice, row, Rev(1), Change::Set(Fields::new().with("text", "own")))?;
        Ok(())
    })
    .unwrap();
    // Not asked for by a person: what was just saved is held back.
    core.saved();
    core.begin_by_itself();
    let line = Watched::new(&server);
    while let Some(step) = core.next_step() {
        assert_ne!(step.name(), "push", "it is held back");
        let reply = step.run(&line).await;
        core.apply(reply);
    }
    assert_eq!(outbox::waiting(core.store().unwrap().conn()).unwrap().0, 1);
    assert!(shown(&core, row), "pending work keeps its row");
}

#[tokio::test]
async fn a_server_that_stumbles_over_the_repair_has_the_scope_fetched_anew_once_in_six_hours() {
    let (world, server) = (World::new(), server());
    let mut core = phone(&world, &server).await;
    let right = held(&core);
    let scope = reference(&core);
    let mut line = Watched::new(&server);
    line.broken = true;
    core.session = Default::default();
    for (harmed, rows) in [(1, right[&scope.to_string()].len()), (2, 0)] {
        harm(core.store().unwrap().conn(), scope, Harm::Lost(harmed));
        core.session.verified.clear();
        let view = run(&mut core, &line).await;
        assert_eq!(view.last_problem, None, "the rest of the sync goes on");
        assert_eq!(line.take().1, rows);
    }
    assert!(held(&core) != right, "within six hours it stays as it is");
    line.broken = false;
    world.pass_ms(PAUSE_MS);
    run(&mut core, &line).await;
    assert!(held(&core) == right);
}

#[tokio::test]
async fn rows_that_this_build_cannot_read_do_not_keep_a_repair_going_for_ever() {
    let (world, fake) = (World::new(), Fake::default());
    let mut core = device(&world);
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
    // Still otherwise after the repair: fetched anew, and then left alone.
    fake.plan_pull(Ok(planned()));
    fake.plan_pull(Ok(planned()));
    sync(&mut core, &fake).await;
    assert_eq!(fake.take_asked(), ["pull", "repair", "repair", "pull", "pull"]);
    let repairs = std::mem::take(&mut fake.state().repairs);
    assert_eq!((repairs[0].want.len(), repairs[1].want.len()), (0, 2));
    fake.plan_pull(Ok(planned()));
    sync(&mut core, &fake).await;
    assert_eq!(fake.take_asked(), ["pull"]);
}

#[tokio::test]
async fn a_repair_of_another_state_than_the_one_asked_about_is_not_taken_in() {
    let (world, fake) = (World::new(), Fake::default());
    let mut core = device(&world);
    let digest = shared::digest::Digest { count: 3, sum: 3 };
    let first = page(ScopePage { digest: Some(digest), cursor: Seq(4), ..rows([recipient(1, 1, "甲")]) }, false);
    fake.plan_pull(Ok(first));
    // It would take the only row away.
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
