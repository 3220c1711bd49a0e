//! Phone and server agree on who is due, and how often: over random histories of rule sets of several areas and
//! versions, of recipients, pairings and visits, in any order. The named tests at the end are cases in which they once
//! disagreed.

#![allow(clippy::unwrap_used, reason = "helpers between tests fail the test")]

mod common;

use common::*;
use device_core::{Command, command::NewVisit};
use proptest::prelude::*;
use serde_json::json;
use shared::{
    Change, Day, Fields, Kind, Moment, RecipientId, RowId,
    due::DueFor,
    ids::id_from_code,
    records::{Presence, VisitMode},
};
use std::collections::BTreeMap;
use sync_server::{
    core::{CoreError, OfficeChange},
    import::worker_id,
    store::{Job, Store, Txn, tables::Recipient},
    testing::TestServer,
};

/// The city and county of worker W1, the township and the village of the recipients, a neighbouring village and another
/// county.
const AREAS: [&str; 6] = ["6299", "629901", "629901001", "629901001001", "629901001002", "629902"];
const RECIPIENTS: [&str; 3] = ["R1", "R2", "R3"];
const DAY_MS: i64 = 86_400_000;

/// One step of a history. Numbers choose among a few rule sets, recipients and pairings, so that steps meet.
#[derive(Clone, Debug)]
enum Step {
    CreateRules { set: u8, area: usize, version: u32, rules: Vec<Frequency> },
    ChangeRules { set: u8, version: Option<u32>, rules: Vec<Frequency> },
    VoidRules { set: u8 },
    ChangeRecipient { recipient: usize, field: &'static str, value: serde_json::Value },
    CreatePairing { pairing: u8, recipient: usize, starts_days_ago: i32, ends_days_ago: Option<i32> },
    EndPairing { pairing: u8, days_ago: i32 },
    VoidPairing { pairing: u8 },
    Visit { recipient: usize, mode: VisitMode, presence: Presence, days_ago: i64 },
    VoidVisit,
    Sync,
}

#[derive(Clone, Debug)]
struct Frequency {
    category: Option<&'static str>,
    tag: Option<&'static str>,
    visit_days: Option<u16>,
    contact_days: Option<u16>,
}

fn fields_of(rules: &[Frequency]) -> serde_json::Value {
    let rule = |f: &Frequency| {
        let all =
            json!({"category": f.category, "tag": f.tag, "visit_days": f.visit_days, "contact_days": f.contact_days});
        let present = all.as_object().unwrap().clone().into_iter().filter(|(_, value)| !value.is_null());
        serde_json::Value::Object(present.collect())
    };
    rules.iter().map(rule).collect()
}

fn frequencies() -> impl Strategy<Value = Vec<Frequency>> {
    let category = prop::option::of(prop::sample::select(vec!["destitute_home", "orphan"]));
    let tag = prop::option::of(Just("lives-alone"));
    let days = || prop::option::of(0u16..60);
    let rule = (category, tag, days(), days());
    let rule = rule.prop_map(|(category, tag, visit_days, contact_days)| Frequency {
        category,
        tag,
        visit_days,
        contact_days,
    });
    prop::collection::vec(rule, 0..3)
}

fn step() -> impl Strategy<Value = Step> {
    let recipient = || 0..RECIPIENTS.len();
    let field = prop::sample::select(vec![
        ("category", json!("orphan")),
        ("category", json!("destitute_home")),
        ("area", json!("629901001002")),
        ("area", json!("629901001001")),
        ("tags", json!(["lives-alone"])),
        ("tags", json!([])),
        ("status", json!("withdrawn")),
        ("status", json!("active")),
    ]);
    let mode = prop::sample::select(vec![VisitMode::Home, VisitMode::Phone, VisitMode::Wechat]);
    let presence = prop::sample::select(vec![Presence::Found, Presence::Found, Presence::Away]);
    prop_oneof![
        4 => (0..6u8, 0..AREAS.len(), 0..4u32, frequencies())
            .prop_map(|(set, area, version, rules)| Step::CreateRules { set, area, version, rules }),
        3 => (0..6u8, prop::option::of(0..4u32), frequencies())
            .prop_map(|(set, version, rules)| Step::ChangeRules { set, version, rules }),
        3 => (0..6u8).prop_map(|set| Step::VoidRules { set }),
        2 => (recipient(), field)
            .prop_map(|(recipient, (field, value))| Step::ChangeRecipient { recipient, field, value }),
        2 => (0..3u8, recipient(), -2..900i32, prop::option::of(-2..300i32)).prop_map(
            |(pairing, recipient, starts_days_ago, ends_days_ago)| {
                Step::CreatePairing { pairing, recipient, starts_days_ago, ends_days_ago }
            }
        ),
        1 => (0..3u8, -2..20i32).prop_map(|(pairing, days_ago)| Step::EndPairing { pairing, days_ago }),
        1 => (0..3u8).prop_map(|pairing| Step::VoidPairing { pairing }),
        3 => (recipient(), mode, presence, 0..40i64)
            .prop_map(|(recipient, mode, presence, days_ago)| Step::Visit { recipient, mode, presence, days_ago }),
        1 => Just(Step::VoidVisit),
        1 => Just(Step::Sync),
    ]
}

fn rules_row(set: u8) -> RowId {
    RowId(id_from_code("test-rules", &set.to_string()))
}
fn pairing_row(pairing: u8) -> RowId {
    RowId(id_from_code("test-pairing", &pairing.to_string()))
}
fn day_before_today(days: i32) -> Day {
    Moment::shanghai(now_ms()).day().plus(-days)
}
fn now_ms() -> i64 {
    device_core::Env::now(&Clock::default()).utc_ms
}

/// A server with the small world, and the phone of W1.
struct Field {
    server: TestServer,
    phone: Phone,
    visits: Vec<RowId>,
}

impl Field {
    async fn new() -> Self {
        let server = server();
        let phone = Phone::of("W1", &server).await;
        Self { server, phone, visits: Vec::new() }
    }

