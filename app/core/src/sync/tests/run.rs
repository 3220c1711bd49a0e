//! When a sync runs, how it ends, what is shown of it.

use super::*;
use crate::{
    Refusal,
    sync::pace::AFTER_SAVE_MS,
    views::{Phase, SyncProblem},
};
use shared::wire::ErrorCode;

#[tokio::test]
async fn withdrawn_access_keeps_unsent_work_and_is_said_until_the_device_is_enrolled_again() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    let row = say(&mut core, "a");
    server.plan_push(Err(SyncError::refused(ErrorCode::TokenRevoked)));
    let view = sync(&mut core, &server).await;
    assert_eq!(core.phase().unwrap(), Phase::Revoked);
    assert_eq!((view.waiting_total, view.last_problem), (1, Some(SyncProblem::Revoked)));
    assert_eq!((view.next_attempt, core.due_in_ms()), (None, None));
    assert!(shown(&core, row));
    assert_eq!(core.begin(&Command::SyncNow), Some(Reply::Refused(Refusal::Revoked)));

    let again = Command::Enrol { server: "https://lianxin.example".into(), code: "ABCDE-12345".into() };
    carry_out(&mut core, again, &server).await;
    assert_eq!(core.phase().unwrap(), Phase::Ready);
    assert_eq!(sync(&mut core, &server).await.waiting_total, 0);
}

#[tokio::test]
async fn another_persons_code_does_not_take_over_what_waits_here() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    say(&mut core, "mine");
    let other = Command::Enrol { server: "https://lianxin.example".into(), code: "0THER".into() };
    assert_eq!(carry_out(&mut core, other, &server).await, Reply::Refused(Refusal::NotNow));
    assert_eq!(core.identity().unwrap().enrolment.worker, ME);
}

#[tokio::test]
async fn an_address_that_is_not_safe_is_refused_before_anything_is_sent() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = Core::open_for_tests(Paths::default(), Box::new(world.clone())).unwrap();
    core.create_vault("2486").unwrap();
    for (address, code) in [("http://lianxin.example", "ABCDE"), ("", "ABCDE"), ("https://lianxin.example", " - ")] {
        let command = Command::Enrol { server: address.into(), code: code.into() };
        assert!(matches!(carry_out(&mut core, command, &server).await, Reply::Refused(Refusal::Invalid(_))));
    }
    assert!(server.take_asked().is_empty());
}

#[tokio::test]
async fn the_pause_a_server_asks_for_is_kept_and_the_next_attempt_is_shown() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    server.plan_pull(Err(SyncError::refused(ErrorCode::TooManyRequests).retry_after(600)));
    let view = sync(&mut core, &server).await;
    let due = core.due_in_ms().unwrap();
    assert!((600_000..=900_000).contains(&due));
    let shown = view.next_attempt.unwrap().utc_ms - crate::Env::now(&world).utc_ms;
    assert_eq!(u64::try_from(shown).unwrap(), due);
    say(&mut core, "a");
    assert_eq!(core.due_in_ms(), Some(due), "saving does not shorten it");
    assert_eq!(sync(&mut core, &server).await.last_problem, None, "a person may try at any time");
}

#[tokio::test]
async fn a_sync_by_itself_leaves_the_seconds_for_undoing_and_comes_back_for_what_it_left() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    assert_eq!(core.due_in_ms(), Some(0), "at once after opening");
    say(&mut core, "just saved");
    core.begin_by_itself();
    while let Some(step) = core.next_step() {
        core.apply(step.run(&server).await);
    }
    assert_eq!(server.take_asked(), ["pull"]);
    assert_eq!(core.due_in_ms(), Some(AFTER_SAVE_MS));
    world.pass_ms(AFTER_SAVE_MS);
    core.begin_by_itself();
    while let Some(step) = core.next_step() {
        core.apply(step.run(&server).await);
    }
    assert_eq!(server.take_asked(), ["push", "pull"]);
    assert!(core.due_in_ms().unwrap() > AFTER_SAVE_MS);
}

#[tokio::test]
async fn asked_for_by_a_person_it_sends_what_was_just_saved_but_not_what_is_saved_meanwhile() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    say(&mut core, "before");
    server.plan_pull(Ok(page(rows([]), true)));
    assert!(core.begin(&Command::SyncNow).is_none());
    let mut seen = Vec::new();
    while let Some(step) = core.next_step() {
        seen.push(step.name());
        core.apply(step.run(&server).await);
        if seen.len() == 2 {
            say(&mut core, "meanwhile");
        }
    }
    assert_eq!(seen, ["push", "pull", "pull"]);
    assert_eq!(core.due_in_ms(), Some(AFTER_SAVE_MS));
    assert_eq!(sync(&mut core, &server).await.waiting_total, 0);
}

