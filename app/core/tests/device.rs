//! The handle over its threads: what a screen gets, and that nothing a screen does can lose a commit.

#![allow(clippy::unwrap_used, reason = "helpers between tests fail the test")]

mod common;

use common::*;
use device_core::{
    Command, Device, Event, Paths, Refusal, Reply,
    command::{NewVisit, RecipientQuery},
    device::{Options, start},
    views::Phase,
};
use futures_util::{FutureExt, StreamExt};
use sync_server::testing::{TempDir, TestServer};

async fn enrolled(folder: &TempDir, server: &TestServer, automatic: bool) -> Device {
    let device = start(Paths { dir: Some(folder.path().to_owned()) }, Options { automatic }).unwrap();
    device.create_vault(PIN).await.unwrap();
    let status = device.enrol("", &server.link("W1")).await.unwrap();
    assert_eq!(status.phase, Phase::Ready);
    device
}

fn a_visit(note: &str) -> NewVisit {
    visit(recipient("R1"), note, None)
}

#[tokio::test]
async fn a_screen_enrols_saves_and_syncs_and_hears_of_it() {
    let (server, folder) = (server(), TempDir::new());
    let device = enrolled(&folder, &server, false).await;
    let mut events = device.events();
    device.sync_now().await.unwrap();
    assert_eq!(device.recipients(RecipientQuery::default()).await.unwrap().total, 10);
    device.save_visit(a_visit("from a screen")).await.unwrap();
    let view = device.sync_now().await.unwrap();
    assert_eq!((view.waiting_total, view.last_problem), (0, None));
    assert!(view.last_up > 0 && view.last_down > 0);
    assert_eq!(device.today().await.unwrap().waiting, 0);
    let heard: Vec<Event> = std::iter::from_fn(|| events.next().now_or_never().flatten()).collect();
    assert!(heard.contains(&Event::Changed));
    assert!(heard.iter().any(|e| matches!(e, Event::Sync(p) if p.rows_pulled > 0)));
    assert_eq!(Phone::of("W2", &server).await.notes(recipient("R1")), ["from a screen"]);
}

#[tokio::test]
async fn a_sync_begins_by_itself_after_opening_and_says_when_the_next_is_due() {
    let (server, folder) = (server(), TempDir::new());
    let device = enrolled(&folder, &server, true).await;
    let mut events = device.events();
    // Whatever came before: wait until a session has ended well.
    let view = loop {
        let view = device.sync_state().await.unwrap();
        if view.running.is_none() && view.last_success.is_some() {
            break view;
        }
        events.next().await;
    };
    assert!(view.next_attempt.unwrap() > view.last_success.unwrap());
    assert_eq!(device.recipients(RecipientQuery::default()).await.unwrap().total, 10);
}

#[tokio::test]
async fn saving_is_answered_while_a_call_hangs_and_locking_answers_who_waits() {
    let folder = TempDir::new();
    let server = server();
    let device = enrolled(&folder, &server, false).await;
    device.sync_now().await.unwrap();
    let address = server.address();
    server.stop();
    // Somebody who takes connections and never says a word.
    let silent = tokio::net::TcpListener::bind(address).await.unwrap();
    let waiting = tokio::spawn({
        let device = device.clone();
        async move { device.sync_now().await }
    });
    let (_held, _) = silent.accept().await.unwrap();
    let rows = device.save_visit(a_visit("while a call hangs")).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert!(device.sync_state().await.unwrap().running.is_some());
    assert_eq!(device.lock().await.unwrap().phase, Phase::Locked);
    assert_eq!(waiting.await.unwrap(), Err(Refusal::Locked));
    device.unlock(PIN).await.unwrap();
    assert_eq!(device.sync_state().await.unwrap().waiting_total, 1);
}

/// Several pushes of work, saved through the handle.
const VISITS: u64 = 1200;

async fn backlog(device: &Device) {
    for n in 0..VISITS {
        device.save_visit(a_visit(&format!("of a long winter: {n}"))).await.unwrap();
    }
}

/// Records and operations on the server.
async fn kept(server: &TestServer) -> (u64, u64) {
    let stats = server.core().stats().await.unwrap();
    (stats.records, stats.ops)
}

