//! Pipelining: only calls that are certain to follow are sent early, and nothing is lost or doubled otherwise.

use super::*;
use crate::{StepReply, store::member};
use shared::wire::PUSH_OPS_MAX;

const FULL: u64 = PUSH_OPS_MAX as u64;

fn unsent(core: &Core) -> u32 {
    outbox::waiting(core.store().unwrap().conn()).unwrap().0
}

fn begun(env: &TestEnv, saved: u64) -> Core {
    let mut core = device(env);
    save_feedbacks(&mut core, saved as u32);
    assert_eq!(core.begin(&Command::SyncNow), None);
    core
}

/// Completes the first push quickly, so that later ones may be pipelined.
async fn first_push(core: &mut Core, server: &FakeServer) {
    let first = core.next_step().unwrap();
    assert!(core.pipeline_ahead().is_none(), "the speed of the link is not known yet");
    let reply = first.run(server).await;
    core.apply(reply);
}

fn first_of(step: &Step) -> u64 {
    match step {
        Step::Push { request, .. } => request.first_op.0,
        other => panic!("{}", other.name()),
    }
}

#[tokio::test]
async fn a_push_is_sent_while_its_predecessor_is_evaluated() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = begun(&env, 2 * FULL + 20);
    first_push(&mut core, &server).await;
    let (second, third) = (core.next_step().unwrap(), core.pipeline_ahead().unwrap());
    assert_eq!((first_of(&second), first_of(&third)), (FULL + 1, 2 * FULL + 1));
    assert!(core.pipeline_ahead().is_none(), "nothing more to send");
    let replies = [second.run(&server).await, third.run(&server).await];
    for (reply, left) in replies.into_iter().zip([20, 0]) {
        core.apply(reply);
        assert_eq!(unsent(&core), left);
    }
    assert_eq!(step(&mut core), "pull");
    let chains: Vec<Chain> = server.state().pushes.iter().map(|p| p.chain).collect();
    let by_hand = server.state().pushes.iter().fold((Chain::default(), vec![]), |(chain, mut seen), push| {
        seen.push(chain);
        (push.ops.iter().fold(chain, |chain, op| chain.then(op.get())), seen)
    });
    assert_eq!(chains, by_hand.1);
}

#[tokio::test]
async fn a_device_pipelines_at_most_four_calls() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = begun(&env, 6 * FULL);
    first_push(&mut core, &server).await;
    let mut out = vec![core.next_step().unwrap()];
    out.extend(std::iter::from_fn(|| core.pipeline_ahead()));
    assert_eq!(out.iter().map(first_of).collect::<Vec<_>>(), [1, 2, 3, 4].map(|n| n * FULL + 1));
    for step in out {
        core.apply(step.run(&server).await);
    }
    assert_eq!(u64::from(unsent(&core)), FULL);
}

#[tokio::test]
async fn a_slow_link_carries_one_push_at_a_time() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = begun(&env, 2 * FULL + 1);
    let first = core.next_step().unwrap();
    let reply = first.run(&server).await;
    env.pass_ms(1001);
    core.apply(reply);
    assert_eq!(first_of(&core.next_step().unwrap()), FULL + 1);
    assert!(core.pipeline_ahead().is_none());
}

#[tokio::test]
async fn a_push_sent_ahead_of_another_verdict_is_discarded_and_sent_again() {
    for verdict in [
        Ok(PushVerdict::Resume { have: OpNo(FULL - 1) }),
        Ok(PushVerdict::NewIncarnation { incarnation: Incarnation(7) }),
        Ok(PushVerdict::Accepted { acked_through: OpNo(FULL + 1), outcomes: vec![] }),
    ] {
        let (env, server) = (TestEnv::new(), FakeServer::default());
        let mut core = begun(&env, 2 * FULL + 20);
        first_push(&mut core, &server).await;
        let (second, third) = (core.next_step().unwrap(), core.pipeline_ahead().unwrap());
        let expected = match &verdict {
            Ok(PushVerdict::Resume { have }) => have.0 + 1,
            Ok(PushVerdict::Accepted { acked_through, .. }) => acked_through.0 + 1,
            _ => 1,
        };
        server.plan_push(verdict);
        let replies = [second.run(&server).await, third.run(&server).await];
        let [reply, passed_over] = replies;
        core.apply(reply);
        let left = unsent(&core);
        assert!(!core.apply(passed_over).changed);
        assert_eq!(unsent(&core), left);
        assert_eq!(first_of(&core.next_step().unwrap()), expected);
    }
}

