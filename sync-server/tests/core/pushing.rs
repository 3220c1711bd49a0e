//! Push: replays, broken operations, clones, clocks, standing.

use super::fixture::*;
use serde_json::{json, value::RawValue};
use shared::{
    Change, Fields, Kind, Moment, Op, Outcome,
    chain::Chain,
    ids::{Incarnation, OpNo},
    op::Rejection,
    records::{Problem, ProblemCode, ReviewReason},
    wire::{ErrorCode, PushVerdict},
};

#[tokio::test]
async fn a_reply_lost_after_commit_doubles_nothing_and_is_repeated() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R1");
    phone.visit("R4");
    let request = phone.request();
    let first = phone.send(request.clone()).await.unwrap();
    let again = phone.send(request.clone()).await.unwrap();
    assert_eq!(first.verdict, again.verdict);
    let PushVerdict::Accepted { outcomes, .. } = &again.verdict else { panic!() };
    assert_eq!(outcomes[0].outcome, Outcome::Rejected(Rejection::NotYours), "R4 is in no worker's care");
    phone.acknowledge(&request);
    assert_eq!(fixture.report("6208", "2026-03").await.total.visits(), 1);
    assert_eq!(fixture.core.stats().await.unwrap().ops, 13 + 6 + 2, "the office's and the two of the phone");
}

#[tokio::test]
async fn a_longer_push_after_a_lost_reply_takes_only_what_is_new() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R1");
    phone.send(phone.request()).await.unwrap();
    phone.env_tick();
    phone.visit("R2");
    assert!(phone.push().await.is_empty());
    assert_eq!(phone.sent, OpNo(2));
    assert_eq!(fixture.report("6208", "2026-03").await.total.visits(), 2);
}

#[tokio::test]
async fn an_unreadable_operation_is_kept_and_blocks_no_other() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R1");
    phone.visit("R2");
    phone.visit("R1");
    phone.visit("R2");
    let mut request = phone.request();
    let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
    request.ops[1] = raw(r#"{"op_id":"0190aaaa-0000-7000-8000-000000000001","op_no":2,"nonsense":true}"#);
    request.ops[2] = raw(&format!(
        r#"{{"op_id":"{}","op_no":3,"hlc":"{:016x}","kind":"visit","row":"{}","change":{{"merge_with":{{}}}}}}"#,
        fresh(),
        hlc_at(START_MS).0,
        fresh()
    ));
    for _ in 0..2 {
        let PushVerdict::Accepted { acked_through, outcomes } = phone.send(request.clone()).await.unwrap().verdict
        else {
            panic!()
        };
        assert_eq!(acked_through, OpNo(4));
        assert_eq!(outcomes.iter().map(|o| o.op_no.0).collect::<Vec<_>>(), [2, 3]);
        assert!(matches!(outcomes[0].outcome, Outcome::Rejected(Rejection::Malformed { .. })));
        assert_eq!(outcomes[0].op_id.to_string(), "0190aaaa-0000-7000-8000-000000000001");
        assert_eq!(outcomes[1].outcome, Outcome::Rejected(Rejection::NeedsNewerServer));
    }
    assert_eq!(fixture.report("6208", "2026-03").await.total.visits(), 2);
}

#[tokio::test]
async fn a_kind_of_a_newer_app_needs_a_newer_server() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.create(Kind::Other("moon_walk".into()), json!({"recipient": recipient("R1")}));
    assert_eq!(phone.push_one().await, Outcome::Rejected(Rejection::NeedsNewerServer));
}

#[tokio::test]
async fn a_field_of_a_newer_app_is_kept() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    let at = Moment::shanghai(START_MS).to_string();
    let row = phone.create(
        Kind::Visit,
        json!({"recipient": recipient("R1"), "mode": "hologram", "happened": at, "presence": "found", "mood": {"a": 1}}),
    );
    assert_eq!(phone.push_one().await, Outcome::Applied);
    let stored = fixture.row(row).await;
    assert_eq!((stored.fields.get("mood"), stored.fields.text("mode")), (Some(&json!({"a": 1})), Some("hologram")));
}