#[tokio::test]
async fn a_long_backlog_goes_in_several_pushes_at_once_and_each_visit_arrives_once() {
    let (server, folder) = (server(), TempDir::new());
    let device = enrolled(&folder, &server, false).await;
    device.sync_now().await.unwrap();
    let (records, ops) = kept(&server).await;
    backlog(&device).await;
    let view = device.sync_now().await.unwrap();
    assert_eq!((view.waiting_total, view.last_problem), (0, None));
    assert_eq!(kept(&server).await, (records + VISITS, ops + VISITS));
}

#[tokio::test]
async fn locked_in_the_midst_of_a_backlog_nothing_is_lost_or_doubled() {
    let (server, folder) = (server(), TempDir::new());
    let device = enrolled(&folder, &server, false).await;
    device.sync_now().await.unwrap();
    let (records, ops) = kept(&server).await;
    backlog(&device).await;
    let mut events = device.events();
    let running = tokio::spawn({
        let device = device.clone();
        async move { device.sync_now().await }
    });
    // The first push has been acknowledged, and others are out.
    while !matches!(events.next().await, Some(Event::Sync(progress)) if progress.ops_done > 0) {}
    device.lock().await.unwrap();
    // Where this machine is slow the rest went out before the lock came.
    assert!(matches!(running.await.unwrap(), Ok(_) | Err(Refusal::Locked)));
    device.unlock(PIN).await.unwrap();
    let view = device.sync_now().await.unwrap();
    assert_eq!((view.waiting_total, view.last_problem), (0, None));
    assert_eq!(kept(&server).await, (records + VISITS, ops + VISITS));
}

#[tokio::test]
async fn with_nothing_to_do_the_driver_writes_the_log_back_into_the_file() {
    let folder = TempDir::new();
    let device = start(Paths { dir: Some(folder.path().to_owned()) }, Options { automatic: false }).unwrap();
    device.create_vault(PIN).await.unwrap();
    // The tables were made in the log; the file itself begins as one page.
    let written = async {
        while std::fs::metadata(folder.path().join("store.db")).unwrap().len() < 50_000 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), written).await.expect("nobody asks, and the log stays");
}

#[tokio::test]
async fn leaving_a_screen_before_the_answer_cancels_nothing() {
    let (server, folder) = (server(), TempDir::new());
    let device = enrolled(&folder, &server, false).await;
    device.sync_now().await.unwrap();
    {
        let call = device.save_visit(a_visit("the screen was closed"));
        // Polled once, so that the command is on its way, then dropped.
        assert!(call.now_or_never().is_none());
    }
    assert_eq!(device.sync_state().await.unwrap().waiting_total, 1);
}

#[tokio::test]
async fn without_a_connection_a_sync_ends_with_a_word_and_the_work_is_kept() {
    let (server, folder) = (server(), TempDir::new());
    let device = enrolled(&folder, &server, false).await;
    device.sync_now().await.unwrap();
    server.stop();
    device.save_visit(a_visit("offline")).await.unwrap();
    let view = device.sync_now().await.unwrap();
    assert_eq!(view.last_problem, Some(device_core::views::SyncProblem::Offline));
    assert_eq!((view.waiting_total, view.next_attempt.is_some()), (1, true));
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_said_and_not_waited_for() {
    let folder = TempDir::new();
    let file = folder.path().join("a file");
    std::fs::write(&file, "x").unwrap();
    let device = start(Paths { dir: Some(file.join("below")) }, Options::default()).unwrap();
    assert!(matches!(device.call(Command::Status).await, Reply::Refused(Refusal::Store { .. })));
}

#[tokio::test]
async fn a_device_made_of_a_function_answers_for_component_tests() {
    let device = Device::answering(|command| match command {
        Command::Lock => Reply::Done,
        _ => Reply::Refused(Refusal::Locked),
    });
    assert_eq!(device.today().await, Err(Refusal::Locked));
    assert!(matches!(device.lock().await, Err(Refusal::Store { .. })), "an answer of another kind is an error");
    assert_eq!(device, device.clone());
    assert_ne!(device, Device::answering(|_| Reply::Done));
}
