//! A server restored from a backup: acknowledged operations of every incarnation are offered again, and a record that
//! the server rejects this time no longer counts as confirmed.

use super::*;
use shared::{DeviceId, OpOutcome, Outcome, ids::OpId, op::Rejection};

const DAY_MS: u64 = 86_400_000;
const RESTORED: Epoch = Epoch(Uuid::from_u128(0xE2));

fn rows_of(request: &PushRequest) -> Vec<RowId> {
    ops(request).iter().map(|op| op.row).collect()
}

#[tokio::test]
async fn operations_acknowledged_under_an_earlier_incarnation_are_offered_again_once() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let refused = |n| OpOutcome { op_id: OpId::NIL, op_no: OpNo(n), outcome: Outcome::Rejected(Rejection::NotYours) };
    save_feedback(&mut core, "31 days old");
    sync(&mut core, &server).await;
    env.pass_ms(2 * DAY_MS);
    let mut recent = vec![save_feedback(&mut core, "under the first incarnation")];
    sync(&mut core, &server).await;
    // The server notices a copy of this device.
    recent.push(save_feedback(&mut core, "waited meanwhile"));
    server.plan_push(Ok(PushVerdict::NewIncarnation { incarnation: Incarnation(7) }));
    sync(&mut core, &server).await;
    env.pass_ms(29 * DAY_MS);
    recent.push(save_feedback(&mut core, "under the second"));
    server.plan_push(Ok(PushVerdict::Accepted { acked_through: OpNo(2), outcomes: vec![refused(2)] }));
    assert_eq!(sync(&mut core, &server).await.attention.len(), 1);

    server.state().pushes.clear();
    server.state().epoch = Some(RESTORED);
    // The restored server does not know the incarnation of the push.
    server.plan_push(Ok(PushVerdict::NewIncarnation { incarnation: Incarnation(9) }));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.waiting_total, view.attention.len(), view.last_problem), (0, 0, None));
    sync(&mut core, &server).await;
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!(pushes.len(), 2, "one is redirected, one accepted");
    assert!(pushes[0].incarnation > Incarnation(7), "not under numbers that named other operations");
    assert_eq!((pushes[1].incarnation, numbers(&pushes[1])), (Incarnation(9), vec![1, 2, 3]));
    assert_eq!([rows_of(&pushes[0]), rows_of(&pushes[1])], [recent.clone(), recent]);
    // Later operations continue there.
    let next = save_feedback(&mut core, "after all of it");
    sync(&mut core, &server).await;
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!((numbers(&pushes[0]), rows_of(&pushes[0])), (vec![4], vec![next]));
    assert_eq!(pushes[0].incarnation, Incarnation(9));
}

/// A pull reply of the restored server: a scope from its beginning, without the record in question.
fn without() -> Answer<PullReply> {
    Ok(page(ScopePage { cursor: Seq(1), ..rows([recipient(1, 1, "甲")]) }, false))
}

fn confirmed(core: &Core, row: RowId) -> bool {
    record::pair(core.store().unwrap().conn(), row).unwrap().is_some_and(|both| both.server_row.is_some())
}

#[tokio::test]
async fn a_record_that_a_restored_server_rejects_stays_shown_but_is_no_longer_confirmed() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let row = save_feedback(&mut core, "a");
    let taken = as_server_row(&core, row);
    server.plan_pull(Ok(page(ScopePage { cursor: Seq(4), ..rows([taken]) }, false)));
    sync(&mut core, &server).await;
    assert!(confirmed(&core, row));

    server.state().epoch = Some(RESTORED);
    let refused = OpOutcome { op_id: OpId::NIL, op_no: OpNo(1), outcome: Outcome::Rejected(Rejection::NotYours) };
    server.plan_push(Ok(PushVerdict::Accepted { acked_through: OpNo(1), outcomes: vec![refused] }));
    server.plan_pull(without());
    server.plan_pull(without());
    let view = sync(&mut core, &server).await;
    assert_eq!((view.attention.len(), view.attention[0].row), (1, row));
    assert_eq!(view.attention[0].state, crate::views::RecordState::Rejected);
    assert!(shown(&core, row) && !confirmed(&core, row));
    let both = record::pair(core.store().unwrap().conn(), row).unwrap().unwrap();
    assert!(!both.counts);
    // Once acknowledged by its author, the record is removed.
    let no = view.attention[0].op_no;
    let acknowledged = core.handle(Command::Acknowledge { op_no: no });
    assert!(!matches!(acknowledged, Reply::Refused(_)), "{acknowledged:?}");
    sync(&mut core, &server).await;
    assert!(!shown(&core, row));
}

