//! Reviews: listing and deciding them.

use super::fixture::*;
use serde_json::json;
use shared::{
    Change, Fields, Kind, Moment, Outcome, RowId,
    ids::ReviewId,
    op::Rejection,
    records::{Review, ReviewReason, ReviewStatus},
};

/// A decision with a reason.
fn resolve(accept: bool) -> Change {
    Change::Resolve { accept, reason: "核实过".into() }
}
fn row(review: &ReviewId) -> RowId {
    RowId(review.0)
}

/// Two workers change the name of R2: the second change waits in a review.
async fn two_names(fixture: &Fixture) -> (Phone, Phone, ReviewId) {
    let (mut one, mut two) = (fixture.phone("W1").await, fixture.phone("W2").await);
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
    let fixture = Fixture::new().await;
    let (_, _, id) = two_names(&fixture).await;
    let review: Review = fixture.row(row(&id)).await.view().unwrap();
    assert_eq!(review.current, json!({"name": "谷军"}));
    assert_eq!((review.current_by, review.proposed_by), (Some(worker("W1")), worker("W2")));
    assert_eq!(review.op.change, Change::Set(Fields::new().with("name", "谷均")));
    assert_eq!(review.proposed_name.as_deref(), Some("干部W2"));
    assert!(review.current_hlc.is_some());
}

#[tokio::test]
async fn the_office_lists_the_reviews_of_its_areas_only() {
    let fixture = Fixture::new().await;
    fixture
        .office(vec![
            new_worker("S2", "supervisor", "620826102", &["620826102"]),
            new_worker("S3", "supervisor", "620826", &["620826", "620826101"]),
        ])
        .await;
    let (_, _, id) = two_names(&fixture).await;
    for (who, seen) in [("S1", 1), ("S2", 0), ("S3", 1), ("A1", 1)] {
        let viewer = fixture.viewer(who).await;
        let page = fixture.core.reviews_for(&viewer, None, (0, 0)).await.unwrap();
        // The first viewer of the loop decides it.
        assert_eq!((page.open_total + page.done_total, page.open.len() + page.done.len()), (seen, seen), "{who}");
        assert_eq!(fixture.core.review_for(&viewer, id).await.is_ok(), seen == 1, "{who}");
        let decided = fixture.core.decide_review(&viewer, id, true, "核实过").await;
        assert_eq!(decided.is_ok(), seen == 1, "{who}");
    }
    let own = fixture.viewer("S1").await;
    assert!(
        fixture.core.reviews_for(&own, Some(area("620826")), (0, 0)).await.is_err(),
        "a county is above a township"
    );
    assert!(fixture.core.reviews_for(&own, Some(area("620826101201")), (0, 0)).await.is_ok(), "a village is below it");
}

#[tokio::test]
async fn the_office_decides_in_its_own_name_and_a_second_decision_changes_nothing() {
    let fixture = Fixture::new().await;
    let (_, mut two, id) = two_names(&fixture).await;
    let one = fixture.viewer("S1").await;
    fixture.core.decide_review(&one, id, true, "看过证件").await.unwrap();
    fixture.core.decide_review(&fixture.viewer("A1").await, id, false, "我看不是").await.unwrap();
    let (case, history) = fixture.core.review_for(&one, id).await.unwrap();
    let decided = case.decided.unwrap();
    assert_eq!((decided.accepted, decided.reason.as_str(), decided.by), (true, "看过证件", worker("S1")));
    assert_eq!(decided.by_name.as_deref(), Some("干部S1"));
    let page = fixture.core.reviews_for(&one, None, (0, 0)).await.unwrap();
    assert_eq!((page.open_total, page.done_total), (0, 1));
    // History of the name only: the import, the change in force, the change in review.
    let said: Vec<_> = history.iter().map(|past| past.made.by.as_deref()).collect();
    assert_eq!(said, [None, Some("干部W1"), Some("干部W2")]);
    assert!(matches!(history[2].outcome, Some(Outcome::InReview { .. })));
    two.pull().await;
    assert_eq!(two.rows[&recipient("R2").into()].fields.text("name"), Some("谷均"));
    let decided: Review = two.rows[&row(&id)].view().unwrap();
    assert_eq!(decided.decided_name.as_deref(), Some("干部S1"), "its author sees who decided");
}

