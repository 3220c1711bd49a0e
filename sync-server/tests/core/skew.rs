//! Phones' clocks that are wrong by more than a year or jump, and a server's clock that is set back.

use super::fixture::*;
use serde_json::json;
use shared::{Kind, OpId, Outcome, hlc::Hlc};
use sync_server::{
    core::CoreError,
    store::{Job, Store, Txn, tables::OpLog},
};

/// 400 days: more than a year, so that no calendar arithmetic hides it.
const OFF: i64 = 400 * DAY_MS;

/// The log entry of an operation.
struct Logged(OpId);

impl Job for Logged {
    type Out = OpLog;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<OpLog, CoreError> {
        Ok(txn.get::<OpLog>(&[(self.0,)]).await?.pop().flatten().expect("it was logged"))
    }
}

async fn logged(fixture: &Fixture, op: OpId) -> OpLog {
    fixture.core.store().read(Logged(op)).await.unwrap()
}

/// A visit that happened now by the true time, whatever the phone's clock shows.
fn visit_now(fixture: &Fixture, phone: &mut Phone, who: &str) -> OpId {
    use sync_server::core::Env;
    let at = shared::Moment::shanghai(fixture.env.now_ms()).to_string();
    phone
        .create(Kind::Visit, json!({"recipient": recipient(who), "mode": "home", "happened": at, "presence": "found"}));
    phone.outbox.last().unwrap().id
}

#[tokio::test]
async fn visits_of_a_phone_four_hundred_days_off_are_ordered_by_true_time() {
    for skew in [OFF, -OFF] {
        let fixture = Fixture::new().await;
        let mut wrong = fixture.phone("W1").await;
        wrong.skew = skew;
        wrong.pull().await;
        let op = visit_now(&fixture, &mut wrong, "R1");
        assert_eq!(wrong.push_one().await, Outcome::Applied, "{skew}");
        let entry = logged(&fixture, op).await;
        assert_eq!((entry.skew_ms, entry.hlc.ms()), (skew, START_MS), "measured and corrected");
        assert_eq!(entry.original.ms(), START_MS + skew, "the original is kept");
        // The later change wins, whether its clock is right or wrong.
        let mut right = fixture.phone("W2").await;
        right.pull().await;
        wrong.pull().await;
        wrong.set(Kind::Recipient, recipient("R2"), json!({"phone": "13800000001"}));
        fixture.env.advance(60_000);
        right.set(Kind::Recipient, recipient("R2"), json!({"phone": "13800000002"}));
        right.push().await;
        wrong.push().await;
        assert_eq!(fixture.row(recipient("R2")).await.fields.text("phone"), Some("13800000002"), "{skew}");
    }
}

#[tokio::test]
async fn a_clock_that_jumps_back_between_operations_keeps_their_order() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.pull().await;
    let mut ops = Vec::new();
    for jump in [0, OFF, 0, -OFF, -OFF] {
        phone.skew = jump;
        ops.push(visit_now(&fixture, &mut phone, "R1"));
        let note = format!("{jump}");
        ops.push(phone.set(Kind::Recipient, recipient("R1"), json!({"note": note})));
    }
    let originals: Vec<Hlc> = phone.outbox.iter().map(|op| op.hlc).collect();
    assert!(originals.is_sorted_by(|a, b| a < b), "on the device");
    // Its clock is right again when it syncs.
    phone.skew = 0;
    fixture.env.advance(60_000);
    phone.push().await;
    let mut stamps = Vec::new();
    for op in ops {
        stamps.push(logged(&fixture, op).await.hlc);
    }
    assert!(stamps.is_sorted_by(|a, b| a < b), "on the server");
    assert_eq!(
        fixture.row(recipient("R1")).await.fields.text("note"),
        Some(format!("{}", -OFF).as_str()),
        "the last word"
    );
}

#[tokio::test]
async fn a_server_set_back_five_days_accepts_everything_and_keeps_the_order() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.pull().await;
    let before = visit_now(&fixture, &mut phone, "R1");
    phone.push().await;
    fixture.env.advance(-5 * DAY_MS);
    let visit = visit_now(&fixture, &mut phone, "R2");
    phone.skew = 5 * DAY_MS;
    assert_eq!(phone.push_one().await, Outcome::Applied);
    assert!(logged(&fixture, visit).await.hlc > logged(&fixture, before).await.hlc, "never below what the device had");
    phone.pull().await;
    let mut fresh = fixture.phone("W1").await;
    fresh.pull().await;
    assert_eq!(fresh.rows.len(), phone.rows.len());
}