#[tokio::test]
async fn too_many_operations_at_once_are_refused_whole() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    (0..251).for_each(|_| _ = phone.visit("R1"));
    let error = phone.send(phone.request()).await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::TooLarge));
    assert!(fixture.report("6208", "2026-03").await.total.0.is_empty());
}

#[tokio::test]
async fn a_gap_is_answered_with_resume() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R1");
    phone.push().await;
    phone.sent = OpNo(7);
    phone.visit("R1");
    let reply = phone.send(phone.request()).await.unwrap();
    assert_eq!(reply.verdict, PushVerdict::Resume { have: OpNo(1) });
}

#[tokio::test]
async fn a_copied_phone_gets_an_incarnation_of_its_own_and_loses_nothing() {
    let fixture = Fixture::new().await;
    let mut original = fixture.phone("W1").await;
    original.visit("R1");
    original.push().await;
    let mut copy = Phone::new(&fixture, original.id, original.token.clone(), original.worker);
    (copy.sent, copy.chain) = (original.sent, original.chain);
    original.visit("R2");
    original.push().await;

    copy.visit("R1");
    copy.visit("R2");
    let reply = copy.send(copy.request()).await.unwrap();
    assert_eq!(reply.verdict, PushVerdict::NewIncarnation { incarnation: Incarnation(2) });
    let again = copy.send(copy.request()).await.unwrap();
    assert_eq!(again.verdict, reply.verdict, "the same again after a lost reply");

    (copy.incarnation, copy.sent, copy.chain) = (Incarnation(2), OpNo(0), Default::default());
    for (i, op) in copy.outbox.iter_mut().enumerate() {
        op.no = OpNo(i as u64 + 1);
    }
    assert!(copy.push().await.is_empty());
    assert_eq!(fixture.core.stats().await.unwrap().ops, 13 + 6 + 4);
}

#[tokio::test]
async fn a_phone_with_another_chain_gets_an_incarnation_of_its_own() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R1");
    phone.push().await;
    phone.chain = phone.chain.then("something this server never saw");
    phone.visit("R2");
    let reply = phone.send(phone.request()).await.unwrap();
    assert_eq!(reply.verdict, PushVerdict::NewIncarnation { incarnation: Incarnation(2) });
}

#[tokio::test]
async fn an_operation_sent_again_under_another_number_is_the_same_operation() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R1");
    phone.visit("R4");
    let ops = phone.outbox.clone();
    let first = phone.push().await;
    phone.outbox = ops;
    for (op, no) in phone.outbox.iter_mut().zip(3..) {
        op.no = OpNo(no);
    }
    let second = phone.push().await;
    assert_eq!(first[0].outcome, second[0].outcome);
    assert_eq!(second[0].op_no, OpNo(4));
    assert_eq!(fixture.report("6208", "2026-03").await.total.visits(), 1);
}

#[tokio::test]
async fn two_phones_change_one_number_and_both_see_the_outcome() {
    let fixture = Fixture::new().await;
    let (mut one, mut two) = (fixture.phone("W1").await, fixture.phone("W2").await);
    one.pull().await;
    two.pull().await;
    one.set(Kind::Recipient, recipient("R2"), json!({"phone": "111"}));
    fixture.env.advance(60_000);
    two.set(Kind::Recipient, recipient("R2"), json!({"phone": "222"}));
    assert_eq!(two.push_one().await, Outcome::Applied);
    assert_eq!(one.push_one().await, Outcome::Merged { lost: vec!["phone".into()] });
    one.pull().await;
    let row = &one.rows[&recipient("R2").into()];
    assert_eq!(row.fields.text("phone"), Some("222"));
    assert_eq!(row.former[0].value, json!("111"));
}

