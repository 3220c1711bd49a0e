//! Runs: when they begin, how they end, and what the sync screen shows.

use super::*;
use crate::{
    Refusal,
    sync::schedule::AFTER_SAVE_MS,
    views::{Phase, SyncProblem},
};
use shared::wire::ErrorCode;

#[tokio::test]
async fn a_revoked_device_keeps_unsent_work_and_stays_revoked_until_it_is_enrolled_again() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let row = save_feedback(&mut core, "a");
    server.plan_push(Err(SyncError::refused(ErrorCode::TokenRevoked)));
    let view = sync(&mut core, &server).await;
    assert_eq!(core.phase().unwrap(), Phase::Revoked);
    assert_eq!((view.waiting_total, view.last_problem), (1, Some(SyncProblem::Revoked)));
    assert_eq!((view.next_attempt, core.due_in_ms()), (None, None));
    assert!(shown(&core, row));
    assert_eq!(core.begin(&Command::SyncNow), Some(Reply::Refused(Refusal::Revoked)));

    let again = Command::Enrol { server: "https://lianxin.example".into(), code: "ABCDE-12345".into() };
    run_to_end(&mut core, again, &server).await;
    assert_eq!(core.phase().unwrap(), Phase::Ready);
    assert_eq!(sync(&mut core, &server).await.waiting_total, 0);
}

#[tokio::test]
async fn a_code_of_another_worker_does_not_take_over_waiting_operations() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedback(&mut core, "mine");
    let other = Command::Enrol { server: "https://lianxin.example".into(), code: "0THER".into() };
    assert_eq!(run_to_end(&mut core, other, &server).await, Reply::Refused(Refusal::NotNow));
    assert_eq!(core.identity().unwrap().enrolment.worker, ME);
}

#[tokio::test]
async fn an_unsafe_address_is_refused_before_anything_is_sent() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = Core::open_for_tests(Paths::default(), Box::new(env.clone())).unwrap();
    core.create_vault("2486").unwrap();
    for (address, code) in [("http://lianxin.example", "ABCDE"), ("", "ABCDE"), ("https://lianxin.example", " - ")] {
        let command = Command::Enrol { server: address.into(), code: code.into() };
        assert!(matches!(run_to_end(&mut core, command, &server).await, Reply::Refused(Refusal::Invalid(_))));
    }
    assert!(server.take_calls().is_empty());
}

#[tokio::test]
async fn the_wait_that_a_server_asks_for_is_kept_and_the_next_attempt_is_shown() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    server.plan_pull(Err(SyncError::refused(ErrorCode::TooManyRequests).retry_after(600)));
    let view = sync(&mut core, &server).await;
    let due = core.due_in_ms().unwrap();
    assert!((600_000..=900_000).contains(&due));
    let shown = view.next_attempt.unwrap().utc_ms - crate::Env::now(&env).utc_ms;
    assert_eq!(u64::try_from(shown).unwrap(), due);
    save_feedback(&mut core, "a");
    assert_eq!(core.due_in_ms(), Some(due), "a save does not shorten the wait");
    assert_eq!(sync(&mut core, &server).await.last_problem, None, "the user may try at any time");
}

#[tokio::test]
async fn an_automatic_sync_respects_the_undo_window_and_returns_when_it_closes() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    assert_eq!(core.due_in_ms(), Some(0), "at once after opening");
    save_feedback(&mut core, "just saved");
    core.begin_by_itself();
    while let Some(step) = core.next_step() {
        core.apply(step.run(&server).await);
    }
    assert_eq!(server.take_calls(), ["pull"]);
    assert_eq!(core.due_in_ms(), Some(AFTER_SAVE_MS));
    env.pass_ms(AFTER_SAVE_MS);
    core.begin_by_itself();
    while let Some(step) = core.next_step() {
        core.apply(step.run(&server).await);
    }
    assert_eq!(server.take_calls(), ["push", "pull"]);
    assert!(core.due_in_ms().unwrap() > AFTER_SAVE_MS);
}