/// A record that this worker made on another device, as the server sends it.
fn made_elsewhere(row: RowId) -> Row {
    serde_json::from_value(serde_json::json!({
        "kind": "feedback", "id": row, "rev": 2, "author": ME, "device": DeviceId(Uuid::from_u128(0xD2)),
        "hlc": "0000000000000001",
        "fields": {"kind": "suggestion", "text": "乙", "happened": "2026-03-10T10:00:00.000+08:00"},
    }))
    .unwrap()
}

/// Changes the record on this device.
fn amend(core: &mut Core, row: RowId) {
    core.save(|tx| {
        let change = Change::Set(Fields::new().with("text", "丙"));
        outbox::append_op(tx, &Kind::Feedback, row, Rev(2), change)?;
        Ok(local_row::replay(tx, row)?)
    })
    .unwrap();
    core.saved();
}

#[tokio::test]
async fn a_lost_record_of_the_workers_other_device_is_confirmed_until_a_change_of_it_is_rejected() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let row = RowId(Uuid::from_u128(0x77));
    server.plan_pull(Ok(page(ScopePage { cursor: Seq(4), ..rows([made_elsewhere(row)]) }, false)));
    sync(&mut core, &server).await;
    amend(&mut core, row);
    server.state().epoch = Some(RESTORED);
    // An automatic sync respects the undo window: the change waits while the record is missing on the server.
    server.plan_pull(without());
    core.begin_by_itself();
    while let Some(step) = core.next_step() {
        core.apply(step.run(&server).await);
    }
    assert!(shown(&core, row) && confirmed(&core, row), "its own device offers it again, and the change waits for it");

    let refused = OpOutcome { op_id: OpId::NIL, op_no: OpNo(1), outcome: Outcome::Rejected(Rejection::NotYours) };
    server.plan_push(Ok(PushVerdict::Accepted { acked_through: OpNo(1), outcomes: vec![refused] }));
    let view = sync(&mut core, &server).await;
    assert_eq!(view.attention.len(), 1);
    assert!(shown(&core, row) && !confirmed(&core, row), "rejected, and the record did not return");
}

#[tokio::test]
async fn a_colleagues_lost_record_stays_confirmed_while_a_change_of_it_needs_attention() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let person = RowId(Uuid::from_u128(1));
    server.plan_pull(Ok(page(ScopePage { cursor: Seq(4), ..rows([recipient(1, 3, "甲")]) }, false)));
    sync(&mut core, &server).await;
    core.save(|tx| {
        let change = Change::Set(Fields::new().with("note", "own words"));
        outbox::append_op(tx, &Kind::Recipient, person, Rev(3), change)?;
        Ok(local_row::replay(tx, person)?)
    })
    .unwrap();
    let refused = OpOutcome { op_id: OpId::NIL, op_no: OpNo(1), outcome: Outcome::Rejected(Rejection::NotYours) };
    for _ in 0..2 {
        server.plan_push(Ok(PushVerdict::Accepted { acked_through: OpNo(1), outcomes: vec![refused.clone()] }));
    }
    sync(&mut core, &server).await;
    server.state().epoch = Some(RESTORED);
    for _ in 0..2 {
        server.plan_pull(Ok(page(ScopePage { cursor: Seq(1), ..rows([]) }, false)));
    }
    sync(&mut core, &server).await;
    assert!(
        shown(&core, person) && confirmed(&core, person),
        "the record may be outside this worker's scope and still be on the server"
    );
}
