//! Operations that an older server could not evaluate, and how their devices learn the outcome.

use super::fixture::*;
use serde_json::{Value, json};
use shared::{
    Change, Kind, Op, OpId, Outcome, RowId,
    ids::{Incarnation, OpNo},
    op::Rejection,
    wire::{PushVerdict, Scope},
};
use sync_server::{
    core::CoreError,
    store::{
        Job, Store, Txn,
        tables::{OpLog, Quarantine, Record},
    },
};

const WAITS: &str = r#"{"rejected":"needs_newer_server"}"#;

/// Puts an operation into the state in which a server that could not evaluate it leaves it.
pub struct AsIfUnknown {
    pub op: OpId,
    /// True if that server could read the operation and logged it.
    pub logged: bool,
}

impl Job for AsIfUnknown {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        let logged = txn.get::<OpLog>(&[(self.op,)]).await?.pop().flatten().unwrap();
        txn.delete::<Record>(&[(logged.row,)]).await?;
        txn.put(&[Quarantine {
            device: logged.device,
            incarnation: logged.incarnation,
            op_no: logged.op_no,
            op: logged.op.clone(),
            outcome: WAITS.into(),
            received: logged.received,
        }])
        .await?;
        match self.logged {
            true => txn.put(&[OpLog { outcome: Some(WAITS.into()), rev: None, ..logged }]).await?,
            false => txn.delete::<OpLog>(&[(self.op,)]).await?,
        }
        Ok(())
    }
}

struct AllQuarantined;

impl Job for AllQuarantined {
    type Out = Vec<Quarantine>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        Ok(txn.between::<Quarantine>("received", 0, i64::MAX, 100).await?)
    }
}

/// Makes a stored record unreadable, so that every operation on it fails.
struct MakeUnreadable(RowId);

impl Job for MakeUnreadable {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        let record = txn.get::<Record>(&[(self.0,)]).await?.pop().flatten().unwrap();
        Ok(txn.put(&[Record { doc: "{".into(), ..record }]).await?)
    }
}

/// How many operations are in quarantine.
pub async fn quarantined(fixture: &Fixture) -> usize {
    fixture.core.store().read(AllQuarantined).await.unwrap().len()
}

#[tokio::test]
async fn a_newer_server_evaluates_quarantined_operations_once_and_the_device_learns_it() {
    for logged in [true, false] {
        let fixture = Fixture::new().await;
        let mut phone = fixture.phone("W1").await;
        let stamp = phone.now();
        let visit = phone.visit("R1");
        let op = phone.outbox[0].id;
        phone.push().await;
        fixture.core.store().write(AsIfUnknown { op, logged }).await.unwrap();
        phone.ask = vec![op];
        assert_eq!(phone.pull_page().await.told, [], "nothing new yet");

        fixture.env.advance(3 * DAY_MS);
        assert_eq!(fixture.core.quarantine_retry("2.0.0").await.unwrap(), 1);
        assert_eq!(quarantined(&fixture).await, 0);
        let row = fixture.row(visit).await;
        assert_eq!((row.author, row.hlc.ms()), (phone.worker, stamp), "under its author and its own stamp");
        let late = phone.pull_page().await.told;
        assert_eq!((late.len(), late[0].op_id, &late[0].outcome), (1, op, &Outcome::Applied));
        assert!(phone.holds(visit));

        assert_eq!(fixture.core.quarantine_retry("2.0.0").await.unwrap(), 0, "once per build");
        assert_eq!(fixture.core.quarantine_retry("2.0.1").await.unwrap(), 0, "nothing is left");
        assert_eq!(fixture.row(visit).await.rev.0, 1);
    }
}

#[tokio::test]
async fn a_late_refusal_is_reported_with_its_reason_and_only_to_its_device() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R4");
    let op = phone.outbox[0].id;
    let outcome = phone.push_one().await;
    assert_eq!(outcome, Outcome::Rejected(Rejection::NotYours));
    fixture.core.store().write(Reset { op }).await.unwrap();
    assert_eq!(fixture.core.quarantine_retry("2.0.0").await.unwrap(), 1);
    phone.ask = vec![op, OpId(fresh())];
    let late = phone.pull_page().await.told;
    assert_eq!((late.len(), &late[0].outcome), (1, &outcome));
    let mut other = fixture.phone("W2").await;
    other.ask = vec![op];
    assert_eq!(other.pull_page().await.told, []);
}

/// As [`AsIfUnknown`], for an operation that created no record.
struct Reset {
    op: OpId,
}

