//! What became of an operation later: judged by a newer server, or decided by a supervisor.

use super::*;
use crate::views::RecordState;
use serde_json::json;
use shared::{
    OpId, OpOutcome, Outcome,
    ids::ReviewId,
    op::Rejection,
    records::{Review, ReviewReason, ReviewStatus},
};

fn op_of(core: &Core, row: RowId) -> Op {
    outbox::of_row(core.store().unwrap().conn(), row).unwrap().pop().unwrap().op().unwrap()
}

fn accepted(core: &Core, row: RowId, outcome: Outcome) -> PushVerdict {
    let op = op_of(core, row);
    PushVerdict::Accepted { acked_through: op.no, outcomes: vec![OpOutcome { op_id: op.id, op_no: op.no, outcome }] }
}

fn state(view: &SyncView, row: RowId) -> Vec<RecordState> {
    view.recent.iter().filter(|item| item.row == row).map(|item| item.state.clone()).collect()
}

#[tokio::test]
async fn a_device_asks_after_what_an_older_server_could_not_judge_until_it_is_told() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    let row = say(&mut core, "a");
    let op = op_of(&core, row).id;
    server.plan_push(Ok(accepted(&core, row, Outcome::Rejected(Rejection::NeedsNewerServer))));
    let view = sync(&mut core, &server).await;
    assert_eq!(view.attention.len(), 1);
    sync(&mut core, &server).await;
    let asked: Vec<Vec<OpId>> = server.state().pulls.iter().map(|p| p.ask.clone()).collect();
    assert_eq!(asked, [vec![op], vec![op]]);

    let told = OpOutcome { op_id: op, op_no: OpNo(1), outcome: Outcome::Applied };
    let mirror = ScopePage { ..rows([taken_in(&core, row)]) };
    server.plan_pull(Ok(PullReply { told: vec![told.clone()], ..page(mirror, false) }));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.attention.len(), state(&view, row)), (0, vec![RecordState::Confirmed]));
    assert!(shown(&core, row));
    // Told twice is told once.
    server.plan_pull(Ok(PullReply { told: vec![told], ..page(rows([]), false) }));
    sync(&mut core, &server).await;
    sync(&mut core, &server).await;
    assert!(server.state().pulls.last().unwrap().ask.is_empty());
}

#[tokio::test]
async fn more_than_fifty_are_asked_after_in_turn_and_a_server_of_version_one_is_not_asked() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    say_often(&mut core, 70);
    let conn = core.store().unwrap().conn();
    let waits = r#"{"rejected":"needs_newer_server"}"#;
    conn.execute("UPDATE op SET acked = 1, settled = 1, outcome = ?1", [waits]).unwrap();
    for _ in 0..2 {
        sync(&mut core, &server).await;
    }
    let asked: std::collections::BTreeSet<OpId> = server.state().pulls.iter().flat_map(|p| p.ask.clone()).collect();
    assert_eq!(asked.len(), 70);
    server.state().newest = Some(1);
    sync(&mut core, &server).await;
    assert!(server.state().pulls.last().unwrap().ask.is_empty());
}

/// The review of an operation, as the server has it.
fn review(op: &Op, rev: u64, status: ReviewStatus, decision: Option<&str>) -> Row {
    let review = Review {
        reason: ReviewReason::Proposal,
        status,
        row: op.row,
        row_kind: op.kind.clone(),
        recipient: None,
        op: op.clone(),
        proposed_by: ME,
        proposed_hlc: op.hlc,
        current: json!({}),
        current_by: None,
        applied: false,
        decision: decision.map(str::to_owned),
    };
    serde_json::from_value(json!({
        "kind": "review", "id": Uuid::from_u128(0xBEEF), "rev": rev, "author": Uuid::nil(), "device": Uuid::nil(),
        "hlc": "0000000000000001", "fields": review,
    }))
    .unwrap()
}

const HELD: Outcome =
    Outcome::InReview { review: ReviewId(Uuid::from_u128(0xBEEF)), reason: ReviewReason::Proposal, applied: false };

#[tokio::test]
async fn an_author_sees_what_a_supervisor_decided_and_why() {
    for (status, decision) in [(ReviewStatus::Accepted, "身份证已核"), (ReviewStatus::Declined, "上月已发过")]
    {
        let (world, server) = (World::new(), Fake::default());
        let mut core = device(&world);
        let row = say(&mut core, "a");
        let op = op_of(&core, row);
        server.plan_push(Ok(accepted(&core, row, HELD)));
        server.plan_pull(Ok(page(rows([review(&op, 1, ReviewStatus::Open, None)]), false)));
        let view = sync(&mut core, &server).await;
        assert_eq!(state(&view, row), [RecordState::InReview { applied: false }]);

        let decided = review(&op, 2, status.clone(), Some(decision));
        server.plan_pull(Ok(page(ScopePage { cursor: Seq(2), ..rows([decided]) }, false)));
        let view = sync(&mut core, &server).await;
        if status == ReviewStatus::Accepted {
            assert_eq!(state(&view, row), [RecordState::Confirmed]);
            assert!(view.attention.is_empty());
        } else {
            assert_eq!(state(&view, row), [RecordState::Rejected]);
            let why = Outcome::Rejected(Rejection::Declined { reason: decision.into() });
            assert_eq!(view.attention[0].outcome, Some(why));
            assert!(shown(&core, row), "what was recorded is still there to be read");
            // Put aside, it stays so, whatever comes again.
            core.handle(Command::Acknowledge { op_no: OpNo(1) });
            let again = review(&op, 2, status, Some(decision));
            server.plan_pull(Ok(page(ScopePage { cursor: Seq(2), ..rows([again]) }, false)));
            assert!(sync(&mut core, &server).await.attention.is_empty());
        }
    }
}

#[tokio::test]
async fn an_answer_that_comes_after_the_decision_does_not_bring_the_review_back() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    let row = say(&mut core, "a");
    let op = op_of(&core, row);
    // The reply to the push was lost; the decision came by a pull before the push was repeated.
    let declined = review(&op, 2, ReviewStatus::Declined, Some("x"));
    server.plan_push(Err(SyncError::refused(shared::wire::ErrorCode::Malformed)));
    server.plan_pull(Ok(page(rows([declined]), false)));
    sync(&mut core, &server).await;
    server.plan_push(Ok(accepted(&core, row, HELD)));
    let view = sync(&mut core, &server).await;
    assert_eq!(state(&view, row), [RecordState::Rejected]);
}
