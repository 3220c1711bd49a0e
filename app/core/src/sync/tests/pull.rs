//! Pull: pages, cursors, rows that leave a scope, digests, epochs.

use super::*;
use shared::{Outcome, digest::Digest, op::Rejection};

const R1: RowId = RowId(Uuid::from_u128(1));

fn cursors(core: &Core) -> Vec<u64> {
    crate::store::member::cursors(core.store().unwrap().conn()).unwrap().values().map(|seq| seq.0).collect()
}

/// A change of a recipient's note.
fn edit(core: &mut Core, row: RowId, note: &str) {
    core.save(|tx| {
        let base = record::rev(tx, row)?;
        let change = Change::Set(Fields::new().with("note", note));
        outbox::append_op(tx, &Kind::Recipient, row, base, change)?;
        Ok(local_row::replay(tx, row)?)
    })
    .unwrap();
}

fn note(core: &Core, row: RowId) -> Option<String> {
    record::local_row(core.store().unwrap().conn(), row).unwrap()?.fields.text("note").map(str::to_owned)
}

#[tokio::test]
async fn a_page_is_stored_with_its_cursor_and_the_next_request_continues_there() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    server.plan_pull(Ok(page(ScopePage { cursor: Seq(5), ..rows([recipient(1, 1, "甲")]) }, true)));
    server.plan_pull(Err(SyncError::Offline("cut".into())));
    sync(&mut core, &server).await;
    assert_eq!(cursors(&core), [5]);
    assert!(shown(&core, R1));
    sync(&mut core, &server).await;
    let asked: Vec<_> = server.state().pulls.iter().map(|p| p.cursors.get(&SCOPE).map(|s| s.0)).collect();
    assert_eq!(asked, [None, Some(5), Some(5)]);
}

#[tokio::test]
async fn a_waiting_operation_is_listed_under_the_name_of_the_latest_page() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    server.plan_pull(Ok(page(rows([recipient(1, 1, "甲")]), false)));
    sync(&mut core, &server).await;
    edit(&mut core, R1, "own words");
    server.plan_push(Err(SyncError::refused(shared::wire::ErrorCode::Malformed)));
    let mut named = async |name: &str| {
        server.plan_pull(Ok(page(ScopePage { cursor: Seq(5), ..rows([recipient(1, 2, name)]) }, true)));
        server.plan_pull(Err(SyncError::Offline("cut".into())));
        sync(&mut core, &server).await.waiting[0].recipient_name.clone()
    };
    // The roster is computed with the last page, which has not arrived.
    assert_eq!(named("乙").await.as_deref(), Some("乙"));
}

#[tokio::test]
async fn nothing_to_do_is_one_round_trip() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    sync(&mut core, &server).await;
    assert_eq!(server.take_calls(), ["pull"]);
}

#[tokio::test]
async fn an_unreadable_row_blocks_no_other_row() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let mut mixed = rows([recipient(1, 1, "甲")]);
    mixed.rows.insert(0, shared::wire::RawRow::from_string(r#"{"of":"tomorrow"}"#.into()).unwrap());
    server.plan_pull(Ok(page(mixed, false)));
    let view = sync(&mut core, &server).await;
    assert!(shown(&core, R1));
    assert_eq!(view.last_problem, None);
}

#[tokio::test]
async fn a_row_that_left_its_scope_stays_until_own_operations_on_it_are_acknowledged() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    server.plan_pull(Ok(page(rows([recipient(1, 1, "甲"), recipient(2, 1, "乙")]), false)));
    sync(&mut core, &server).await;
    edit(&mut core, R1, "own words");
    // The push fails for now; meanwhile both rows leave the scope.
    server.plan_push(Err(SyncError::refused(shared::wire::ErrorCode::Malformed)));
    let left = ScopePage { gone: vec![R1, RowId(Uuid::from_u128(2))], cursor: Seq(2), ..rows([]) };
    server.plan_pull(Ok(page(left, false)));
    let view = sync(&mut core, &server).await;
    assert_eq!(view.waiting_total, 1);
    assert_eq!(note(&core, R1).as_deref(), Some("own words"));
    assert!(!shown(&core, RowId(Uuid::from_u128(2))), "no operation kept this row");
    sync(&mut core, &server).await;
    assert!(!shown(&core, R1), "acknowledged, and in no scope");
}