#[tokio::test]
async fn a_clock_a_day_off_is_corrected_and_its_stamp_is_logged() {
    for skew in [DAY_MS, -DAY_MS] {
        let fixture = Fixture::new().await;
        let mut phone = fixture.phone("W1").await;
        phone.skew = skew;
        let at = Moment::shanghai(START_MS).to_string();
        let visit = json!({"recipient": recipient("R1"), "mode": "home", "happened": at, "presence": "found"});
        let id = phone.create(Kind::Visit, visit);
        let original = phone.outbox[0].hlc;
        assert_eq!(phone.push_one().await, Outcome::Applied);
        assert_eq!(fixture.row(id).await.hlc.ms(), START_MS);
        let logged = fixture.logged(id).await;
        assert_eq!((logged[0].original, logged[0].skew_ms), (original, skew));
    }
}

#[tokio::test]
async fn work_after_a_pairing_ended_waits_in_review_and_the_new_worker_sees_it() {
    let fixture = Fixture::new().await;
    let (mut former, mut present) = (fixture.phone("W1").await, fixture.phone("W2").await);
    former.pull().await;
    let end = json!({"end": "2026-03-02", "reason": "换人"});
    fixture.office(vec![set(Kind::Pairing, pairing("W1", "R2"), end)]).await;
    former.visit("R2");
    let Outcome::InReview { review, reason, applied } = former.push_one().await else { panic!() };
    assert_eq!((reason, applied), (ReviewReason::GrantEnded, false));
    present.pull().await;
    assert!(present.holds(shared::RowId(review.0)));
    former.pull().await;
    assert!(former.holds(shared::RowId(review.0)), "its author holds the review");
    assert_eq!(fixture.report("6208", "2026-03").await.total.visits(), 0);
    assert_eq!(fixture.report("6208", "2026-03").await.attention.reviews, 1);
}

#[tokio::test]
async fn work_from_before_the_end_of_a_pairing_counts_when_it_arrives_late() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R2");
    fixture.env.advance(5 * DAY_MS);
    fixture.office(vec![set(Kind::Pairing, pairing("W1", "R2"), json!({"end": "2026-03-05"}))]).await;
    assert_eq!(phone.push_one().await, Outcome::Applied);
}

#[tokio::test]
async fn a_handout_recorded_by_two_phones_counts_and_raises_a_review() {
    let fixture = Fixture::new().await;
    let (mut one, mut two) = (fixture.phone("W1").await, fixture.phone("W2").await);
    let rice = |handout: uuid::Uuid| {
        json!({"recipient": recipient("R2"), "kind": "goods", "happened": Moment::shanghai(START_MS).to_string(),
            "handout": handout, "lines": [{"item": "大米", "quantity": 2, "unit": "袋", "unit_value": 5000}]})
    };
    one.create(Kind::Assistance, rice(fresh()));
    two.create(Kind::Assistance, rice(fresh()));
    assert_eq!(one.push_one().await, Outcome::Applied);
    let outcome = two.push_one().await;
    assert!(
        matches!(&outcome, Outcome::InReview { reason: ReviewReason::LikelyDuplicate, applied: true, .. }),
        "{outcome:?}"
    );
    let report = fixture.report("6208", "2026-03").await;
    assert_eq!((report.total.aid().0, report.attention.reviews), (20_000, 1));
}

#[tokio::test]
async fn two_records_of_one_phone_or_of_one_handout_are_no_duplicate() {
    let fixture = Fixture::new().await;
    let mut one = fixture.phone("W1").await;
    let coal = |handout: Option<uuid::Uuid>| {
        json!({"recipient": recipient("R2"), "kind": "money", "amount": 30_000, "handout": handout,
            "happened": Moment::shanghai(START_MS).to_string()})
    };
    one.create(Kind::Assistance, coal(None));
    one.push().await;
    one.create(Kind::Assistance, coal(None));
    assert_eq!(one.push_one().await, Outcome::Applied, "one device that records twice means it");
    let fixture = Fixture::new().await;
    let (mut one, mut two) = (fixture.phone("W1").await, fixture.phone("W2").await);
    let together = Some(fresh());
    one.create(Kind::Assistance, coal(together));
    two.create(Kind::Assistance, coal(together));
    assert_eq!((one.push_one().await, two.push_one().await), (Outcome::Applied, Outcome::Applied));
}