#[tokio::test]
async fn a_value_replaced_by_a_decision_stays_readable_with_the_reason() {
    for (accept, lost, by) in [(true, "谷军", "W1"), (false, "谷均", "W2")] {
        let fixture = Fixture::new().await;
        let (_, _, id) = two_names(&fixture).await;
        let mut supervisor = fixture.phone("S1").await;
        supervisor.save(Kind::Review, row(&id), resolve(accept));
        assert_eq!(supervisor.push_one().await, Outcome::Applied);
        let person = fixture.row(recipient("R2")).await;
        let former: Vec<_> = person.former.iter().filter(|f| f.field == "name").collect();
        assert_eq!(former.len(), 1, "{former:?}");
        assert_eq!((former[0].value.as_str(), former[0].by), (Some(lost), worker(by)));
        assert_eq!(former[0].reason.as_deref(), Some("核实过"));
    }
}

#[tokio::test]
async fn a_list_has_pages_with_the_oldest_first() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W2").await;
    let proposal = |n: usize| json!({"status": "withdrawn", "note": format!("第{n}次")});
    for n in 0..sync_server::core::review_list::REVIEWS_PER_PAGE + 1 {
        phone.set(Kind::Recipient, recipient("R2"), proposal(n));
        phone.push_one().await;
        fixture.env.advance(60_000);
    }
    let one = fixture.viewer("S1").await;
    let first = fixture.core.reviews_for(&one, None, (0, 0)).await.unwrap();
    let second = fixture.core.reviews_for(&one, None, (1, 0)).await.unwrap();
    assert_eq!((first.open_total, first.open.len(), second.open.len()), (21, 20, 1));
    let filed: Vec<_> = first.open.iter().chain(&second.open).map(|case| case.filed).collect();
    assert!(filed.is_sorted());
    let beyond = fixture.core.reviews_for(&one, None, (usize::MAX, 9)).await.unwrap();
    assert!(beyond.open.is_empty());
}

#[tokio::test]
async fn declining_a_hand_out_voids_its_receipt() {
    let fixture = Fixture::new().await;
    let (mut one, mut two) = (fixture.phone("W1").await, fixture.phone("W2").await);
    let money = json!({"recipient": recipient("R2"), "kind": "money", "amount": 30_000,
        "happened": Moment::shanghai(START_MS).to_string()});
    one.create(Kind::Assistance, money.clone());
    one.push().await;
    let second = two.create(Kind::Assistance, money);
    let receipt = two.create(
        Kind::Receipt,
        json!({"recipient": recipient("R2"), "assistance": second, "mode": "refused", "reason": "不在家",
            "happened": Moment::shanghai(START_MS).to_string()}),
    );
    two.push().await;
    let one = fixture.viewer("S1").await;
    let id = fixture.core.reviews_for(&one, None, (0, 0)).await.unwrap().open[0].id;
    fixture.core.decide_review(&one, id, false, "记重了").await.unwrap();
    assert!(fixture.row(second).await.is_void() && fixture.row(receipt).await.is_void());
}

#[tokio::test]
async fn an_accepted_proposal_is_in_force_and_its_author_learns_of_it() {
    let fixture = Fixture::new().await;
    let (_, mut two, id) = two_names(&fixture).await;
    let mut supervisor = fixture.phone("S1").await;
    supervisor.pull().await;
    supervisor.save(Kind::Review, row(&id), resolve(true));
    assert_eq!(supervisor.push_one().await, Outcome::Applied);
    two.pull().await;
    assert_eq!(two.rows[&recipient("R2").into()].fields.text("name"), Some("谷均"));
    let review: Review = two.rows[&row(&id)].view().unwrap();
    assert_eq!((review.status, review.decision.as_deref()), (ReviewStatus::Accepted, Some("核实过")));
    assert_eq!(fixture.report("6208", "2026-03").await.attention.reviews, 0);
}