#[tokio::test]
async fn a_sync_by_the_user_sends_fresh_operations_but_not_those_saved_meanwhile() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedback(&mut core, "before");
    server.plan_pull(Ok(page(rows([]), true)));
    assert!(core.begin(&Command::SyncNow).is_none());
    let mut seen = Vec::new();
    while let Some(step) = core.next_step() {
        seen.push(step.name());
        core.apply(step.run(&server).await);
        if seen.len() == 2 {
            save_feedback(&mut core, "meanwhile");
        }
    }
    assert_eq!(seen, ["push", "pull", "pull"]);
    assert_eq!(core.due_in_ms(), Some(AFTER_SAVE_MS));
    assert_eq!(sync(&mut core, &server).await.waiting_total, 0);
}

#[tokio::test]
async fn a_sync_requested_again_after_its_pull_pulls_once_more() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    super::media::take(&mut core, 10);
    let mut run = async |asked_at: &[usize]| {
        server.plan_pull(Ok(page(rows([]), true)));
        assert!(core.begin(&Command::SyncNow).is_none());
        let mut seen = Vec::new();
        while let Some(step) = core.next_step() {
            seen.push(step.name());
            if asked_at.contains(&seen.len()) {
                assert!(core.begin(&Command::SyncNow).is_none());
            }
            core.apply(step.run(&server).await);
        }
        assert!(matches!(core.network_reply(), Reply::Sync(_)));
        seen
    };
    assert_eq!(
        run(&[1]).await,
        ["push", "pull", "pull", "media_create"],
        "requested before the pull, which brings all news"
    );
    let refused = || Err(SyncError::refused(ErrorCode::Internal));
    server.plan_media([refused()]);
    assert_eq!(run(&[3]).await, ["pull", "pull", "media_create", "pull"], "requested during a later step");
    server.plan_media([refused()]);
    assert_eq!(
        run(&[2]).await,
        ["pull", "pull", "pull", "media_create"],
        "the server may have prepared the last page before the request"
    );
}

#[tokio::test]
async fn locking_ends_a_sync_and_a_later_reply_changes_nothing() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedback(&mut core, "a");
    assert!(core.begin(&Command::SyncNow).is_none());
    let step = core.next_step().unwrap();
    core.lock();
    let reply = step.run(&server).await;
    assert_eq!(core.apply(reply), crate::sync::Applied::default());
    assert_eq!(super::step(&mut core), "none");
    core.unlock("2486").unwrap();
    assert_eq!(outbox::waiting(core.store().unwrap().conn()).unwrap().0, 1);
    assert_eq!(sync(&mut core, &server).await.waiting_total, 0);
}

#[tokio::test]
async fn a_step_whose_reply_never_came_is_repeated() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    save_feedback(&mut core, "a");
    assert!(core.begin(&Command::SyncNow).is_none());
    assert_eq!([step(&mut core), step(&mut core)], ["push", "push"]);
    assert_eq!(step(&mut core), "push");
    core.apply(Step::no_reply());
    let Reply::Sync(view) = core.network_reply() else { panic!("the run has ended") };
    assert_eq!((view.last_problem, view.waiting_total), (Some(SyncProblem::Offline), 1));
    assert_eq!(sync(&mut core, &server).await.waiting_total, 0);
}

#[tokio::test]
async fn a_clock_is_reported_as_wrong_by_a_day_but_not_by_a_minute() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    server.state().ahead_ms = -86_400_000;
    assert_eq!(sync(&mut core, &server).await.clock_off_s, Some(86_400));
    server.state().ahead_ms = 86_400_000;
    assert_eq!(sync(&mut core, &server).await.clock_off_s, Some(-86_400));
    server.state().ahead_ms = 60_000;
    assert_eq!(sync(&mut core, &server).await.clock_off_s, None);
}