#[tokio::test]
async fn asked_for_again_after_its_pull_a_sync_fetches_news_once_more_before_it_ends() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
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
    assert_eq!(run(&[1]).await, ["push", "pull", "pull", "media_create"], "before the pull: that one brings it all");
    let refused = || Err(SyncError::refused(ErrorCode::Internal));
    server.plan_media([refused()]);
    assert_eq!(run(&[3]).await, ["pull", "pull", "media_create", "pull"], "during what came after");
    server.plan_media([refused()]);
    assert_eq!(run(&[2]).await, ["pull", "pull", "pull", "media_create"], "the last page may have been written before");
}

#[tokio::test]
async fn locking_ends_a_sync_and_a_reply_that_comes_later_changes_nothing() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    say(&mut core, "a");
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
async fn a_step_whose_reply_never_came_is_asked_for_again() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    say(&mut core, "a");
    assert!(core.begin(&Command::SyncNow).is_none());
    assert_eq!([step(&mut core), step(&mut core)], ["push", "push"]);
    let lost = core.next_step().unwrap().lost();
    core.apply(lost);
    let Reply::Sync(view) = core.network_reply() else { panic!("the run has ended") };
    assert_eq!((view.last_problem, view.waiting_total), (Some(SyncProblem::Offline), 1));
    assert_eq!(sync(&mut core, &server).await.waiting_total, 0);
}

#[tokio::test]
async fn a_clock_a_day_ahead_is_shown_and_one_minute_is_not() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    server.state().ahead_ms = -86_400_000;
    assert_eq!(sync(&mut core, &server).await.clock_off_s, Some(86_400));
    server.state().ahead_ms = 86_400_000;
    assert_eq!(sync(&mut core, &server).await.clock_off_s, Some(-86_400));
    server.state().ahead_ms = 60_000;
    assert_eq!(sync(&mut core, &server).await.clock_off_s, None);
}

#[tokio::test]
async fn a_clock_set_back_after_a_sync_is_not_believed_and_stamps_go_on_growing() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    let first = say(&mut core, "a");
    sync(&mut core, &server).await;
    let day = core.today_day().unwrap();
    for back in [1, 400] {
        world.set_clock_by(-back * 86_400_000);
        assert_eq!(core.today_day().unwrap(), day, "no earlier than when the server last spoke");
        let saved = core.write(|tx| Ok(tx.server_now())).unwrap();
        assert_eq!(saved.day(), day);
        say(&mut core, "b");
    }
    let stamp = |row| outbox::of_row(core.store().unwrap().conn(), row).unwrap()[0].op().unwrap().hlc;
    let stamps: Vec<_> = outbox::list(core.store().unwrap().conn(), outbox::Part::Waiting, 10)
        .unwrap()
        .iter()
        .map(|entry| entry.op().unwrap().hlc)
        .collect();
    assert!(stamp(first) < stamps[0] && stamps.is_sorted_by(|a, b| a < b));
    // Put right, it is believed again; so is a server that had been wrong itself.
    world.set_clock_by(401 * 86_400_000);
    sync(&mut core, &server).await;
    world.pass_ms(3 * 86_400_000);
    assert_eq!(core.today_day().unwrap(), day.plus(3));
    server.state().ahead_ms = 365 * 86_400_000;
    sync(&mut core, &server).await;
    server.state().ahead_ms = 0;
    sync(&mut core, &server).await;
    assert_eq!(core.today_day().unwrap(), day.plus(3));
}

#[tokio::test]
async fn the_last_report_is_read_without_a_connection_and_said_to_be_old() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
    let request = ReportRequest { area: "620802".parse().unwrap(), period: "2026-03".parse().unwrap(), category: None };
    let ask = Command::Report(request.clone());
    assert_eq!(carry_out(&mut core, ask.clone(), &server).await, Reply::Refused(Refusal::Offline));
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
    assert_eq!(carry_out(&mut core, ask.clone(), &server).await, fresh);
    let kept = Reply::Report { report: Box::new(report), fresh: false };
    assert_eq!(carry_out(&mut core, ask.clone(), &server).await, kept);
    server.state().report_plan.push_back(Err(SyncError::refused(ErrorCode::NotAllowed)));
    let refused = Reply::Refused(Refusal::Server(ErrorCode::NotAllowed));
    assert_eq!(carry_out(&mut core, ask, &server).await, refused, "a no is not papered over");
}

#[tokio::test]
async fn a_full_disk_ends_the_sync_with_a_word_and_the_page_comes_whole_later() {
    let (world, server) = (World::new(), Fake::default());
    let mut core = device(&world);
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
    assert!(!shown(&core, RowId(Uuid::from_u128(1))), "all of a page or nothing");
    core.store().unwrap().limit_pages(0).unwrap();
    server.plan_pull(Ok(page(rows((1..200).map(big)), false)));
    assert_eq!(sync(&mut core, &server).await.last_problem, None);
    assert!(shown(&core, RowId(Uuid::from_u128(199))));
}
