//! Push: order, numbers, chain, outcomes.

use super::*;
use crate::testing::Dir;
use shared::{OpOutcome, Outcome, ids::OpId, op::Rejection, wire::ErrorCode};

#[tokio::test]
async fn a_second_push_continues_the_chain_of_the_first() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedback(&mut core, "a");
    sync(&mut core, &server).await;
    save_feedback(&mut core, "b");
    let view = sync(&mut core, &server).await;
    assert_eq!((view.waiting_total, view.last_problem), (0, None));
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!((pushes[0].first_op, pushes[1].first_op), (OpNo(1), OpNo(2)));
    assert_eq!(pushes[1].chain, Chain::default().then(pushes[0].ops[0].get()));
}

#[tokio::test]
async fn a_push_holds_250_operations_and_the_next_push_the_rest() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    for n in 0..251 {
        save_feedback(&mut core, &n.to_string());
    }
    sync(&mut core, &server).await;
    let sizes: Vec<usize> = server.state().pushes.iter().map(|p| p.ops.len()).collect();
    assert_eq!(sizes, [250, 1]);
}

#[tokio::test]
async fn large_operations_are_split_so_that_no_push_exceeds_256_kib() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    for _ in 0..30 {
        save_feedback(&mut core, &"字".repeat(4000));
    }
    sync(&mut core, &server).await;
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!(pushes.iter().map(|p| p.ops.len()).sum::<usize>(), 30);
    for push in pushes {
        assert!(push.ops.iter().map(|op| op.get().len()).sum::<usize>() <= 256 << 10);
    }
}

#[tokio::test]
async fn only_acknowledged_operations_count_as_sent() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedbacks(&mut core, 3);
    server.plan_push(Ok(PushVerdict::Accepted { acked_through: OpNo(2), outcomes: vec![] }));
    server.plan_push(Err(SyncError::refused(ErrorCode::Busy).retry_after(60)));
    let view = sync(&mut core, &server).await;
    assert_eq!(view.waiting_total, 1);
    assert_eq!(view.last_problem, Some(crate::views::SyncProblem::Refused(ErrorCode::Busy)));
    sync(&mut core, &server).await;
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!(numbers(&pushes[2]), [3]);
    assert_eq!(pushes[2].chain, pushes[1].chain, "the same bytes again");
    assert_eq!(pushes[2].ops[0].get(), pushes[1].ops[0].get());
}

#[tokio::test]
async fn a_server_that_has_fewer_operations_is_sent_the_rest_with_the_chain_at_that_point() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedbacks(&mut core, 3);
    sync(&mut core, &server).await;
    save_feedback(&mut core, "4");
    server.plan_push(Ok(PushVerdict::Resume { have: OpNo(1) }));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.waiting_total, view.last_problem), (0, None));
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!(numbers(&pushes[2]), [2, 3, 4]);
    assert_eq!(pushes[2].chain, Chain::default().then(pushes[0].ops[0].get()));
}

#[tokio::test]
async fn a_server_that_redirects_without_end_ends_the_run_and_loses_nothing() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedback(&mut core, "a");
    for n in 1..20 {
        server.plan_push(Ok(PushVerdict::NewIncarnation { incarnation: Incarnation(n) }));
    }
    let view = sync(&mut core, &server).await;
    assert_eq!(view.last_problem, Some(crate::views::SyncProblem::BadReply));
    assert_eq!(view.waiting_total, 1);
    server.state().push_plan.clear();
    for have in [0, 1, 7] {
        server.plan_push(Ok(PushVerdict::Resume { have: OpNo(have) }));
        assert_eq!(sync(&mut core, &server).await.waiting_total, 1, "resume at {have}");
    }
    assert_eq!(sync(&mut core, &server).await.waiting_total, 0);
}

#[tokio::test]
async fn a_copied_device_continues_under_a_new_incarnation_and_every_operation_keeps_its_id() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedback(&mut core, "old");
    sync(&mut core, &server).await;
    save_feedbacks(&mut core, 2);
    server.plan_push(Ok(PushVerdict::NewIncarnation { incarnation: Incarnation(7) }));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.waiting_total, view.last_problem), (0, None));
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!((pushes[1].incarnation, numbers(&pushes[1])), (Incarnation(1), vec![2, 3]));
    assert_eq!((pushes[2].incarnation, numbers(&pushes[2])), (Incarnation(7), vec![1, 2]));
    let ids = |request| ops(request).into_iter().map(|op| (op.id, op.row, op.hlc)).collect::<Vec<_>>();
    assert_eq!(ids(&pushes[1]), ids(&pushes[2]));
    assert_eq!(view.recent.len(), 3);
    // Later operations continue there.
    save_feedback(&mut core, "d");
    sync(&mut core, &server).await;
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!((pushes[0].incarnation, numbers(&pushes[0])), (Incarnation(7), vec![3]));
    assert_eq!(incarnation(&core), Incarnation(7));
}

#[tokio::test]
async fn outcomes_are_stored_with_their_operations_and_a_rejected_record_stays_on_the_device() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let rows = [save_feedback(&mut core, "a"), save_feedback(&mut core, "b")];
    let refused = Outcome::Rejected(Rejection::NotYours);
    server.plan_push(Ok(PushVerdict::Accepted {
        acked_through: OpNo(2),
        // As for an operation too malformed to have an id.
        outcomes: vec![shared::OpOutcome { op_id: shared::ids::OpId::NIL, op_no: OpNo(2), outcome: refused.clone() }],
    }));
    let view = sync(&mut core, &server).await;
    assert_eq!(view.attention.len(), 1);
    assert_eq!((view.attention[0].row, &view.attention[0].outcome), (rows[1], &Some(refused)));
    assert_eq!(view.attention[0].state, crate::views::RecordState::Rejected);
    assert!(shown(&core, rows[1]));
}