impl Job for Reset {
    type Out = ();
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<(), CoreError> {
        let logged = txn.get::<OpLog>(&[(self.op,)]).await?.pop().flatten().unwrap();
        let (device, incarnation, op_no) = (logged.device, logged.incarnation, logged.op_no);
        let (op, received) = (logged.op.clone(), logged.received);
        txn.put(&[Quarantine { device, incarnation, op_no, op, outcome: WAITS.into(), received }]).await?;
        Ok(txn.put(&[OpLog { outcome: Some(WAITS.into()), ..logged }]).await?)
    }
}

#[tokio::test]
async fn a_failing_operation_and_a_still_unknown_one_block_no_other() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    let spoilt = phone.visit("R1");
    phone.push().await;
    let mut ops = Vec::new();
    phone.save(Kind::Visit, spoilt, Change::Amend { reason: "x".into(), fields: fields(json!({"note": "x"})) });
    ops.push(phone.outbox[0].id);
    phone.push().await;
    let good = phone.visit("R2");
    ops.push(phone.outbox[0].id);
    phone.push().await;
    let newer = json!({"op_id": fresh(), "op_no": phone.sent.0 + 1, "hlc": "01a202aaf5c00002", "kind": "visit",
        "row": fresh(), "change": {"merge_with": {"row": fresh()}}});
    let request = phone.request_of(vec![serde_json::value::to_raw_value(&newer).unwrap()]);
    let PushVerdict::Accepted { outcomes, .. } = phone.send(request.clone()).await.unwrap().verdict else { panic!() };
    assert_eq!(outcomes[0].outcome, Outcome::Rejected(Rejection::NeedsNewerServer));
    phone.acknowledge(&request);
    for op in ops {
        fixture.core.store().write(Reset { op }).await.unwrap();
    }
    fixture.core.store().write(MakeUnreadable(spoilt)).await.unwrap();
    assert_eq!(quarantined(&fixture).await, 3);
    // The record of the second operation exists: creating it again changes nothing.
    assert_eq!(fixture.core.quarantine_retry("2.0.0").await.unwrap(), 1);
    assert_eq!(quarantined(&fixture).await, 2, "the unreadable one and the newer one stay");
    assert_eq!(fixture.row(good).await.rev.0, 1);
    // The newer operation sent again is the same operation with the same outcome.
    let PushVerdict::Accepted { outcomes, .. } = phone.send(request).await.unwrap().verdict else { panic!() };
    assert_eq!(outcomes[0].outcome, Outcome::Rejected(Rejection::NeedsNewerServer));
}

#[tokio::test]
async fn an_unknown_change_is_quarantined_whole_and_a_broken_known_one_is_malformed() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    let op = |no: u64, change: Value| {
        let op = json!({"op_id": fresh(), "op_no": no, "hlc": "01a202aaf5c00002", "kind": "visit", "row": fresh(),
            "change": change, "since_version": 9});
        serde_json::value::to_raw_value(&op).unwrap()
    };
    let ops = vec![
        op(1, json!({"merge_with": {"row": fresh()}})),
        op(2, json!("archive")),
        op(3, json!({"create": 5})),
        op(4, json!({"void": {"reason": "x"}, "set": {}})),
    ];
    let request = phone.request_of(ops);
    let PushVerdict::Accepted { outcomes, acked_through } = phone.send(request.clone()).await.unwrap().verdict else {
        panic!()
    };
    assert_eq!(acked_through, OpNo(4));
    let newer = |o: &Outcome| *o == Outcome::Rejected(Rejection::NeedsNewerServer);
    let words: Vec<bool> = outcomes.iter().map(|o| newer(&o.outcome)).collect();
    assert_eq!(words, [true, true, false, false]);
    assert!(matches!(outcomes[2].outcome, Outcome::Rejected(Rejection::Malformed { .. })));
    assert_eq!(quarantined(&fixture).await, 4);
    phone.acknowledge(&request);
    // A kind of a newer app is quarantined, too; and a repeated push gets the same reply.
    phone.save(Kind::Other("herd".into()), RowId(fresh()), Change::Create(fields(json!({"sheep": 30}))));
    let request = phone.request();
    for _ in 0..2 {
        let verdict = phone.send(request.clone()).await.unwrap().verdict;
        let PushVerdict::Accepted { outcomes, .. } = verdict else { panic!("{verdict:?}") };
        assert!(newer(&outcomes[0].outcome));
    }
    let held: Vec<Op> = fixture
        .core
        .store()
        .read(AllQuarantined)
        .await
        .unwrap()
        .iter()
        .filter_map(|q| serde_json::from_str(&q.op).ok())
        .collect();
    assert_eq!(held.iter().map(|op| op.change.name()).collect::<Vec<_>>(), ["merge_with", "archive", "create"]);
    assert_eq!(phone.incarnation, Incarnation(1));
    assert!(phone.cursors.keys().all(|s| !matches!(s, Scope::Area(_))));
}
