//! Late outcomes: a newer server evaluates an operation after the push, or a supervisor resolves its review.

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
async fn a_device_asks_for_a_late_outcome_until_a_newer_server_gives_it() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let row = save_feedback(&mut core, "a");
    let op = op_of(&core, row).id;
    server.plan_push(Ok(accepted(&core, row, Outcome::Rejected(Rejection::NeedsNewerServer))));
    let view = sync(&mut core, &server).await;
    assert_eq!(view.attention.len(), 1);
    sync(&mut core, &server).await;
    let asked: Vec<Vec<OpId>> = server.state().pulls.iter().map(|p| p.ask.clone()).collect();
    assert_eq!(asked, [vec![op], vec![op]]);

    let late = OpOutcome { op_id: op, op_no: OpNo(1), outcome: Outcome::Applied };
    let mirror = ScopePage { ..rows([as_server_row(&core, row)]) };
    server.plan_pull(Ok(PullReply { told: vec![late.clone()], ..page(mirror, false) }));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.attention.len(), state(&view, row)), (0, vec![RecordState::Confirmed]));
    assert!(shown(&core, row));
    // A repeated outcome changes nothing.
    server.plan_pull(Ok(PullReply { told: vec![late], ..page(rows([]), false) }));
    sync(&mut core, &server).await;
    sync(&mut core, &server).await;
    assert!(server.state().pulls.last().unwrap().ask.is_empty());
}

#[tokio::test]
async fn more_than_fifty_late_outcomes_are_requested_in_turn_but_not_from_a_server_of_version_one() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedbacks(&mut core, 70);
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

/// The review of an operation, as the server sends it.
fn review(op: &Op, rev: u64, status: ReviewStatus, decision: Option<&str>) -> Row {
    let review = Review {
        reason: ReviewReason::Proposal,
        status,
        row: op.row,
        row_kind: op.kind.clone(),
        recipient: None,
        op: op.clone(),
        proposed_by: ME,
        proposed_name: None,
        proposed_hlc: op.hlc,
        current: json!({}),
        current_by: None,
        current_hlc: None,
        applied: false,
        decision: decision.map(str::to_owned),
        decided_name: None,
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
async fn an_author_sees_the_decision_of_a_supervisor_and_its_reason() {
    for (status, decision) in [(ReviewStatus::Accepted, "身份证已核"), (ReviewStatus::Declined, "上月已发过")]
    {
        let (env, server) = (TestEnv::new(), FakeServer::default());
        let mut core = device(&env);
        let row = save_feedback(&mut core, "a");
        let op = op_of(&core, row);
        server.plan_push(Ok(accepted(&core, row, HELD)));
        server.plan_pull(Ok(page(rows([review(&op, 1, ReviewStatus::Open, None)]), false)));
        let view = sync(&mut core, &server).await;
        assert_eq!(state(&view, row), [RecordState::InReview { applied: false }]);

        let decided = review(&op, 2, status.clone(), Some(decision));
        server.plan_pull(Ok(page(ScopePage { cursor: Seq(2), ..rows([decided]) }, false)));
        let view = sync(&mut core, &server).await;
        // The operation needs its author's attention again, with the decision and its reason.
        let decided = view.attention[0].decided.as_ref().unwrap();
        let is_accepted = status == ReviewStatus::Accepted;
        assert_eq!((decided.accepted, decided.reason.as_str()), (is_accepted, decision));
        let wanted = if is_accepted { RecordState::Confirmed } else { RecordState::Rejected };
        assert_eq!(state(&view, row), [wanted]);
        if !is_accepted {
            assert!(shown(&core, row), "the record stays readable");
            // Once acknowledged it stays so, even if the review arrives again.
            core.handle(Command::Acknowledge { op_no: OpNo(1) });
            let again = review(&op, 2, status, Some(decision));
            server.plan_pull(Ok(page(ScopePage { cursor: Seq(2), ..rows([again]) }, false)));
            assert!(sync(&mut core, &server).await.attention.is_empty());
        }
    }
}

#[tokio::test]
async fn a_push_reply_after_the_decision_does_not_reopen_the_review() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let row = save_feedback(&mut core, "a");
    let op = op_of(&core, row);
    // The reply to the push was lost; the decision arrives in a pull before the push is repeated.
    let declined = review(&op, 2, ReviewStatus::Declined, Some("x"));
    server.plan_push(Err(SyncError::refused(shared::wire::ErrorCode::Malformed)));
    server.plan_pull(Ok(page(rows([declined]), false)));
    sync(&mut core, &server).await;
    server.plan_push(Ok(accepted(&core, row, HELD)));
    let view = sync(&mut core, &server).await;
    assert_eq!(state(&view, row), [RecordState::Rejected]);
}
