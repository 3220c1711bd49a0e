//! An enrolled device with three recipients, and short ways to make forms, run commands and read replies.

use super::{env::TestEnv, office::Office};
use crate::{
    command::{Command, NewAssistance, NewVisit, RecipientShare},
    core::{Core, Paths},
    reply::{Refusal, Reply},
    store::{Enrolment, Tx, member, outbox, record, server_row},
};
use serde_json::json;
use shared::{
    Fields, Kind, RecipientId, Row, RowId, WorkerId,
    records::{AssistanceKind, Presence, Role, VisitMode},
    wire::{Scope, Token},
};
use std::path::Path;
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
pub fn opened(env: &TestEnv, dir: Option<&Path>) -> Core {
    let places = Paths { dir: dir.map(Path::to_owned) };
    let mut core = Core::open_for_tests(places, Box::new(env.clone())).unwrap();
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
pub fn ready(env: &TestEnv, dir: Option<&Path>) -> (Core, Office) {
    let mut core = opened(env, dir);
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

pub fn scope() -> Scope {
    Scope::Worker(me())
}

/// A row as it came over the wire.
pub fn take_in(tx: &mut Tx<'_>, row: &Row, raw: &str) {
    server_row::put(tx, row, raw).unwrap();
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

pub fn aid(kind: AssistanceKind, shares: Vec<RecipientShare>) -> NewAssistance {
    NewAssistance { kind, happened: None, policy: None, note: None, donor: None, need: None, shares, draft: None }
}

pub fn share(recipient: RecipientId) -> RecipientShare {
    RecipientShare { recipient, amount: None, lines: vec![], receipt: None }
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

pub fn local_row(core: &Core, id: impl Into<RowId>) -> Option<Row> {
    record::local_row(core.store().unwrap().conn(), id.into()).unwrap()
}

pub fn phone(text: &str) -> Fields {
    Fields::new().with("phone", text)
}