#[tokio::test]
async fn a_clock_set_back_after_a_sync_is_ignored_and_stamps_keep_growing() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let first = save_feedback(&mut core, "a");
    sync(&mut core, &server).await;
    let day = core.today_day().unwrap();
    for back in [1, 400] {
        env.set_clock_by(-back * 86_400_000);
        assert_eq!(core.today_day().unwrap(), day, "never earlier than the last server time seen");
        let saved = core.write(|tx| Ok(tx.server_now())).unwrap();
        assert_eq!(saved.day(), day);
        save_feedback(&mut core, "b");
    }
    let stamp = |row| outbox::of_row(core.store().unwrap().conn(), row).unwrap()[0].op().unwrap().hlc;
    let stamps: Vec<_> = outbox::list(core.store().unwrap().conn(), outbox::Part::Waiting, 10)
        .unwrap()
        .iter()
        .map(|entry| entry.op().unwrap().hlc)
        .collect();
    assert!(stamp(first) < stamps[0] && stamps.is_sorted_by(|a, b| a < b));
    // A corrected clock counts again; so does a server whose own clock was wrong.
    env.set_clock_by(401 * 86_400_000);
    sync(&mut core, &server).await;
    env.pass_ms(3 * 86_400_000);
    assert_eq!(core.today_day().unwrap(), day.plus(3));
    server.state().ahead_ms = 365 * 86_400_000;
    sync(&mut core, &server).await;
    server.state().ahead_ms = 0;
    sync(&mut core, &server).await;
    assert_eq!(core.today_day().unwrap(), day.plus(3));
}

#[tokio::test]
async fn the_last_report_is_read_without_a_connection_and_marked_as_old() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let request = ReportRequest { area: "620802".parse().unwrap(), period: "2026-03".parse().unwrap(), category: None };
    let ask = Command::Report(request.clone());
    assert_eq!(run_to_end(&mut core, ask.clone(), &server).await, Reply::Refused(Refusal::Offline));
    let report = Report {
        area: request.area,
        area_name: "崆峒区".into(),
        period: request.period,
        category: None,
        total: Default::default(),
        by_area: vec![],
        by_category: vec![],
        by_month: vec![],
        attention: Default::default(),
        as_of: Moment::shanghai(0),
    };
    server.state().report_plan.push_back(Ok(report.clone()));
    let fresh = Reply::Report { report: Box::new(report.clone()), fresh: true };
    assert_eq!(run_to_end(&mut core, ask.clone(), &server).await, fresh);
    let cached = Reply::Report { report: Box::new(report), fresh: false };
    assert_eq!(run_to_end(&mut core, ask.clone(), &server).await, cached);
    server.state().report_plan.push_back(Err(SyncError::refused(ErrorCode::NotAllowed)));
    let refused = Reply::Refused(Refusal::Server(ErrorCode::NotAllowed));
    assert_eq!(run_to_end(&mut core, ask, &server).await, refused, "a refusal is not hidden by the cached copy");
}

#[tokio::test]
async fn a_full_disk_ends_the_sync_with_a_problem_and_the_whole_page_is_stored_later() {
    let (env, server) = (TestEnv::new(), FakeServer::default());
    let mut core = device(&env);
    let big = |n| {
        let mut row = recipient(n, 1, "甲");
        row.fields.set("note", serde_json::Value::from("字".repeat(4000)));
        row
    };
    server.plan_pull(Ok(page(rows((1..200).map(big)), false)));
    let pages = core.store().unwrap().pages().unwrap();
    core.store().unwrap().limit_pages(pages + 8).unwrap();
    let view = sync(&mut core, &server).await;
    assert_eq!(view.last_problem, Some(SyncProblem::StorageFull));
    assert!(!shown(&core, RowId(Uuid::from_u128(1))), "a page is stored as a whole");
    core.store().unwrap().limit_pages(0).unwrap();
    server.plan_pull(Ok(page(rows((1..200).map(big)), false)));
    assert_eq!(sync(&mut core, &server).await.last_problem, None);
    assert!(shown(&core, RowId(Uuid::from_u128(199))));
}