#[tokio::test]
async fn a_reply_after_a_lost_one_acknowledges_nothing_and_does_not_end_the_next_run() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = begun(&env, 2 * FULL + 20);
    first_push(&mut core, &server).await;
    let (_second, third) = (core.next_step().unwrap(), core.pipeline_ahead().unwrap());
    core.apply(Step::no_reply());
    assert!(!core.is_running(crate::sync::Job::Sync), "the connection is gone");
    // A new run has begun when the reply arrives.
    assert_eq!(core.begin(&Command::SyncNow), None);
    core.apply(third.run(&server).await);
    assert_eq!(unsent(&core) as u64, FULL + 20);
    assert_eq!(first_of(&core.next_step().unwrap()), FULL + 1);
}

#[tokio::test]
async fn a_push_that_overtook_its_predecessor_is_sent_again() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = begun(&env, 2 * FULL + 20);
    first_push(&mut core, &server).await;
    let (second, third) = (core.next_step().unwrap(), core.pipeline_ahead().unwrap());
    server.plan_push(Ok(PushVerdict::Resume { have: OpNo(FULL) }));
    let early = third.run(&server).await;
    core.apply(second.run(&server).await);
    core.apply(early);
    assert_eq!(unsent(&core), 20);
    let again = core.next_step().unwrap();
    assert_eq!(first_of(&again), 2 * FULL + 1);
    core.apply(again.run(&server).await);
    assert_eq!(unsent(&core), 0);
}

#[tokio::test]
async fn no_push_follows_one_that_overtook_its_predecessor() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = begun(&env, 6 * FULL);
    first_push(&mut core, &server).await;
    let (second, third) = (core.next_step().unwrap(), core.pipeline_ahead().unwrap());
    let (fourth, _fifth) = (core.pipeline_ahead().unwrap(), core.pipeline_ahead().unwrap());
    server.plan_push(Ok(PushVerdict::Resume { have: OpNo(FULL) }));
    let early = third.run(&server).await;
    core.apply(second.run(&server).await);
    core.apply(early);
    assert!(core.awaits_nothing() && core.pipeline_ahead().is_none());
    // Late replies to cancelled pushes acknowledge nothing, since their outcomes would be lost.
    core.apply(fourth.run(&server).await);
    core.apply(Step::no_reply());
    assert_eq!(u64::from(unsent(&core)), 4 * FULL);
    assert_eq!(first_of(&core.next_step().unwrap()), 2 * FULL + 1);
}

#[tokio::test]
async fn a_server_without_room_for_a_pipelined_push_does_not_end_the_run() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = begun(&env, 2 * FULL + 20);
    first_push(&mut core, &server).await;
    let (second, _third) = (core.next_step().unwrap(), core.pipeline_ahead().unwrap());
    core.apply(second.run(&server).await);
    core.apply(Err(SyncError::refused(shared::wire::ErrorCode::Busy).retry_after(30)));
    assert!(core.is_running(crate::sync::Job::Sync));
    // A single push must wait as the server asks.
    let _alone = core.next_step().unwrap();
    core.apply(Err(SyncError::refused(shared::wire::ErrorCode::Busy).retry_after(30)));
    assert!(!core.is_running(crate::sync::Job::Sync));
}

