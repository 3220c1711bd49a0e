//! Pushes in one batch are evaluated as if they came one after the other.

use super::fixture::*;
use serde_json::json;
use shared::{Kind, Moment, Outcome, records::ReviewReason, wire::ErrorCode, wire::PushVerdict};

/// A hand-out of money.
fn money(who: &str) -> serde_json::Value {
    let at = Moment::shanghai(START_MS).to_string();
    json!({"recipient": recipient(who), "kind": "money", "amount": 30_000, "happened": at})
}

#[tokio::test]
async fn phones_that_push_at_once_each_get_their_own_reply() {
    let fixture = Fixture::new().await;
    let mut phones = Vec::new();
    for n in 0..24 {
        phones.push(fixture.phone(if n % 2 == 0 { "W1" } else { "W2" }).await);
    }
    for phone in &mut phones {
        phone.visit("R2");
        phone.visit("R4");
    }
    let outcomes = futures_util::future::join_all(phones.iter_mut().map(|phone| phone.push())).await;
    for outcomes in outcomes {
        let outcomes: Vec<(u64, bool)> =
            outcomes.iter().map(|o| (o.op_no.0, matches!(o.outcome, Outcome::Rejected(_)))).collect();
        assert_eq!(outcomes, [(2, true)], "R4 is in no worker's care");
    }
    assert_eq!(fixture.report("6208", "2026-03").await.total.visits(), 2, "each worker once a day");
    for phone in &mut phones {
        phone.pull().await;
    }
    assert_eq!(phones[0].count(&Kind::Visit), 24);
}

#[tokio::test]
async fn a_refused_push_affects_no_other_and_two_pushes_of_one_phone_stay_in_order() {
    let fixture = Fixture::new().await;
    let (mut one, mut two, mut gone) =
        (fixture.phone("W1").await, fixture.phone("W2").await, fixture.phone("W2").await);
    fixture.core.revoke_device(gone.id).await.unwrap();
    let mut pushes = Vec::new();
    for phone in [&mut gone, &mut one, &mut two] {
        phone.create(Kind::Assistance, money("R2"));
        let request = phone.request();
        phone.acknowledge(&request);
        pushes.push((phone.token.clone(), request));
    }
    one.visit("R1");
    pushes.push((one.token.clone(), one.request()));
    pushes.push(pushes[1].clone());
    let verdicts = fixture.core.push_together(pushes).await;
    assert_eq!(verdicts[0].as_ref().unwrap_err().code(), Some(&ErrorCode::TokenRevoked));
    let accepted = |i: usize| match &verdicts[i].as_ref().unwrap().verdict {
        PushVerdict::Accepted { acked_through, outcomes } => (acked_through.0, outcomes.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(accepted(1), (1, vec![]));
    let (acked, outcomes) = accepted(2);
    let likely =
        |o: &Outcome| matches!(o, Outcome::InReview { reason: ReviewReason::LikelyDuplicate, applied: true, .. });
    assert!(acked == 1 && likely(&outcomes[0].outcome), "it sees what the one before it wrote: {outcomes:?}");
    assert_eq!(accepted(3), (2, vec![]));
    assert_eq!(accepted(4), (1, vec![]), "the push is a repeat");
    assert_eq!(fixture.report("6208", "2026-03").await.total.aid().0, 60_000);
}

#[tokio::test]
async fn a_phone_that_hangs_up_affects_no_other() {
    let fixture = Fixture::new().await;
    let mut phones = Vec::new();
    for _ in 0..8 {
        phones.push(fixture.phone("W1").await);
    }
    for phone in &mut phones {
        phone.visit("R1");
    }
    let (hanging_up, staying) = phones.split_at_mut(4);
    let given_up = async {
        // Polled once, so that each joins the batch, then dropped.
        let waiting = futures_util::future::join_all(hanging_up.iter_mut().map(|phone| phone.push()));
        let _ = tokio::time::timeout(std::time::Duration::ZERO, waiting).await;
    };
    let others = futures_util::future::join_all(staying.iter_mut().map(|phone| phone.push()));
    let (_, outcomes) = tokio::join!(given_up, others);
    assert!(outcomes.iter().all(Vec::is_empty));
    // Evaluated or not: the phones send again.
    for phone in hanging_up {
        phone.push().await;
    }
    staying[0].pull().await;
    assert_eq!(staying[0].count(&Kind::Visit), 8);
}