#[tokio::test]
async fn a_dropped_scope_removes_its_rows_except_those_in_another_scope() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let county = Scope::Area("620802".parse().unwrap());
    let mut both = page(rows([recipient(1, 1, "甲"), recipient(2, 1, "乙")]), false);
    both.scopes.push(ScopePage { scope: county, ..rows([recipient(2, 1, "乙")]) });
    server.plan_pull(Ok(both));
    sync(&mut core, &server).await;
    let mut withdrawn = page(ScopePage { scope: county, ..rows([]) }, false);
    withdrawn.dropped = vec![SCOPE];
    server.plan_pull(Ok(withdrawn));
    sync(&mut core, &server).await;
    assert_eq!([shown(&core, R1), shown(&core, RowId(Uuid::from_u128(2)))], [false, true]);
    assert!(!crate::store::member::cursors(core.store().unwrap().conn()).unwrap().contains_key(&SCOPE));
}

#[tokio::test]
async fn a_reset_removes_missing_rows_only_after_the_last_page() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    server.plan_pull(Ok(page(rows([recipient(1, 1, "甲"), recipient(2, 1, "乙")]), false)));
    sync(&mut core, &server).await;
    let reset = ScopePage { reset: true, cursor: Seq(3), ..rows([]) };
    server.plan_pull(Ok(page(reset, true)));
    server.plan_pull(Err(SyncError::Offline("cut".into())));
    sync(&mut core, &server).await;
    assert!(shown(&core, R1), "half a reset removes nothing");
    server.plan_pull(Ok(page(ScopePage { cursor: Seq(4), ..rows([recipient(2, 1, "乙")]) }, false)));
    sync(&mut core, &server).await;
    assert_eq!([shown(&core, R1), shown(&core, RowId(Uuid::from_u128(2)))], [false, true]);
}

#[tokio::test]
async fn a_reset_after_months_removes_rows_that_left_except_those_with_waiting_operations() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    server.plan_pull(Ok(page(rows([recipient(1, 1, "甲"), recipient(2, 1, "乙"), recipient(3, 1, "丙")]), false)));
    sync(&mut core, &server).await;
    edit(&mut core, R1, "own words");
    env.pass_ms(200 * 86_400_000);
    server.plan_push(Err(SyncError::refused(shared::wire::ErrorCode::Malformed)));
    let reset = ScopePage { reset: true, cursor: Seq(9), ..rows([recipient(3, 1, "丙")]) };
    server.plan_pull(Ok(page(reset, false)));
    sync(&mut core, &server).await;
    let held = |core: &Core| [1, 2, 3].map(|n| shown(core, RowId(Uuid::from_u128(n))));
    assert_eq!(held(&core), [true, false, true]);
    assert_eq!(note(&core, R1).as_deref(), Some("own words"));
    sync(&mut core, &server).await;
    assert_eq!(held(&core), [false, false, true]);
}

#[tokio::test]
async fn a_scope_whose_digest_differs_is_downloaded_again_once_and_counted() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let mut right = Digest::default();
    [R1, RowId(Uuid::from_u128(2))].into_iter().for_each(|row| right.add(row, Rev(1)));
    // The first time a row is missing, the second time it is there.
    server.plan_pull(Ok(page(ScopePage { digest: Some(right), ..rows([recipient(1, 1, "甲")]) }, false)));
    let whole = rows([recipient(1, 1, "甲"), recipient(2, 1, "乙")]);
    server.plan_pull(Ok(page(ScopePage { digest: Some(right), ..whole }, false)));
    let view = sync(&mut core, &server).await;
    assert_eq!(view.last_problem, None);
    let asked: Vec<_> = server.state().pulls.iter().map(|p| p.cursors.len()).collect();
    assert_eq!(asked, [0, 0], "from the beginning, twice");
    assert!(shown(&core, RowId(Uuid::from_u128(2))));
    let history: crate::sync::history::SyncHistory =
        meta::get(core.store().unwrap().conn(), crate::sync::history::SYNC_HISTORY).unwrap().unwrap();
    assert_eq!(history.mismatches, 1);
}

#[tokio::test]
async fn a_digest_that_never_matches_does_not_keep_the_run_going() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let wrong = Digest { count: 9, sum: 9 };
    for _ in 0..10 {
        server.plan_pull(Ok(page(ScopePage { digest: Some(wrong), ..rows([recipient(1, 1, "甲")]) }, false)));
    }
    let view = sync(&mut core, &server).await;
    assert_eq!(server.take_calls(), ["pull", "repair", "pull"]);
    assert!(view.last_success.is_some() && shown(&core, R1));
    sync(&mut core, &server).await;
    assert_eq!(server.take_calls(), ["pull"], "not every sync downloads the scope again");
    env.pass_ms(6 * 3_600_000);
    sync(&mut core, &server).await;
    assert_eq!(server.take_calls(), ["pull", "repair", "pull"], "a sync some hours later does");
}

