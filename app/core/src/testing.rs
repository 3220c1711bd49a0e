//! What the tests of this crate share: a made-up world and a folder that goes away.

use crate::Env;
use shared::Moment;
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

/// A folder under the system's temporary one, removed when dropped.
pub struct Dir(PathBuf);

impl Dir {
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("device-core-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Clocks that a test moves, and randomness that repeats. Clones share them.
#[derive(Clone)]
pub struct World {
    pub wall_ms: Arc<AtomicI64>,
    pub mono_ms: Arc<AtomicU64>,
    /// Free bytes on the disk; the largest number stands for: nobody can say.
    pub free: Arc<AtomicU64>,
    seed: Arc<AtomicU64>,
}

impl World {
    /// `2026-03-10T10:00:00+08:00`, a Tuesday.
    pub fn new() -> Self {
        let start: Moment = "2026-03-10T10:00:00+08:00".parse().unwrap();
        Self {
            wall_ms: Arc::new(AtomicI64::new(start.utc_ms)),
            mono_ms: Arc::new(AtomicU64::new(1_000)),
            free: Arc::new(AtomicU64::new(u64::MAX)),
            seed: Arc::new(AtomicU64::new(1)),
        }
    }
    /// RecordPair clocks go on.
    pub fn pass_ms(&self, ms: u64) {
        self.wall_ms.fetch_add(ms as i64, Ordering::SeqCst);
        self.mono_ms.fetch_add(ms, Ordering::SeqCst);
    }
    /// Only the wall clock jumps, as when somebody sets it.
    pub fn set_clock_by(&self, ms: i64) {
        self.wall_ms.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Env for World {
    fn now(&self) -> Moment {
        Moment::shanghai(self.wall_ms.load(Ordering::SeqCst))
    }
    fn monotonic_ms(&self) -> u64 {
        self.mono_ms.load(Ordering::SeqCst)
    }
    fn free_bytes(&self, _: &Path) -> Option<u64> {
        Some(self.free.load(Ordering::SeqCst)).filter(|free| *free != u64::MAX)
    }
    fn random(&mut self, bytes: &mut [u8]) {
        for b in bytes {
            // SplitMix64: repeats from run to run, which is what a test wants.
            let mut z = self.seed.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *b = (z ^ (z >> 31)) as u8;
        }
    }
}

use crate::{
    Command, Core, Paths, Refusal, Reply,
    command::{NewAssistance, NewVisit, Share},
    store::{Enrolment, Tx, member, outbox, record},
};
use serde_json::{Value, json};
use shared::{
    AreaCode, Change, DeviceId, Fields, Hlc, Kind, OpOutcome, Outcome, RecipientId, Row, RowId, WorkerId,
    ids::{OpId, OpNo, Rev, ReviewId},
    merge::{Actor, OpContext, actor::Relation, decide},
    records::{AssistanceKind, Presence, Role, VisitMode},
    wire::{Scope, Token},
};
use std::collections::BTreeMap;
use uuid::Uuid;

pub const PIN: &str = "2580";
pub const VILLAGE: &str = "620802001201";

pub fn me() -> WorkerId {
    WorkerId(Uuid::from_u128(0xa))
}
pub fn colleague() -> WorkerId {
    WorkerId(Uuid::from_u128(0xb))
}
pub fn person(n: u128) -> RecipientId {
    RecipientId(Uuid::from_u128(0x1000 + n))
}

pub fn enrolment(role: Role) -> Enrolment {
    Enrolment {
        server: "https://office.example".into(),
        token: Token("token".into()),
        worker: me(),
        name: "王一".into(),
        role,
        area: "620802001".parse().unwrap(),
        areas: vec![],
        unit: None,
    }
}

/// An unlocked device; `dir: None` keeps it in memory.
pub fn opened(world: &World, dir: Option<&Path>) -> Core {
    let places = Paths { dir: dir.map(Path::to_owned) };
    let mut core = Core::open_for_tests(places, Box::new(world.clone())).unwrap();
    let command = if core.vault.exists().unwrap() {
        Command::Unlock { pin: PIN.into() }
    } else {
        Command::CreateVault { pin: PIN.into() }
    };
    let receipt = core.handle(command);
    assert!(matches!(receipt, Reply::Status(_)), "{receipt:?}");
    core
}

/// An enrolled worker with what a first pull brings: three recipients in care.
pub fn ready(world: &World, dir: Option<&Path>) -> (Core, Office) {
    let mut core = opened(world, dir);
    core.write(|tx| Ok(tx.set_enrolment(&enrolment(Role::Worker))?)).unwrap();
    let mut office = Office::new();
    office.add(Kind::Area, 1, json!({"code": VILLAGE, "name": "柳湖村"}));
    for (n, name, category) in
        [(1, "谷军", "destitute_home"), (2, "单秀英", "severe_disability"), (3, "马小花", "orphan")]
    {
        office.recipient(n, name, category);
    }
    office.pull(&mut core);
    (core, office)
}

/// The server as far as the rules go: it judges in order, by the shared rules, and tells.
pub struct Office {
    pub rows: BTreeMap<RowId, Row>,
    /// What changed since the device last heard.
    news: Vec<RowId>,
    pub ops: u64,
    /// Answers of this office to the next pushed operations instead of judging them.
    pub refuse: Option<shared::op::Rejection>,
}

impl Office {
    pub fn new() -> Self {
        Self { rows: BTreeMap::new(), news: Vec::new(), ops: 0, refuse: None }
    }

    pub fn add(&mut self, kind: Kind, n: u128, fields: Value) -> RowId {
        let id = RowId(Uuid::from_u128(n + if kind == Kind::Recipient { 0x1000 } else { 0x2_0000 }));
        self.put(Row {
            kind,
            id,
            rev: Rev(1),
            author: WorkerId::NIL,
            device: DeviceId::NIL,
            hlc: Hlc::new("2026-01-01T08:00:00+08:00".parse::<Moment>().unwrap().utc_ms, 0),
            area: Some(VILLAGE.parse().unwrap()),
            category: None,
            unit: None,
            fields: serde_json::from_value(fields).unwrap(),
            stamps: BTreeMap::new(),
            void: None,
            former: vec![],
            extra: BTreeMap::new(),
        });
        id
    }

    pub fn put(&mut self, row: Row) {
        self.news.push(row.id);
        self.rows.insert(row.id, row);
    }

    pub fn recipient(&mut self, n: u128, name: &str, category: &str) {
        let fields = json!({"code": format!("R{n}"), "name": name, "category": category, "area": VILLAGE,
            "phone": "13800001111", "id_number": "11010519491231002X", "birth": "1949-12-31"});
        self.add(Kind::Recipient, n, fields);
        let pairing = json!({"worker": me(), "recipient": person(n), "role": "paired", "start": "2026-01-01"});
        self.add(Kind::Pairing, 0x500 + n, pairing);
    }

    /// A change by someone else, straight at the office.
    pub fn change(&mut self, id: RowId, ms: i64, change: Change) {
        let row = self.rows[&id].clone();
        let hlc = Hlc::new(ms, 7);
        let op = shared::Op {
            id: OpId(Uuid::from_u128(u128::from(self.ops) + 0xff_0000)),
            no: OpNo(1),
            base: row.rev,
            hlc,
            kind: row.kind.clone(),
            row: id,
            change,
        };
        let actor =
            Actor { worker: colleague(), device: DeviceId(Uuid::from_u128(9)), unit: None, relation: Relation::InCare };
        self.judge(&op, &actor);
    }

    fn judge(&mut self, op: &shared::Op, actor: &Actor) -> Outcome {
        self.ops += 1;
        let person = shared::records::recipient_of(
            &op.kind,
            op.row,
            match &op.change {
                Change::Create(fields) => fields,
                _ => return self.judged(op, actor, None),
            },
        );
        let area = person.and_then(|p| self.rows.get(&p.into())).and_then(|r| r.fields.parsed("area"));
        self.judged(op, actor, area)
    }

    fn judged(&mut self, op: &shared::Op, actor: &Actor, area: Option<AreaCode>) -> Outcome {
        let meta = OpContext { hlc: op.hlc, area, category: None, likely_duplicate: false };
        let judged = decide(self.rows.get(&op.row), op, actor, &meta)
            .into_effect(|| ReviewId(Uuid::from_u128(u128::from(self.ops))));
        if let Some(row) = judged.row {
            self.put(*row);
        }
        judged.outcome
    }

    /// Takes everything that waits, as a push does. Returns how many operations came.
    pub fn push(&mut self, core: &mut Core) -> usize {
        let ops = core.take_unsent(true, 1000, usize::MAX).unwrap();
        let actor = core.me().unwrap().actor();
        let mut told = Vec::new();
        for (n, out) in ops.iter().enumerate() {
            let op: shared::Op = serde_json::from_str(&out.json).unwrap();
            assert_eq!(op.no, out.wire_no);
            assert_eq!(out.wire_no.0, ops[0].wire_no.0 + n as u64, "gapless");
            let outcome = match &self.refuse {
                Some(why) => Outcome::Rejected(why.clone()),
                None => self.judge(&op, &actor),
            };
            if outcome.needs_attention() {
                told.push(OpOutcome { op_id: op.id, op_no: op.no, outcome });
            }
        }
        if let Some(last) = ops.last() {
            core.write(|tx| {
                outbox::ack_through(tx, last.wire_no, last.no)?;
                for told in &told {
                    outbox::set_outcome(tx, told)?;
                }
                Ok(())
            })
            .unwrap();
        }
        ops.len()
    }

    /// Tells what changed, as a pull does.
    pub fn pull(&mut self, core: &mut Core) {
        let rows: Vec<Row> = self.news.drain(..).map(|id| self.rows[&id].clone()).collect();
        core.write(|tx| {
            let settles = outbox::acked_through(tx)?;
            for row in rows.iter().filter(|r| r.kind.audience() != shared::records::Audience::Server) {
                take_in(tx, row, &serde_json::to_string(row).unwrap());
            }
            outbox::settle(tx, settles)?;
            record::sweep(tx)?;
            Ok(())
        })
        .unwrap();
        core.record_contact();
    }

    pub fn sync(&mut self, core: &mut Core) {
        self.push(core);
        self.pull(core);
    }
}

pub fn scope() -> Scope {
    Scope::Worker(me())
}

/// A row as it came over the wire.
pub fn take_in(tx: &mut Tx<'_>, row: &Row, raw: &str) {
    record::put_mirror(tx, row, raw).unwrap();
    let scope = member::number(tx, &scope()).unwrap();
    member::add(tx, scope, row.id).unwrap();
    tx.observe(record::latest_stamp(row));
}

pub fn routine(recipient: RecipientId) -> NewVisit {
    NewVisit {
        recipients: vec![recipient],
        mode: VisitMode::Home,
        presence: Presence::Found,
        happened: None,
        findings: vec![],
        services: vec![],
        note: None,
        follow_up: None,
        need: None,
        draft: None,
    }
}

pub fn aid(kind: AssistanceKind, shares: Vec<Share>) -> NewAssistance {
    NewAssistance { kind, happened: None, policy: None, note: None, donor: None, need: None, shares, draft: None }
}

pub fn share(recipient: RecipientId) -> Share {
    Share { recipient, amount: None, lines: vec![], receipt: None }
}

/// The rows of a save that must succeed.
pub fn saved(core: &mut Core, command: Command) -> Vec<RowId> {
    match core.handle(command) {
        Reply::Saved { rows } => rows,
        other => panic!("{other:?}"),
    }
}

pub fn refused(core: &mut Core, command: Command) -> Refusal {
    match core.handle(command) {
        Reply::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

macro_rules! answer {
    ($core:expr, $command:expr, $pattern:pat => $out:expr) => {
        match $core.handle($command) {
            $pattern => $out,
            other => panic!("{other:?}"),
        }
    };
}
pub(crate) use answer;

/// A small photo of one colour.
pub fn jpeg(shade: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = image::RgbImage::from_pixel(64, 48, image::Rgb([shade, 90, 40]));
    image::DynamicImage::from(image).write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// The operations that wait, oldest first.
pub fn waiting(core: &Core) -> Vec<shared::Op> {
    let entries = outbox::list(core.store().unwrap().conn(), outbox::Part::Waiting, u32::MAX).unwrap();
    entries.iter().map(|e| e.op().unwrap()).collect()
}

pub fn doc(core: &Core, id: impl Into<RowId>) -> Option<Row> {
    record::doc(core.store().unwrap().conn(), id.into()).unwrap()
}

pub fn phone(text: &str) -> Fields {
    Fields::new().with("phone", text)
}
