//! What a supervisor decides.

use super::town::*;
use serde_json::json;
use shared::{
    Change, Fields, Kind, Moment, Outcome, RowId,
    ids::ReviewId,
    op::Rejection,
    records::{Review, ReviewReason, ReviewStatus},
};

fn resolve(accept: bool) -> Change {
    Change::Resolve { accept, reason: "核实过".into() }
}
fn row(review: &ReviewId) -> RowId {
    RowId(review.0)
}

/// Two names for R2: the second waits.
async fn two_names(town: &Town) -> (Phone, Phone, ReviewId) {
    let (mut one, mut two) = (town.phone("W1").await, town.phone("W2").await);
    one.pull().await;
    two.pull().await;
    one.set(Kind::Recipient, recipient("R2"), json!({"name": "谷军"}));
    two.set(Kind::Recipient, recipient("R2"), json!({"name": "谷均"}));
    assert_eq!(one.push_one().await, Outcome::Applied);
    let Outcome::InReview { review, reason: ReviewReason::IdentityConflict, applied: false } = two.push_one().await
    else {
        panic!()
    };
    (one, two, review)
}

#[tokio::test]
async fn a_review_shows_both_values_and_both_authors() {
    let town = Town::new().await;
    let (_, _, id) = two_names(&town).await;
    let review: Review = town.row(row(&id)).await.view().unwrap();
    assert_eq!(review.current, json!({"name": "谷军"}));
    assert_eq!((review.current_by, review.proposed_by), (Some(worker("W1")), worker("W2")));
    assert_eq!(review.op.change, Change::Set(Fields::new().with("name", "谷均")));
}

#[tokio::test]
async fn accepted_the_proposal_stands_and_its_author_learns_of_it() {
    let town = Town::new().await;
    let (_, mut two, id) = two_names(&town).await;
    let mut supervisor = town.phone("S1").await;
    supervisor.pull().await;
    supervisor.save(Kind::Review, row(&id), resolve(true));
    assert_eq!(supervisor.push_one().await, Outcome::Applied);
    two.pull().await;
    assert_eq!(two.rows[&recipient("R2").into()].fields.text("name"), Some("谷均"));
    let review: Review = two.rows[&row(&id)].view().unwrap();
    assert_eq!((review.status, review.decision.as_deref()), (ReviewStatus::Accepted, Some("核实过")));
    assert_eq!(town.report("6208", "2026-03").await.attention.reviews, 0);
}

#[tokio::test]
async fn declined_what_stands_stays_and_a_second_decision_changes_nothing() {
    let town = Town::new().await;
    let (_, _, id) = two_names(&town).await;
    let mut supervisor = town.phone("S1").await;
    supervisor.save(Kind::Review, row(&id), resolve(false));
    assert_eq!(supervisor.push_one().await, Outcome::Applied);
    supervisor.save(Kind::Review, row(&id), resolve(true));
    assert_eq!(supervisor.push_one().await, Outcome::Merged { lost: vec!["status".into()] });
    assert_eq!(town.row(recipient("R2")).await.fields.text("name"), Some("谷军"));
}

#[tokio::test]
async fn a_worker_does_not_decide_their_own_review() {
    let town = Town::new().await;
    let (_, mut two, id) = two_names(&town).await;
    two.save(Kind::Review, row(&id), resolve(true));
    assert_eq!(two.push_one().await, Outcome::Rejected(Rejection::NotAllowed));
}

#[tokio::test]
async fn late_work_that_is_accepted_counts_under_its_author() {
    let town = Town::new().await;
    let mut phone = town.phone("W1").await;
    town.office(vec![set(Kind::Pairing, pairing("W1", "R2"), json!({"end": "2026-03-01"}))]).await;
    let visit = phone.visit("R2");
    let Outcome::InReview { review, .. } = phone.push_one().await else { panic!() };
    assert!(town.find(visit).await.is_none());
    let accept = sync_server::core::OfficeChange { kind: Kind::Review, row: row(&review), change: resolve(true) };
    town.office(vec![accept]).await;
    let stored = town.row(visit).await;
    assert_eq!((stored.author, stored.device), (worker("W1"), phone.id));
    assert_eq!(town.report("6208", "2026-03").await.total.visits(), 1);
    phone.pull().await;
    assert!(phone.holds(visit));
}

#[tokio::test]
async fn a_declined_duplicate_counts_no_longer() {
    let town = Town::new().await;
    let (mut one, mut two) = (town.phone("W1").await, town.phone("W2").await);
    let coal = json!({"recipient": recipient("R2"), "kind": "money", "amount": 30_000,
        "happened": Moment::shanghai(START_MS).to_string()});
    one.create(Kind::Assistance, coal.clone());
    let second = two.create(Kind::Assistance, coal);
    one.push().await;
    let Outcome::InReview { review, .. } = two.push_one().await else { panic!() };
    let mut supervisor = town.phone("S1").await;
    supervisor.save(Kind::Review, row(&review), resolve(false));
    assert_eq!(supervisor.push_one().await, Outcome::Applied);
    assert!(town.row(second).await.is_void());
    assert_eq!(town.report("6208", "2026-03").await.total.aid().0, 30_000);
}

#[tokio::test]
async fn of_solved_and_cannot_the_supervisor_may_choose_the_other() {
    let town = Town::new().await;
    let (mut one, mut two) = (town.phone("W1").await, town.phone("W2").await);
    let need = one.create(
        Kind::Need,
        json!({"recipient": recipient("R2"), "kind": "heating", "text": "缺煤", "status": "opened",
            "happened": Moment::shanghai(START_MS).to_string()}),
    );
    one.push().await;
    assert_eq!(town.report("6208", "2026-03").await.attention.needs_open, 1);
    let to = |to: &str| Change::Advance { to: to.into(), generation: 0, fields: Fields::new() };
    one.save(Kind::Need, need, to("solved"));
    two.save(Kind::Need, need, to("cannot"));
    one.push().await;
    let Outcome::InReview { review, reason: ReviewReason::StatusConflict, .. } = two.push_one().await else { panic!() };
    let report = town.report("6208", "2026-03").await;
    assert_eq!((report.total.solved(), report.attention.needs_open), (1, 0));
    let mut supervisor = town.phone("S1").await;
    supervisor.save(Kind::Review, row(&review), resolve(true));
    assert_eq!(supervisor.push_one().await, Outcome::Applied);
    assert_eq!(town.row(need).await.fields.text("status"), Some("cannot"));
    assert_eq!(town.report("6208", "2026-03").await.total.solved(), 0);
}

#[tokio::test]
async fn what_was_withdrawn_is_not_brought_back_by_a_review() {
    let town = Town::new().await;
    let mut one = town.phone("W1").await;
    let visit = one.visit("R2");
    one.push().await;
    one.save(Kind::Visit, visit, Change::Void { reason: "记错".into() });
    one.save(Kind::Visit, visit, Change::Set(Fields::new().with("follow_up", "x")));
    let Outcome::InReview { review, reason: ReviewReason::EditAfterVoid, .. } = one.push_one().await else { panic!() };
    let mut supervisor = town.phone("S1").await;
    supervisor.save(Kind::Review, row(&review), resolve(true));
    assert_eq!(supervisor.push_one().await, Outcome::Rejected(Rejection::NotAllowed));
    supervisor.save(Kind::Review, row(&review), resolve(false));
    assert_eq!(supervisor.push_one().await, Outcome::Applied);
    assert!(town.row(visit).await.is_void());
}