#[tokio::test]
async fn a_declined_proposal_changes_nothing_and_a_second_decision_neither() {
    let fixture = Fixture::new().await;
    let (_, _, id) = two_names(&fixture).await;
    let mut supervisor = fixture.phone("S1").await;
    supervisor.save(Kind::Review, row(&id), resolve(false));
    assert_eq!(supervisor.push_one().await, Outcome::Applied);
    supervisor.save(Kind::Review, row(&id), resolve(true));
    assert_eq!(supervisor.push_one().await, Outcome::Merged { lost: vec!["status".into()] });
    assert_eq!(fixture.row(recipient("R2")).await.fields.text("name"), Some("谷军"));
}

#[tokio::test]
async fn a_worker_does_not_decide_their_own_review() {
    let fixture = Fixture::new().await;
    let (_, mut two, id) = two_names(&fixture).await;
    two.save(Kind::Review, row(&id), resolve(true));
    assert_eq!(two.push_one().await, Outcome::Rejected(Rejection::NotAllowed));
}

#[tokio::test]
async fn records_about_a_proposed_recipient_wait_until_a_pairing_is_in_force() {
    let fixture = Fixture::new().await;
    let (mut phone, mut supervisor) = (fixture.phone("W1").await, fixture.phone("S1").await);
    let person =
        |phone: &str| json!({"code": "N1", "name": "新人", "category": "orphan", "area": VILLAGE, "phone": phone});
    let new = phone.create(Kind::Recipient, person("1"));
    let proposed = |outcome: Outcome| match outcome {
        Outcome::InReview { review, reason: ReviewReason::Proposal, applied: false } => review,
        other => panic!("{other:?}"),
    };
    let first = proposed(phone.push_one().await);
    phone.create(Kind::Household, json!({"recipient": new, "area": VILLAGE}));
    proposed(phone.push_one().await);
    let at = Moment::shanghai(START_MS).to_string();
    let visit = json!({"recipient": new, "mode": "home", "happened": at, "presence": "found"});
    let pairing = json!({"worker": worker("W1"), "recipient": new, "role": "paired", "start": "2026-03-01"});
    let not_yours = Outcome::Rejected(Rejection::NotYours);
    phone.create(Kind::Visit, visit.clone());
    assert_eq!(phone.push_one().await, not_yours);
    phone.create(Kind::Pairing, pairing.clone());
    assert_eq!(phone.push_one().await, not_yours);
    phone.set(Kind::Recipient, new, json!({"phone": "2"}));
    assert_eq!(phone.push_one().await, not_yours, "a proposed recipient is no record yet");
    // Proposed again before the office decided: a second review, of which one can be accepted.
    phone.save(Kind::Recipient, new, Change::Create(fields(person("3"))));
    let second = proposed(phone.push_one().await);
    supervisor.save(Kind::Review, row(&second), resolve(true));
    assert_eq!(supervisor.push_one().await, Outcome::Applied);
    supervisor.save(Kind::Review, row(&first), resolve(true));
    assert_eq!(supervisor.push_one().await, Outcome::Rejected(Rejection::IdTaken));
    supervisor.save(Kind::Review, row(&first), resolve(false));
    assert_eq!(supervisor.push_one().await, Outcome::Applied);
    // Now it is a record of its author: the author may change it and propose a pairing.
    phone.pull().await;
    assert_eq!(phone.rows[&new].fields.text("phone"), Some("3"));
    phone.set(Kind::Recipient, new, json!({"phone": "4"}));
    assert_eq!(phone.push_one().await, Outcome::Applied);
    phone.create(Kind::Visit, visit.clone());
    assert_eq!(phone.push_one().await, not_yours);
    fixture.office(vec![create(Kind::Pairing, RowId(fresh()), pairing)]).await;
    phone.create(Kind::Visit, visit);
    assert_eq!(phone.push_one().await, Outcome::Applied);
}

