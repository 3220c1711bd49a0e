//! Pushes judged together are judged as one after the other.

use super::town::*;
use serde_json::json;
use shared::{Kind, Moment, Outcome, records::ReviewReason, wire::ErrorCode, wire::PushVerdict};

fn money(who: &str) -> serde_json::Value {
    let at = Moment::shanghai(START_MS).to_string();
    json!({"recipient": recipient(who), "kind": "money", "amount": 30_000, "happened": at})
}

#[tokio::test]
async fn phones_that_push_at_once_all_get_their_own_answer() {
    let town = Town::new().await;
    let mut phones = Vec::new();
    for n in 0..24 {
        phones.push(town.phone(if n % 2 == 0 { "W1" } else { "W2" }).await);
    }
    for phone in &mut phones {
        phone.visit("R2");
        phone.visit("R4");
    }
    let outcomes = futures_util::future::join_all(phones.iter_mut().map(|phone| phone.push())).await;
    for outcomes in outcomes {
        let outcomes: Vec<(u64, bool)> =
            outcomes.iter().map(|o| (o.op_no.0, matches!(o.outcome, Outcome::Rejected(_)))).collect();
        assert_eq!(outcomes, [(2, true)], "R4 is in nobody's care");
    }
    assert_eq!(town.report("6208", "2026-03").await.total.visits(), 2, "each worker once a day");
    for phone in &mut phones {
        phone.pull().await;
    }
    assert_eq!(phones[0].count(&Kind::Visit), 24);
}

#[tokio::test]
async fn a_refused_push_takes_no_other_along_and_two_of_one_phone_come_one_after_the_other() {
    let town = Town::new().await;
    let (mut one, mut two, mut gone) = (town.phone("W1").await, town.phone("W2").await, town.phone("W2").await);
    town.core.revoke_device(gone.id).await.unwrap();
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
    let verdicts = town.core.push_together(pushes).await;
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
    assert_eq!(accepted(4), (1, vec![]), "sent again, it is known");
    assert_eq!(town.report("6208", "2026-03").await.total.aid().0, 60_000);
}

#[tokio::test]
async fn a_phone_that_hangs_up_takes_no_other_along() {
    let town = Town::new().await;
    let mut phones = Vec::new();
    for _ in 0..8 {
        phones.push(town.phone("W1").await);
    }
    for phone in &mut phones {
        phone.visit("R1");
    }
    let (hanging_up, staying) = phones.split_at_mut(4);
    let given_up = async {
        // Polled once, so that each has joined, and dropped.
        let waiting = futures_util::future::join_all(hanging_up.iter_mut().map(|phone| phone.push()));
        let _ = tokio::time::timeout(std::time::Duration::ZERO, waiting).await;
    };
    let others = futures_util::future::join_all(staying.iter_mut().map(|phone| phone.push()));
    let (_, outcomes) = tokio::join!(given_up, others);
    assert!(outcomes.iter().all(Vec::is_empty));
    // Whether they were heard or not: they send again.
    for phone in hanging_up {
        phone.push().await;
    }
    staying[0].pull().await;
    assert_eq!(staying[0].count(&Kind::Visit), 8);
}