    /// A change by the office. What it may not do, such as voiding a record that is not there, changes nothing.
    fn office(&self, kind: Kind, row: RowId, change: Change) {
        drop(self.server.wait(self.server.core().apply_office(vec![OfficeChange { kind, row, change }])));
    }

    async fn take(&mut self, step: &Step) {
        let void = || Change::Void { reason: "测试".into() };
        match step.clone() {
            Step::CreateRules { set, area, version, rules } => {
                let fields = json!({"area": AREAS[area], "version": version, "checklist": [], "policies": [],
                    "goods": [], "frequencies": fields_of(&rules)});
                self.office(Kind::RuleSet, rules_row(set), Change::Create(serde_json::from_value(fields).unwrap()));
            }
            Step::ChangeRules { set, version, rules } => {
                let mut fields = Fields::new().with("frequencies", fields_of(&rules));
                if let Some(version) = version {
                    fields = fields.with("version", version);
                }
                self.office(Kind::RuleSet, rules_row(set), Change::Set(fields));
            }
            Step::VoidRules { set } => self.office(Kind::RuleSet, rules_row(set), void()),
            Step::ChangeRecipient { recipient: n, field, value } => {
                let change = Change::Set(Fields::new().with(field, value));
                self.office(Kind::Recipient, recipient(RECIPIENTS[n]).into(), change);
            }
            Step::CreatePairing { pairing, recipient: n, starts_days_ago, ends_days_ago } => {
                let fields = Fields::new()
                    .with("worker", worker_id("W2").to_string())
                    .with("recipient", recipient(RECIPIENTS[n]).to_string())
                    .with("role", "paired")
                    .with("start", day_before_today(starts_days_ago).to_string())
                    .with("end", ends_days_ago.map(|days| day_before_today(days).to_string()));
                self.office(Kind::Pairing, pairing_row(pairing), Change::Create(fields));
            }
            Step::EndPairing { pairing, days_ago } => {
                let fields = Fields::new().with("end", day_before_today(days_ago).to_string());
                self.office(Kind::Pairing, pairing_row(pairing), Change::Set(fields));
            }
            Step::VoidPairing { pairing } => self.office(Kind::Pairing, pairing_row(pairing), void()),
            Step::Visit { recipient: n, mode, presence, days_ago } => {
                let happened = Some(Moment::shanghai(now_ms() - days_ago * DAY_MS));
                let routine = visit(recipient(RECIPIENTS[n]), "看望", None);
                let command = Command::SaveVisit(NewVisit { mode, presence, happened, ..routine });
                self.visits.extend(self.phone.save(command));
            }
            Step::VoidVisit => {
                if let Some(row) = self.visits.pop() {
                    self.phone.save(Command::Void { row, reason: "测试".into() });
                }
            }
            Step::Sync => drop(self.phone.sync_all().await),
        }
    }