#[tokio::test]
async fn a_record_is_shown_without_a_gap_from_its_save_until_the_pull() {
    let (env, server, dir) = (TestEnv::new(), FakeServer::default(), Dir::new());
    let paths = Paths { dir: Some(dir.path().to_owned()) };
    let mut core = device_at(paths.clone(), &env);
    let row = save_feedback(&mut core, "a");
    let server_row = as_server_row(&core, row);
    server.plan_pull(Err(SyncError::Offline("cut".into())));
    let view = sync(&mut core, &server).await;
    assert_eq!(view.waiting_total, 0, "acknowledged");
    assert!(shown(&core, row), "acknowledged, and not pulled yet");
    // Killed between acknowledgement and pull.
    drop(core);
    let mut core = Core::open_for_tests(paths, Box::new(env.clone())).unwrap();
    core.unlock("2486").unwrap();
    assert!(shown(&core, row));
    server.plan_pull(Ok(page(rows([server_row]), false)));
    sync(&mut core, &server).await;
    assert!(shown(&core, row));
    let settled = outbox::unsettled(core.store().unwrap().conn(), row).unwrap().is_empty();
    assert!(settled, "the server's row includes it now");
    assert_eq!(server.take_calls(), ["push", "pull", "pull"]);
}

#[tokio::test]
async fn an_operation_acknowledged_during_a_pull_is_settled_by_the_next_pull() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    server.plan_pull(Ok(page(rows([recipient(1, 1, "甲")]), true)));
    assert!(core.begin(&Command::SyncNow).is_none());
    let first = core.next_step().unwrap();
    assert_eq!(first.name(), "pull");
    core.apply(first.run(&server).await);
    let row = save_feedback(&mut core, "saved between two pages");
    env.pass_ms(crate::sync::schedule::AFTER_SAVE_MS);
    let mut seen = Vec::new();
    while let Some(step) = core.next_step() {
        seen.push((step.name(), outbox::unsettled(core.store().unwrap().conn(), row).unwrap().len()));
        core.apply(step.run(&server).await);
    }
    assert_eq!(seen, [("push", 1), ("pull", 1), ("pull", 1)]);
    assert!(outbox::unsettled(core.store().unwrap().conn(), row).unwrap().is_empty());
}

#[tokio::test]
async fn a_refused_push_does_not_prevent_the_pull() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedback(&mut core, "a");
    server.plan_push(Err(SyncError::refused(ErrorCode::Malformed)));
    server.plan_pull(Ok(page(rows([recipient(1, 1, "甲")]), false)));
    let view = sync(&mut core, &server).await;
    assert_eq!(server.take_calls(), ["push", "pull"]);
    assert!(shown(&core, RowId(Uuid::from_u128(1))));
    assert_eq!(view.waiting_total, 1);
    assert_eq!(view.last_problem, Some(crate::views::SyncProblem::Refused(ErrorCode::Malformed)));
    assert_eq!(view.last_success, None);
}

/// Inserts an operation as a newer build saved it, before that build was replaced by this one.
fn of_a_newer_build(core: &Core) -> OpId {
    let (id, row) = (OpId(Uuid::from_u128(0xE7)), Uuid::from_u128(0xE8));
    let json = serde_json::json!({"op_id": id, "op_no": 1, "hlc": "0000000000000001", "kind": "feedback", "row": row,
        "change": {"merge_rows": {"into": row}}});
    let sql = "INSERT INTO op (incarnation, wire_no, id, row, kind, json, saved_at) VALUES (1, 1, ?1, ?2, 'feedback', ?3, ?4)";
    let conn = core.store().unwrap().conn();
    conn.execute(sql, (id.as_bytes(), row.as_bytes(), json.to_string(), "2026-03-10T10:00:00.000+08:00")).unwrap();
    id
}

#[tokio::test]
async fn an_operation_of_a_newer_build_is_sent_and_blocks_nothing() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let op_id = of_a_newer_build(&core);
    save_feedback(&mut core, "after it");
    let outcome = Outcome::Rejected(Rejection::NeedsNewerServer);
    let outcomes = vec![OpOutcome { op_id, op_no: OpNo(1), outcome }];
    server.plan_push(Ok(PushVerdict::NewIncarnation { incarnation: Incarnation(2) }));
    server.plan_push(Ok(PushVerdict::Accepted { acked_through: OpNo(2), outcomes }));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.waiting_total, view.last_problem), (0, None));
    assert_eq!((view.attention.len(), view.attention[0].change.as_str()), (1, "merge_rows"));
    let again = core.handle(Command::Resend { op_no: view.attention[0].op_no });
    assert!(matches!(again, Reply::Refused(crate::Refusal::NotNow)), "{again:?}");
    let pushed = server.state().pushes[1].ops[0].get().to_owned();
    assert!(pushed.contains("merge_rows"), "a new number changes nothing else: {pushed}");
}

#[tokio::test]
async fn a_restored_server_that_knows_an_older_incarnation_is_offered_acknowledged_operations_again() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedback(&mut core, "acknowledged");
    sync(&mut core, &server).await;
    save_feedback(&mut core, "waiting");
    server.state().epoch = Some(Epoch(Uuid::from_u128(0xE2)));
    server.state().pushes.clear();
    server.plan_push(Ok(PushVerdict::NewIncarnation { incarnation: Incarnation(2) }));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.waiting_total, view.last_problem), (0, None));
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!(numbers(&pushes[0]), [2], "as first sent");
    assert_eq!(numbers(&pushes[1]), [1, 2], "under the new incarnation, with the acknowledged one");
}
