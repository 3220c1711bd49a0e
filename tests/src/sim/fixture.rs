//! Workers, recipients and pairings of the run, as the office believes them to be. They are kept apart from the
//! server's store, so that the two can be compared.

use super::{clock::DAY_MS, profile::Profile};
use crate::city::dice::Dice;
use serde_json::{Value, json};
use shared::{AreaCode, Change, Day, Fields, Kind, RecipientId, Row, RowId, WorkerId, ids::id_from_code};
use std::collections::BTreeSet;
use sync_server::core::OfficeChange;

pub const COUNTY: &str = "629901";
pub const TOWNSHIP: &str = "629901001";
pub const VILLAGES: [&str; 3] = ["629901001001", "629901001002", "629901002001"];

#[derive(Clone, Debug)]
pub struct SimWorker {
    pub id: WorkerId,
    pub code: String,
    pub role: &'static str,
    pub area: AreaCode,
    pub areas: Vec<AreaCode>,
    pub left: bool,
}

#[derive(Clone, Debug)]
pub struct SimPairing {
    pub row: RowId,
    pub worker: usize,
    pub recipient: RecipientId,
    pub start: Day,
    pub end: Option<Day>,
}

/// What the office believes.
#[derive(Clone, Debug)]
pub struct Fixture {
    pub people: Vec<SimWorker>,
    pub recipients: Vec<RecipientId>,
    pub pairings: Vec<SimPairing>,
    made: u32,
}

pub fn fields(value: Value) -> Fields {
    Fields::of(&value)
}

pub fn create(kind: Kind, row: impl Into<RowId>, value: Value) -> OfficeChange {
    OfficeChange { kind, row: row.into(), change: Change::Create(fields(value)) }
}

pub fn set(kind: Kind, row: impl Into<RowId>, value: Value) -> OfficeChange {
    OfficeChange { kind, row: row.into(), change: Change::Set(fields(value)) }
}

fn code(text: &str) -> AreaCode {
    text.parse().expect("the fixture holds valid area codes")
}

impl Fixture {
    /// The fixture of a profile, and the changes that the office imports on the first day.
    pub fn new(profile: &Profile, dice: &mut Dice, today: Day) -> (Self, Vec<OfficeChange>) {
        let mut changes: Vec<OfficeChange> = Vec::new();
        let named = [("6299", "平川市"), (COUNTY, "甲县"), (TOWNSHIP, "河湾乡"), ("629901002", "柳林乡")];
        for (area, name) in named.into_iter().chain(VILLAGES.map(|v| (v, "某村"))) {
            let row = RowId(id_from_code("area", area));
            changes.push(create(Kind::Area, row, json!({"code": area, "name": name})));
        }
        let unit = RowId(id_from_code("unit", "U1"));
        changes.push(create(Kind::Unit, unit, json!({"code": "U1", "name": "甲县民政局", "area": COUNTY})));
        let mut fixture = Self { people: Vec::new(), recipients: Vec::new(), pairings: Vec::new(), made: 0 };
        for n in 1..=profile.workers {
            let village = dice.one_of(&VILLAGES);
            // Every third worker serves a whole village.
            let areas = if n % 3 == 0 { vec![village] } else { Vec::new() };
            changes.push(fixture.add_worker(&format!("W{n}"), "worker", village, &areas));
        }
        changes.push(fixture.add_worker("S1", "supervisor", TOWNSHIP, &[TOWNSHIP]));
        if dice.chance(400) {
            changes.push(fixture.add_worker("S2", "supervisor", COUNTY, &[COUNTY]));
        }
        for _ in 0..profile.recipients {
            changes.push(fixture.add_recipient(dice));
            let recipient = fixture.recipients[fixture.recipients.len() - 1];
            for _ in 0..dice.between(1, 2) {
                let worker = dice.below(profile.workers as u64) as usize;
                changes.extend(fixture.pair(worker, recipient, today.plus(-30)));
            }
        }
        (fixture, changes)
    }