    /// After a sync: everyone whom the phone holds is due on the same day, and as often, on the server.
    async fn assert_agreement(&mut self) {
        self.phone.sync_all().await;
        let people = self.server.wait(self.server.core().store().read(People)).unwrap();
        let items = self.phone.recipients();
        let in_care = people.values().filter(|p| p.active && p.place.as_str().starts_with("629901"));
        assert_eq!(items.len(), in_care.count(), "everyone in the care of W1 but those withdrawn");
        for item in items {
            let server = &people[&item.id];
            let every = |what| match what {
                DueFor::Visit => server.visit_days,
                DueFor::Contact => server.contact_days,
            };
            let expected = server.due_on.map(Day::from_number);
            assert_eq!(item.due.as_ref().map(|d| d.on), expected, "{}: {server:?} {:?}", item.name, item.due);
            if let Some(due) = &item.due {
                assert_eq!(Some(i32::from(due.every_days)), every(due.what), "{}: {server:?}", item.name);
            }
        }
    }
}

/// The look-up rows of all recipients.
struct People;

impl Job for People {
    type Out = BTreeMap<RecipientId, Recipient>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        Ok(txn.with_prefix::<Recipient>("id", "").await?.into_iter().map(|person| (person.id, person)).collect())
    }
}

async fn play(steps: &[Step]) {
    let mut field = Field::new().await;
    for step in steps {
        field.take(step).await;
    }
    field.assert_agreement().await;
}

proptest! {
    // 16 histories: each starts a server and enrols a phone, which takes up to 1 s. A failing history becomes a named
    // test below.
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn phone_and_server_agree_on_who_is_due(steps in prop::collection::vec(step(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(&steps));
    }
}

fn every(days: u16) -> Vec<Frequency> {
    vec![Frequency { category: None, tag: None, visit_days: Some(days), contact_days: None }]
}

#[tokio::test]
async fn an_older_version_written_later_does_not_replace_a_newer_one() {
    play(&[
        Step::CreateRules { set: 0, area: 1, version: 2, rules: every(20) },
        Step::CreateRules { set: 1, area: 1, version: 1, rules: every(10) },
    ])
    .await;
}

#[tokio::test]
async fn voiding_one_rule_set_of_an_area_leaves_the_others_in_force() {
    play(&[
        Step::CreateRules { set: 0, area: 1, version: 1, rules: every(20) },
        Step::CreateRules { set: 1, area: 1, version: 2, rules: every(10) },
        Step::VoidRules { set: 1 },
    ])
    .await;
}

#[tokio::test]
async fn care_that_a_colleague_began_earlier_counts_on_both_sides() {
    play(&[Step::CreatePairing { pairing: 0, recipient: 0, starts_days_ago: 2000, ends_days_ago: None }]).await;
}
