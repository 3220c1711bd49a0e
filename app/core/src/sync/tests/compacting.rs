//! Compaction: old operations are removed unless something still needs them.

use super::*;
use crate::store::{chain, photo};
use shared::{OpOutcome, Outcome, op::Rejection};

const DAY_MS: u64 = 86_400_000;

fn kept(core: &Core) -> Vec<u64> {
    let conn = core.store().unwrap().conn();
    let mut statement = conn.prepare("SELECT no FROM op ORDER BY no").unwrap();
    statement.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
}

fn base(core: &Core) -> chain::ChainBase {
    chain::base(core.store().unwrap().conn(), incarnation(core)).unwrap()
}

/// Passes `n` days, with a sync on each.
async fn days(core: &mut Core, env: &TestEnv, server: &FakeServer, n: u64) {
    for _ in 0..n {
        env.pass_ms(DAY_MS);
        sync(core, server).await;
    }
}

fn outcome(no: u64, op_id: shared::OpId, outcome: Outcome) -> OpOutcome {
    OpOutcome { op_id, op_no: OpNo(no), outcome }
}

/// The id of the operation with a local number.
fn op_id(core: &Core, no: u64) -> shared::OpId {
    outbox::entry(core.store().unwrap().conn(), no).unwrap().unwrap().op().unwrap().id
}

#[tokio::test]
async fn settled_operations_are_removed_after_sixty_days_and_the_chain_continues() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedbacks(&mut core, 3);
    sync(&mut core, &server).await;
    sync(&mut core, &server).await;
    days(&mut core, &env, &server, 59).await;
    assert_eq!(kept(&core), [1, 2, 3]);
    days(&mut core, &env, &server, 2).await;
    assert!(kept(&core).is_empty());
    let sent = server.state().pushes[0].ops.clone();
    let chain = sent.iter().fold(Chain::default(), |chain, op| chain.then(op.get()));
    assert_eq!((base(&core).no, base(&core).chain), (OpNo(3), chain));
    // Numbers and chain continue, with the stored chain and without it.
    save_feedback(&mut core, "d");
    sync(&mut core, &server).await;
    core.write(|tx| Ok(meta::remove(tx, "chain")?)).unwrap();
    save_feedback(&mut core, "e");
    sync(&mut core, &server).await;
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!((numbers(&pushes[1]), pushes[1].chain), (vec![4], chain));
    assert_eq!((numbers(&pushes[2]), pushes[2].chain), (vec![5], chain.then(pushes[1].ops[0].get())));
}

#[tokio::test]
async fn operations_that_need_attention_stay_and_block_no_later_ones() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let rows: Vec<RowId> = (0..5).map(|n| save_feedback(&mut core, &n.to_string())).collect();
    let ids: Vec<_> = (1..=5).map(|no| op_id(&core, no)).collect();
    let review = Outcome::InReview {
        review: shared::ids::ReviewId(Uuid::from_u128(1)),
        reason: shared::records::ReviewReason::Proposal,
        applied: false,
    };
    server.plan_push(Ok(PushVerdict::Accepted {
        acked_through: OpNo(5),
        outcomes: vec![
            outcome(1, ids[0], Outcome::Merged { lost: vec!["note".into()] }),
            outcome(2, ids[1], Outcome::Rejected(Rejection::NotYours)),
            outcome(3, ids[2], review),
            outcome(4, ids[3], Outcome::Merged { lost: vec![] }),
        ],
    }));
    sync(&mut core, &server).await;
    // The author acknowledges two: the merged one may then be removed, the rejected one stays for good.
    for no in [2, 4] {
        core.handle(Command::Acknowledge { op_no: OpNo(no) });
    }
    days(&mut core, &env, &server, 62).await;
    assert_eq!(kept(&core), [1, 2, 3]);
    assert_eq!(base(&core).no, OpNo(5));
    assert!(shown(&core, rows[2]), "a record in review is still shown");
    save_feedback(&mut core, "f");
    sync(&mut core, &server).await;
    assert_eq!(numbers(server.state().pushes.last().unwrap()), [6]);
}

#[tokio::test]
async fn a_wrong_clock_removes_nothing_early() {
    // The phone's clock is 400 days behind during the save, and is corrected afterwards.
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    env.set_clock_by(-400 * DAY_MS as i64);
    server.state().ahead_ms = 400 * DAY_MS as i64;
    save_feedback(&mut core, "a");
    sync(&mut core, &server).await;
    env.set_clock_by(400 * DAY_MS as i64);
    server.state().ahead_ms = 0;
    days(&mut core, &env, &server, 59).await;
    assert_eq!(kept(&core), [1]);
    // The server's clock is a year ahead for one day.
    save_feedback(&mut core, "b");
    sync(&mut core, &server).await;
    server.state().ahead_ms = 365 * DAY_MS as i64;
    days(&mut core, &env, &server, 1).await;
    assert!(kept(&core).contains(&2), "by this phone's clock the operation is a day old");
    server.state().ahead_ms = 0;
    days(&mut core, &env, &server, 3).await;
    assert!(kept(&core).contains(&2));
}