    fn add_worker(&mut self, name: &str, role: &'static str, area: &str, areas: &[&str]) -> OfficeChange {
        let id = WorkerId(id_from_code("worker", name));
        let value = json!({"code": name, "name": format!("干部{name}"), "area": area, "role": role, "areas": areas,
            "unit": id_from_code("unit", "U1")});
        let areas = areas.iter().map(|a| code(a)).collect();
        self.people.push(SimWorker { id, code: name.to_owned(), role, area: code(area), areas, left: false });
        create(Kind::Worker, id, value)
    }

    /// Adds a recipient.
    pub fn add_recipient(&mut self, dice: &mut Dice) -> OfficeChange {
        self.made += 1;
        let name = format!("R{}", self.made);
        let id = RecipientId(id_from_code("recipient", &name));
        self.recipients.push(id);
        let category = dice.one_of(&["orphan", "destitute_home", "severe_disability"]);
        let mut value = json!({"code": name, "name": format!("对象{name}"), "category": category,
            "area": dice.one_of(&VILLAGES), "phone": "13900000000", "tags": ["lives-alone"]});
        if category == "orphan" {
            value["birth"] = "2016-05-01".into();
            value["legal_basis"] = "民政登记".into();
        }
        create(Kind::Recipient, id, value)
    }

    /// Adds a pairing, unless the two already have an open one.
    pub fn pair(&mut self, worker: usize, recipient: RecipientId, start: Day) -> Option<OfficeChange> {
        let open = |c: &SimPairing| c.worker == worker && c.recipient == recipient && c.end.is_none();
        if self.pairings.iter().any(open) {
            return None;
        }
        self.made += 1;
        let row = RowId(id_from_code("pairing", &self.made.to_string()));
        self.pairings.push(SimPairing { row, worker, recipient, start, end: None });
        let value = json!({"worker": self.people[worker].id, "recipient": recipient, "role": "paired",
            "start": start.to_string(), "worker_name": "某"});
        Some(create(Kind::Pairing, row, value))
    }

    pub fn end(&mut self, pairing: usize, day: Day) -> OfficeChange {
        self.pairings[pairing].end = Some(day);
        set(Kind::Pairing, self.pairings[pairing].row, json!({"end": day.to_string()}))
    }

    pub fn recipients_of(&self, worker: WorkerId, day: Day) -> BTreeSet<RecipientId> {
        let mine = |c: &&SimPairing| self.people[c.worker].id == worker;
        self.pairings.iter().filter(mine).filter(|c| c.in_force(day)).map(|c| c.recipient).collect()
    }

    pub fn person(&self, worker: WorkerId) -> &SimWorker {
        self.people.iter().find(|p| p.id == worker).expect("every worker of the run was hired")
    }
}

impl SimPairing {
    pub fn in_force(&self, day: Day) -> bool {
        self.start <= day && self.end.is_none_or(|end| day < end)
    }
}

/// The day at this time of the server.
pub fn day_of(ms: i64) -> Day {
    Day::of_utc_ms(ms)
}

/// The worker who keeps a record in scope regardless of pairings, computed from the record alone.
pub fn owner(row: &Row) -> Option<WorkerId> {
    match row.kind {
        Kind::Worker => Some(row.id.into()),
        Kind::Review => row.fields.parsed("proposed_by"),
        _ if row.device.is_nil() => None,
        _ => Some(row.author),
    }
}

/// The area of a record.
pub fn place(row: &Row) -> Option<AreaCode> {
    let own: Option<AreaCode> = match row.kind {
        Kind::Area => row.fields.parsed("code"),
        Kind::Unit | Kind::Worker | Kind::Household | Kind::Recipient | Kind::Activity | Kind::Facility => {
            row.fields.parsed("area")
        }
        Kind::RuleSet | Kind::Notice | Kind::Task | Kind::Disbursement => row.fields.parsed("area"),
        _ => None,
    };
    own.or(row.area)
}

/// `n` days in milliseconds.
pub fn days(n: i64) -> i64 {
    n * DAY_MS
}
