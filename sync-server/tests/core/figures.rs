//! The figures that are kept in step equal a recount of all records after any history.

use super::{created::CreatedRecords, fixture::*};
use proptest::prelude::*;
use serde_json::json;
use shared::{
    Change, Kind, Moment, Row,
    indicators::{Fact, Figures, facts},
};

#[derive(Clone, Debug)]
enum Step {
    Visit { phone: usize, who: usize, day: i64, home: bool, found: bool, tutoring: bool },
    Aid { phone: usize, who: usize, day: i64, yuan: i64 },
    Need { phone: usize, who: usize },
    Advance { phone: usize, which: usize, to: usize },
    Void { phone: usize, which: usize },
    Amend { phone: usize, which: usize, day: i64 },
    Reopen { which: usize },
    EndPairing { who: usize },
    Sync,
}

fn step() -> impl Strategy<Value = Step> {
    // Few days, so that several records often share one: then counting once per day matters.
    let day = prop::sample::select(vec![-40i64, -1, 0]);
    let (phone, who, which) = (0usize..2, 0usize..4, 0usize..30);
    prop_oneof![
        4 => (phone.clone(), who.clone(), day.clone(), any::<bool>(), any::<bool>(), any::<bool>())
            .prop_map(|(phone, who, day, home, found, tutoring)| Step::Visit { phone, who, day, home, found, tutoring }),
        2 => (phone.clone(), who.clone(), day.clone(), 1i64..4)
            .prop_map(|(phone, who, day, yuan)| Step::Aid { phone, who, day, yuan }),
        2 => (phone.clone(), who.clone()).prop_map(|(phone, who)| Step::Need { phone, who }),
        3 => (phone.clone(), which.clone(), 0usize..4).prop_map(|(phone, which, to)| Step::Advance { phone, which, to }),
        2 => (phone.clone(), which.clone()).prop_map(|(phone, which)| Step::Void { phone, which }),
        2 => (phone, which.clone(), day).prop_map(|(phone, which, day)| Step::Amend { phone, which, day }),
        1 => which.prop_map(|which| Step::Reopen { which }),
        1 => who.prop_map(|who| Step::EndPairing { who }),
        2 => Just(Step::Sync),
    ]
}

async fn play(steps: Vec<Step>) {
    let fixture = Fixture::new().await;
    let mut phones = [fixture.phone("W1").await, fixture.phone("W2").await];
    let mut supervisor = fixture.phone("S1").await;
    let mut created = CreatedRecords::default();
    let people = ["R1", "R2", "R3", "R4"];
    let at = |day: i64| Moment::shanghai(START_MS + day * DAY_MS).to_string();
    for step in steps {
        fixture.env.advance(1000);
        match step {
            Step::Visit { phone, who, day, home, found, tutoring } => {
                let services = if tutoring { vec!["tutoring"] } else { vec![] };
                let row = phones[phone].create(
                    Kind::Visit,
                    json!({"recipient": recipient(people[who]),
                    "mode": if home { "home" } else { "phone" }, "happened": at(day),
                    "presence": if found { "found" } else { "away" }, "services": services}),
                );
                created.note(Kind::Visit, row);
            }
            Step::Aid { phone, who, day, yuan } => phones[phone].give_money(&mut created, people[who], at(day), yuan),
            Step::Need { phone, who } => phones[phone].raise_need(&mut created, people[who], at(0)),
            Step::Advance { phone, which, to } => phones[phone].advance_one(&created, which, to),
            Step::Void { phone, which } => phones[phone].void_one(&created, which),
            Step::Amend { phone, which, day } => phones[phone].move_a_visit(&created, which, at(day)),
            Step::Reopen { which } => {
                if let Some((kind, row)) = created.pick(which, Some(&Kind::Need)) {
                    supervisor.save(kind, row, Change::Reopen { reason: "没办".into() });
                }
            }
            Step::EndPairing { who } => {
                let row = pairing("W1", people[who]);
                if who < 2 {
                    fixture.office(vec![set(Kind::Pairing, row, json!({"end": "2026-03-02"}))]).await;
                }
            }
            Step::Sync => {
                for phone in phones.iter_mut().chain([&mut supervisor]) {
                    phone.push().await;
                    phone.pull().await;
                }
            }
        }
    }
    for phone in phones.iter_mut().chain([&mut supervisor]) {
        phone.push().await;
    }
    for phone in phones.iter_mut().chain([&mut supervisor]) {
        phone.pull().await;
    }
    check(&fixture).await;
}

/// Compares the report of every area, month and category with a recount of all records.
async fn check(fixture: &Fixture) {
    let rows = fixture.every_row().await;
    for at in ["6208", "620826", "620826101", "620826102", VILLAGE, VILLAGE_2, OTHER_TOWNSHIP] {
        for period in ["2026-01", "2026-02", "2026-03", "2026-Q1"] {
            let report = fixture.report(at, period).await;
            let inside = |row: &&Row| row.area.is_some_and(|a| area(at).contains(&a));
            let all: Vec<Fact> = rows.iter().filter(inside).flat_map(facts).collect();
            let recount = Figures::sum(all.iter().filter(|f| report.period.contains(f.day.month())));
            assert_eq!(report.total, recount, "{at} {period}");
            let mut by_month = Figures::default();
            report.by_month.iter().for_each(|(_, f)| by_month.merge(f));
            assert_eq!(by_month, recount, "months of {at} {period}");
        }
        let report = fixture.report(at, "2026").await;
        let open = rows.iter().filter(|r| r.kind == Kind::Need && r.area.is_some_and(|a| area(at).contains(&a)));
        let open = open.filter(|r| !r.is_void() && !matches!(r.fields.text("status"), Some("solved" | "cannot")));
        assert_eq!(report.attention.needs_open, open.count() as i64, "needs of {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn the_figures_equal_a_recount_of_every_record(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(steps));
    }
}