#[tokio::test]
async fn a_new_run_measures_the_link_before_it_pipelines() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = begun(&env, 3 * FULL);
    first_push(&mut core, &server).await;
    let _refused = core.next_step().unwrap();
    core.apply(Step::no_reply());
    assert_eq!(core.begin(&Command::SyncNow), None);
    let _first = core.next_step().unwrap();
    assert!(core.pipeline_ahead().is_none());
}

/// Plans two pages. Returns the reply with the first page, not applied yet, and the pipelined step after it.
async fn first_page(core: &mut Core, server: &FakeServer) -> (StepReply, Option<Step>) {
    server.plan_pull(Ok(page(ScopePage { cursor: Seq(5), ..rows([recipient(1, 1, "甲")]) }, true)));
    server.plan_pull(Ok(page(ScopePage { cursor: Seq(9), ..rows([recipient(2, 1, "乙")]) }, false)));
    let reply = core.next_step().unwrap().run(server).await;
    let behind = core.pipeline_behind(&reply);
    (reply, behind)
}

fn cursor_of(step: &Step) -> Option<u64> {
    match step {
        Step::Pull { request, .. } => request.cursors.get(&SCOPE).map(|seq| seq.0),
        other => panic!("{}", other.name()),
    }
}

#[tokio::test]
async fn the_next_page_is_requested_before_the_current_one_is_applied() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = begun(&env, 0);
    let (reply, behind) = first_page(&mut core, &server).await;
    let behind = behind.unwrap();
    assert_eq!(cursor_of(&behind), Some(5));
    core.apply(reply);
    let last = behind.run(&server).await;
    assert!(core.pipeline_behind(&last).is_none(), "the last page");
    core.apply(last);
    assert!(shown(&core, RowId(Uuid::from_u128(1))) && shown(&core, RowId(Uuid::from_u128(2))));
    assert_eq!(step(&mut core), "none");
    assert_eq!(server.state().pulls.len(), 2);
}

#[tokio::test]
async fn a_pipelined_page_is_requested_again_when_the_cursor_moved() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = begun(&env, 0);
    let (reply, behind) = first_page(&mut core, &server).await;
    core.apply(reply);
    // As after a page that found the scope to differ and dropped it.
    core.write(|tx| Ok(member::clear_cursors(tx)?)).unwrap();
    core.apply(behind.unwrap().run(&server).await);
    assert!(!shown(&core, RowId(Uuid::from_u128(2))), "the page would skip earlier rows");
    assert_eq!(cursor_of(&core.next_step().unwrap()), None);
}

#[tokio::test]
async fn no_page_is_pipelined_across_a_new_epoch() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    server.state().epoch = Some(Epoch(Uuid::from_u128(0xE2)));
    let mut core = begun(&env, 0);
    assert!(first_page(&mut core, &server).await.1.is_none());
}

#[tokio::test]
async fn a_report_or_a_new_operation_precedes_the_next_page() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = begun(&env, 0);
    server.plan_pull(Ok(page(ScopePage { cursor: Seq(5), ..rows([]) }, true)));
    let reply = core.next_step().unwrap().run(&server).await;
    let area = "620802".parse().unwrap();
    let request = ReportRequest { area, period: "2026".parse().unwrap(), category: None };
    assert_eq!(core.begin(&Command::Report(request)), None);
    assert!(core.pipeline_behind(&reply).is_none());
    core.apply(reply);
    assert_eq!(step(&mut core), "report");

    let mut core = begun(&env, 0);
    server.plan_pull(Ok(page(ScopePage { cursor: Seq(5), ..rows([]) }, true)));
    let reply = core.next_step().unwrap().run(&server).await;
    save_feedback(&mut core, "meanwhile");
    assert_eq!(core.begin(&Command::SyncNow), None);
    assert!(core.pipeline_behind(&reply).is_none());
    core.apply(reply);
    assert_eq!(step(&mut core), "push");
}
