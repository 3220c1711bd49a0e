//! A batch of pushes leaves the store exactly as the same pushes one by one: every row, every seq.

use super::{StoreLocation, created::CreatedRecords, fixture::*};
use proptest::prelude::*;
use serde_json::json;
use shared::{
    Change, Kind, Moment, RowId,
    ids::id_from_code,
    wire::{PushRequest, Token},
};
use sync_server::{
    data::LocalCore,
    store::{Job, Store, StoreError, Txn, tables::*},
};

#[derive(Clone, Debug)]
enum Step {
    Visit { phone: usize, who: usize, day: i64 },
    Aid { phone: usize, who: usize, yuan: i64 },
    Need { phone: usize, who: usize },
    Advance { phone: usize, which: usize, to: usize },
    Void { phone: usize, which: usize },
    Amend { phone: usize, which: usize, day: i64 },
    Number { phone: usize, who: usize, n: u8 },
    Tag { phone: usize, who: usize, n: usize },
    Propose { phone: usize },
    Move { who: usize },
    EndPairing,
    Resolve { which: usize, accept: bool },
    Nonsense { phone: usize },
    Send { phone: usize },
    SendAgain { which: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let day = prop::sample::select(vec![-40i64, -1, 0]);
    let (phone, who, which) = (0usize..4, 0usize..4, 0usize..30);
    let of = (phone.clone(), who.clone());
    prop_oneof![
        5 => (of.clone(), day.clone()).prop_map(|((phone, who), day)| Step::Visit { phone, who, day }),
        3 => (of.clone(), 1i64..3).prop_map(|((phone, who), yuan)| Step::Aid { phone, who, yuan }),
        2 => of.clone().prop_map(|(phone, who)| Step::Need { phone, who }),
        2 => (phone.clone(), which.clone(), 0usize..4).prop_map(|(phone, which, to)| Step::Advance { phone, which, to }),
        2 => (phone.clone(), which.clone()).prop_map(|(phone, which)| Step::Void { phone, which }),
        2 => (phone.clone(), which.clone(), day).prop_map(|(phone, which, day)| Step::Amend { phone, which, day }),
        2 => (of.clone(), 0u8..4).prop_map(|((phone, who), n)| Step::Number { phone, who, n }),
        1 => (of, 0usize..3).prop_map(|((phone, who), n)| Step::Tag { phone, who, n }),
        1 => phone.clone().prop_map(|phone| Step::Propose { phone }),
        1 => who.prop_map(|who| Step::Move { who }),
        1 => Just(Step::EndPairing),
        2 => (which.clone(), any::<bool>()).prop_map(|(which, accept)| Step::Resolve { which, accept }),
        1 => phone.clone().prop_map(|phone| Step::Nonsense { phone }),
        6 => phone.prop_map(|phone| Step::Send { phone }),
        1 => which.prop_map(|which| Step::SendAgain { which }),
    ]
}

const PEOPLE: [&str; 4] = ["R1", "R2", "R3", "R4"];

/// Turns the steps into pushes; none is sent.
async fn pushes(fixture: &Fixture, steps: Vec<Step>) -> Vec<(Token, PushRequest)> {
    // Two phones of one worker, one of another worker, one of the supervisor.
    let mut phones = Vec::new();
    for worker in ["W1", "W1", "W2", "S1"] {
        phones.push(fixture.phone(worker).await);
    }
    for phone in &mut phones {
        phone.pull().await;
    }
    let mut created = CreatedRecords::default();
    let mut pushes: Vec<(Token, PushRequest)> = Vec::new();
    let at = |day: i64| Moment::shanghai(START_MS + day * DAY_MS).to_string();
    for step in steps {
        fixture.env.advance(1000);
        let mut send = |phone: &mut Phone| {
            if !phone.outbox.is_empty() {
                let request = phone.request();
                phone.acknowledge(&request);
                pushes.push((phone.token.clone(), request));
            }
        };
        match step {
            Step::Visit { phone, who, day } => {
                let value = json!({"recipient": recipient(PEOPLE[who]), "mode": "home", "happened": at(day), "presence": "found"});
                let row = phones[phone].create(Kind::Visit, value);
                created.note(Kind::Visit, row);
            }
            Step::Aid { phone, who, yuan } => phones[phone].give_money(&mut created, PEOPLE[who], at(0), yuan),
            Step::Need { phone, who } => phones[phone].raise_need(&mut created, PEOPLE[who], at(0)),
            Step::Advance { phone, which, to } => phones[phone].advance_one(&created, which, to),
            Step::Void { phone, which } => phones[phone].void_one(&created, which),
            Step::Amend { phone, which, day } => phones[phone].move_a_visit(&created, which, at(day)),
            Step::Number { phone, who, n } => {
                phones[phone].set(Kind::Recipient, recipient(PEOPLE[who]), json!({"phone": format!("1390000000{n}")}));
            }
            Step::Tag { phone, who, n } => {
                let tag = ["dibao-1", "empty-nest", "lives-alone"][n].to_owned();
                let change =
                    Change::Elements { field: "tags".into(), add: vec![tag], remove: vec!["lives-alone".into()] };
                phones[phone].save(Kind::Recipient, recipient(PEOPLE[who]), change);
            }
            Step::Propose { phone } => {
                let value = json!({"code": "N1", "name": "新人", "category": "orphan", "area": VILLAGE});
                let row = phones[phone].create(Kind::Recipient, value);
                created.note(Kind::Recipient, row);
            }
            Step::Move { who } => {
                phones[3].set(Kind::Recipient, recipient(PEOPLE[who]), json!({"area": VILLAGE_2}));
            }
            Step::EndPairing => {
                phones[3].set(Kind::Pairing, pairing("W1", "R2"), json!({"end": "2026-03-02"}));
            }
            Step::Resolve { which, accept } => {
                // Any record, as if its change had gone to review.
                let ops: Vec<_> = pushes.iter().flat_map(|(_, r)| r.ops.iter().map(|op| op.get())).collect();
                if !ops.is_empty() {
                    let op: serde_json::Value = serde_json::from_str(ops[which % ops.len()]).unwrap();
                    let review = RowId(id_from_code("review", op["op_id"].as_str().unwrap_or_default()));
                    phones[3].save(Kind::Review, review, Change::Resolve { accept, reason: "看过".into() });
                }
            }
            Step::Nonsense { phone } => {
                phones[phone].create(Kind::Other("moon_walk".into()), json!({"recipient": "nobody"}));
            }
            Step::Send { phone } => send(&mut phones[phone]),
            Step::SendAgain { which } => {
                if !pushes.is_empty() {
                    pushes.push(pushes[which % pushes.len()].clone());
                }
            }
        }
    }
    for phone in &mut phones {
        if !phone.outbox.is_empty() {
            pushes.push((phone.token.clone(), phone.request()));
        }
    }
    pushes
}

/// The whole content of a store, as text.
struct Everything;

impl Job for Everything {
    type Out = Vec<String>;
    type Err = StoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<String>, StoreError> {
        let mut all = vec![format!("{:?}", txn.head().await?)];
        macro_rules! tables {
            ($($table:ident),+) => {$(
                let mut rows: Vec<String> = txn.with_prefix::<$table>("", "").await?.iter().map(|r| format!("{r:?}")).collect();
                rows.sort();
                all.extend(rows);
            )+};
        }
        sync_server::each_table!(tables);
        Ok(all)
    }
}

async fn everything(core: &LocalCore) -> Vec<String> {
    core.store().read(Everything).await.unwrap()
}

async fn play(steps: Vec<Step>, sizes: Vec<usize>) {
    let fixture = Fixture::new().await;
    let mut pushes = pushes(&fixture, steps).await;
    let folder = fixture.folder.join("together");
    std::fs::create_dir_all(&folder).unwrap();
    fixture.core.backup(folder.join("server.db")).await.unwrap();
    let together = open(&StoreLocation, &folder, &fixture.env).await;

    let mut sizes = sizes.into_iter().cycle();
    while !pushes.is_empty() {
        let size = sizes.next().unwrap().min(pushes.len());
        let group: Vec<_> = pushes.drain(..size).collect();
        let mut alone = Vec::new();
        for (token, request) in group.clone() {
            use shared::protocol::SyncProtocol;
            alone.push(fixture.core.push(&token, request).await.map_err(|e| e.code().cloned()));
        }
        let verdicts = together.push_together(group).await;
        let verdicts: Vec<_> = verdicts.into_iter().map(|v| v.map_err(|e| e.code().cloned())).collect();
        assert_eq!(verdicts, alone);
        let (one_by_one, in_one) = (everything(&fixture.core).await, everything(&together).await);
        for (a, b) in one_by_one.iter().zip(&in_one) {
            assert_eq!(a, b);
        }
        assert_eq!(one_by_one.len(), in_one.len());
    }
    let viewer = fixture.viewer("A1").await;
    for (at, period) in [("6208", "2026"), ("620826101", "2026-01"), (VILLAGE, "2026-03"), (VILLAGE_2, "2026-03")] {
        let ask = || shared::wire::ReportRequest { area: area(at), period: period.parse().unwrap(), category: None };
        let (alone, in_one) =
            (fixture.core.report_for(&viewer, ask()).await, together.report_for(&viewer, ask()).await);
        assert_eq!(format!("{:?}", alone.unwrap()), format!("{:?}", in_one.unwrap()), "{at} {period}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn a_batch_leaves_the_store_as_its_pushes_one_by_one(
        steps in prop::collection::vec(step(), 1..80),
        sizes in prop::collection::vec(1usize..9, 1..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(steps, sizes));
    }
}