#[tokio::test]
async fn a_worker_may_not_write_records_of_the_office() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.create(Kind::Area, json!({"code": "620826101203", "name": "新村"}));
    let Outcome::Rejected(_) = phone.push_one().await else { panic!() };
    phone.pull().await;
    phone.set(Kind::Worker, worker("W1"), json!({"role": "administrator", "areas": ["62"]}));
    assert!(matches!(phone.push_one().await, Outcome::InReview { reason: ReviewReason::Proposal, applied: false, .. }));
    phone.save(Kind::Recipient, recipient("R4"), Change::Set(Fields::new().with("phone", "1")));
    assert_eq!(phone.push_one().await, Outcome::Rejected(Rejection::NotYours));
}

#[tokio::test]
async fn a_proposed_recipient_waits_for_the_supervisor() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.create(Kind::Recipient, json!({"code": "N1", "name": "新人", "category": "orphan", "area": VILLAGE}));
    assert!(matches!(phone.push_one().await, Outcome::InReview { reason: ReviewReason::Proposal, .. }));
}

#[tokio::test]
async fn a_missing_field_is_named_to_its_author() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.create(Kind::Visit, json!({"recipient": recipient("R1"), "mode": "home", "presence": "found"}));
    let missing = Problem::new("happened", ProblemCode::Missing);
    assert_eq!(phone.push_one().await, Outcome::Rejected(Rejection::Invalid(vec![missing])));
    phone.create(Kind::Visit, json!({"recipient": recipient("R1"), "mode": 7, "presence": "found"}));
    let Outcome::Rejected(Rejection::Invalid(problems)) = phone.push_one().await else { panic!() };
    assert_eq!((problems[0].field.as_str(), &problems[0].code), ("mode", &ProblemCode::WrongShape));
}

#[tokio::test]
async fn two_recipients_may_have_the_same_office_code() {
    let fixture = Fixture::new().await;
    let mut supervisor = fixture.phone("S1").await;
    let person = json!({"code": "N1", "name": "新人", "category": "orphan", "area": VILLAGE});
    let (one, two) = (supervisor.create(Kind::Recipient, person.clone()), supervisor.create(Kind::Recipient, person));
    assert_eq!(supervisor.push().await, []);
    assert!(fixture.find(one).await.is_some() && fixture.find(two).await.is_some());
}

impl Phone {
    /// Advances the phone's clock, so that two visits to one recipient differ.
    fn env_tick(&mut self) {
        self.skew += 1;
    }
}

#[tokio::test]
async fn a_device_that_lost_operations_continues_under_the_next_incarnation() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R1");
    let kept = phone.visit("R2");
    let left = phone.outbox[1].clone();
    phone.push().await;
    // The phone begins its next incarnation without the server.
    phone.visit("R1");
    let fresh = phone.outbox[0].clone();
    phone.outbox = vec![Op { no: OpNo(1), ..left }, Op { no: OpNo(2), ..fresh }];
    (phone.incarnation, phone.sent, phone.chain) = (phone.incarnation.next(), OpNo(0), Chain::default());
    let verdict = phone.send(phone.request()).await.unwrap().verdict;
    assert_eq!(verdict, PushVerdict::NewIncarnation { incarnation: Incarnation(3) });
    let again = phone.send(phone.request()).await.unwrap().verdict;
    assert_eq!(again, verdict, "the same again until the device begins it");
    phone.incarnation = Incarnation(3);
    assert_eq!(phone.push().await, []);
    assert_eq!(fixture.row(kept).await.rev.0, 1, "a repeated operation is applied once");
}