#[tokio::test]
async fn a_restored_server_is_offered_the_last_thirty_days_and_its_rows_are_downloaded_again() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let day = 86_400_000;
    save_feedback(&mut core, "acknowledged 31 days before the last contact");
    sync(&mut core, &server).await;
    env.pass_ms(31 * day);
    let recent = save_feedback(&mut core, "acknowledged at the last contact");
    let refused = Outcome::Rejected(Rejection::NotYours);
    let told = shared::OpOutcome { op_id: shared::ids::OpId::NIL, op_no: OpNo(2), outcome: refused };
    server.plan_push(Ok(PushVerdict::Accepted { acked_through: OpNo(2), outcomes: vec![told] }));
    server.plan_pull(Ok(page(ScopePage { cursor: Seq(9), ..rows([recipient(1, 4, "甲")]) }, false)));
    assert_eq!(sync(&mut core, &server).await.attention.len(), 1);
    server.take_calls();
    // The phone lies in a drawer for months, and the server is restored meanwhile.
    env.pass_ms(100 * day);

    let restored = Epoch(Uuid::from_u128(0xE2));
    server.state().epoch = Some(restored);
    server.plan_pull(Ok(page(ScopePage { cursor: Seq(2), ..rows([recipient(1, 3, "甲")]) }, false)));
    let view = sync(&mut core, &server).await;

    assert_eq!(server.take_calls(), ["pull", "push", "pull"]);
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!(numbers(&pushes[2]), [2], "the older one is not offered");
    assert_eq!(pushes[2].chain, Chain::default().then(pushes[0].ops[0].get()));
    assert_eq!(ops(&pushes[2])[0].row, recent);
    assert_eq!((view.waiting_total, view.attention.len()), (0, 0), "this time it is applied");
    assert_eq!(record::rev(core.store().unwrap().conn(), R1).unwrap(), Rev(3), "the restored server's row is in force");
    let last = server.state().pulls.last().cloned().unwrap();
    assert_eq!((last.epoch, last.cursors.get(&SCOPE)), (Some(restored), Some(&Seq(2))));
}

#[tokio::test]
async fn a_restored_server_is_offered_operations_of_a_former_incarnation_too() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let first = save_feedback(&mut core, "acknowledged under the first");
    sync(&mut core, &server).await;
    let second = save_feedback(&mut core, "acknowledged under the second");
    server.plan_push(Ok(PushVerdict::NewIncarnation { incarnation: Incarnation(2) }));
    sync(&mut core, &server).await;
    server.state().pushes.clear();
    server.state().epoch = Some(Epoch(Uuid::from_u128(0xE2)));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.waiting_total, view.last_problem), (0, None));
    let offered = server.state().pushes.last().cloned().unwrap();
    assert_eq!(ops(&offered).iter().map(|op| op.row).collect::<Vec<_>>(), [first, second]);
    assert_eq!((offered.incarnation, numbers(&offered)), (Incarnation(3), vec![1, 2]));
}

#[tokio::test]
async fn a_restored_server_that_lacks_even_more_is_sent_all_of_it() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedbacks(&mut core, 4);
    sync(&mut core, &server).await;
    server.state().epoch = Some(Epoch(Uuid::from_u128(0xE2)));
    save_feedback(&mut core, "5");
    server.plan_push(Ok(PushVerdict::Resume { have: OpNo(0) }));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.waiting_total, view.last_problem), (0, None));
    let offered: Vec<_> = server.state().pushes.iter().map(numbers).collect();
    assert_eq!(offered[..3], [vec![1, 2, 3, 4], vec![5], vec![1, 2, 3, 4, 5]]);
}

#[tokio::test]
async fn a_restored_server_that_knows_only_an_older_incarnation_gets_the_operations_in_order() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let rows = [save_feedback(&mut core, "a"), save_feedback(&mut core, "b")];
    sync(&mut core, &server).await;
    server.state().epoch = Some(Epoch(Uuid::from_u128(0xE2)));
    server.plan_push(Ok(PushVerdict::NewIncarnation { incarnation: Incarnation(1) }));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.waiting_total, view.last_problem), (0, None));
    let last = server.state().pushes.last().cloned().unwrap();
    assert_eq!((last.incarnation, numbers(&last)), (Incarnation(1), vec![1, 2]));
    assert_eq!(ops(&last).iter().map(|op| op.row).collect::<Vec<_>>(), rows);
}