#[tokio::test]
async fn a_server_that_asks_for_removed_operations_gets_the_others_under_a_new_incarnation() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedbacks(&mut core, 3);
    sync(&mut core, &server).await;
    days(&mut core, &env, &server, 40).await;
    save_feedbacks(&mut core, 2);
    sync(&mut core, &server).await;
    days(&mut core, &env, &server, 22).await;
    assert_eq!(kept(&core), [4, 5]);
    save_feedback(&mut core, "new");
    server.plan_push(Ok(PushVerdict::Resume { have: OpNo(1) }));
    // The server does not know incarnation 2 and assigns 3.
    server.plan_push(Ok(PushVerdict::NewIncarnation { incarnation: Incarnation(3) }));
    let view = sync(&mut core, &server).await;
    assert_eq!((view.last_problem, view.waiting_total), (None, 0));
    let pushes = std::mem::take(&mut server.state().pushes);
    let last = pushes.last().unwrap();
    assert_eq!((last.incarnation, last.first_op, last.chain), (Incarnation(3), OpNo(1), Chain::default()));
    assert_eq!(numbers(last), [1, 2, 3]);
    let asked: Vec<Incarnation> = pushes.iter().rev().take(3).map(|p| p.incarnation).collect();
    assert_eq!(asked, [Incarnation(3), Incarnation(2), Incarnation(1)]);
    // Numbers continue under the new incarnation, also after its compaction.
    days(&mut core, &env, &server, 62).await;
    assert!(kept(&core).is_empty());
    save_feedback(&mut core, "later");
    sync(&mut core, &server).await;
    assert_eq!(numbers(server.state().pushes.last().unwrap()), [4]);
}

#[tokio::test]
async fn a_restored_server_is_offered_the_operations_of_the_last_thirty_days_despite_compaction() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedbacks(&mut core, 2);
    sync(&mut core, &server).await;
    days(&mut core, &env, &server, 50).await;
    save_feedbacks(&mut core, 2);
    sync(&mut core, &server).await;
    days(&mut core, &env, &server, 15).await;
    assert_eq!(kept(&core), [3, 4]);
    server.state().epoch = Some(Epoch(Uuid::from_u128(0xE2)));
    server.state().pushes.clear();
    sync(&mut core, &server).await;
    let pushes = std::mem::take(&mut server.state().pushes);
    assert_eq!(pushes.iter().flat_map(numbers).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(pushes[0].chain, base(&core).chain);
}

#[tokio::test]
async fn an_operation_saved_long_ago_and_acknowledged_lately_is_offered_to_a_restored_server() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedback(&mut core, "acknowledged at once");
    sync(&mut core, &server).await;
    // It waits for weeks without a signal.
    save_feedback(&mut core, "saved today");
    env.pass_ms(55 * DAY_MS);
    sync(&mut core, &server).await;
    days(&mut core, &env, &server, 2).await;
    for epoch in [0xE2, 0xE3] {
        // Restored twice, both times to a backup from before the second operation.
        server.state().epoch = Some(Epoch(Uuid::from_u128(epoch)));
        server.state().pushes.clear();
        sync(&mut core, &server).await;
        let pushes = std::mem::take(&mut server.state().pushes);
        assert_eq!(pushes.iter().flat_map(numbers).collect::<Vec<_>>(), [2], "epoch {epoch:x}");
        days(&mut core, &env, &server, 1).await;
    }
}

#[tokio::test]
async fn an_operation_that_a_restored_server_accepted_again_counts_as_acknowledged_from_then_on() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedback(&mut core, "a");
    sync(&mut core, &server).await;
    days(&mut core, &env, &server, 20).await;
    // The pull that tells the new epoch succeeds, but the push after it fails for three weeks.
    server.state().epoch = Some(Epoch(Uuid::from_u128(0xE2)));
    for _ in 0..20 {
        server.plan_push(Err(SyncError::Offline("cut".into())));
        env.pass_ms(DAY_MS);
        sync(&mut core, &server).await;
    }
    days(&mut core, &env, &server, 15).await;
    server.state().epoch = Some(Epoch(Uuid::from_u128(0xE3)));
    server.state().pushes.clear();
    sync(&mut core, &server).await;
    let offered: Vec<_> = server.state().pushes.iter().flat_map(numbers).collect();
    assert_eq!(offered, [1], "15 days after its acknowledgement");
}

#[tokio::test]
async fn compaction_keeps_drafts() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let keep = Command::SaveDraft { key: "visit:1".into(), json: "{}".into() };
    core.handle(keep);
    save_feedback(&mut core, "a");
    sync(&mut core, &server).await;
    days(&mut core, &env, &server, 70).await;
    assert!(kept(&core).is_empty());
    let drafts: i64 = core.store().unwrap().conn().query_row("SELECT count(*) FROM draft", [], |r| r.get(0)).unwrap();
    assert_eq!(drafts, 1);
}

#[tokio::test]
async fn a_photo_that_outlives_the_operation_of_its_record_still_arrives() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let metered = |core: &mut Core, metered| core.handle(Command::SetConnection { metered: Some(metered) });
    metered(&mut core, true);
    super::media::take(&mut core, 100);
    sync(&mut core, &server).await;
    days(&mut core, &env, &server, 70).await;
    assert!(kept(&core).is_empty(), "the operation of its record was compacted");
    server.take_calls();
    metered(&mut core, false);
    server.plan_media([super::metered::status(shared::wire::MediaState::Verified, 100)]);
    sync(&mut core, &server).await;
    assert!(server.take_calls().contains(&"create"));
    let debt: i64 = photo::backlog(core.store().unwrap().conn()).unwrap().photos.into();
    assert_eq!(debt, 0);
}