#[tokio::test]
async fn late_work_that_is_accepted_counts_under_its_author() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    fixture.office(vec![set(Kind::Pairing, pairing("W1", "R2"), json!({"end": "2026-03-01"}))]).await;
    let visit = phone.visit("R2");
    let Outcome::InReview { review, .. } = phone.push_one().await else { panic!() };
    assert!(fixture.find(visit).await.is_none());
    let accept = sync_server::core::OfficeChange { kind: Kind::Review, row: row(&review), change: resolve(true) };
    fixture.office(vec![accept]).await;
    let stored = fixture.row(visit).await;
    assert_eq!((stored.author, stored.device), (worker("W1"), phone.id));
    assert_eq!(fixture.report("6208", "2026-03").await.total.visits(), 1);
    phone.pull().await;
    assert!(phone.holds(visit));
}

#[tokio::test]
async fn a_declined_duplicate_counts_no_longer() {
    let fixture = Fixture::new().await;
    let (mut one, mut two) = (fixture.phone("W1").await, fixture.phone("W2").await);
    let coal = json!({"recipient": recipient("R2"), "kind": "money", "amount": 30_000,
        "happened": Moment::shanghai(START_MS).to_string()});
    one.create(Kind::Assistance, coal.clone());
    let second = two.create(Kind::Assistance, coal);
    one.push().await;
    let Outcome::InReview { review, .. } = two.push_one().await else { panic!() };
    let mut supervisor = fixture.phone("S1").await;
    supervisor.save(Kind::Review, row(&review), resolve(false));
    assert_eq!(supervisor.push_one().await, Outcome::Applied);
    assert!(fixture.row(second).await.is_void());
    assert_eq!(fixture.report("6208", "2026-03").await.total.aid().0, 30_000);
}

#[tokio::test]
async fn a_supervisor_may_change_solved_to_cannot() {
    let fixture = Fixture::new().await;
    let (mut one, mut two) = (fixture.phone("W1").await, fixture.phone("W2").await);
    let need = one.create(
        Kind::Need,
        json!({"recipient": recipient("R2"), "kind": "heating", "text": "缺煤", "status": "opened",
            "happened": Moment::shanghai(START_MS).to_string()}),
    );
    one.push().await;
    assert_eq!(fixture.report("6208", "2026-03").await.attention.needs_open, 1);
    let to = |to: &str| Change::Advance { to: to.into(), generation: 0, fields: Fields::new() };
    one.save(Kind::Need, need, to("solved"));
    two.save(Kind::Need, need, to("cannot"));
    one.push().await;
    let Outcome::InReview { review, reason: ReviewReason::StatusConflict, .. } = two.push_one().await else { panic!() };
    let report = fixture.report("6208", "2026-03").await;
    assert_eq!((report.total.solved(), report.attention.needs_open), (1, 0));
    let mut supervisor = fixture.phone("S1").await;
    supervisor.save(Kind::Review, row(&review), resolve(true));
    assert_eq!(supervisor.push_one().await, Outcome::Applied);
    assert_eq!(fixture.row(need).await.fields.text("status"), Some("cannot"));
    assert_eq!(fixture.report("6208", "2026-03").await.total.solved(), 0);
}

#[tokio::test]
async fn a_review_does_not_restore_a_voided_record() {
    let fixture = Fixture::new().await;
    let mut one = fixture.phone("W1").await;
    let visit = one.visit("R2");
    one.push().await;
    one.save(Kind::Visit, visit, Change::Void { reason: "记错".into() });
    one.save(Kind::Visit, visit, Change::Set(Fields::new().with("follow_up", "x")));
    let Outcome::InReview { review, reason: ReviewReason::EditAfterVoid, .. } = one.push_one().await else { panic!() };
    let mut supervisor = fixture.phone("S1").await;
    supervisor.save(Kind::Review, row(&review), resolve(true));
    assert_eq!(supervisor.push_one().await, Outcome::Rejected(Rejection::NotAllowed));
    supervisor.save(Kind::Review, row(&review), resolve(false));
    assert_eq!(supervisor.push_one().await, Outcome::Applied);
    assert!(fixture.row(visit).await.is_void());
}
