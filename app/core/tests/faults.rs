//! Connections that break, servers that die or come back from a backup, phones that are killed: nothing acknowledged is
//! lost, nothing is doubled, and everything arrives in the end.

#![allow(clippy::unwrap_used, reason = "helpers between tests fail the test")]

mod common;

use common::*;
use device_core::{Command, Refusal, Reply, views::RecordState};
use std::path::Path;
use sync_server::testing::{Fault, FaultyProxy, Options, SampleRoster, TempDir, TestServer};

#[tokio::test]
async fn a_reply_lost_after_commit_doubles_nothing() {
    let server = server();
    let mut phone = Phone::of("W1", &server).await;
    let counted = Counted::from(&server);
    phone.visit(recipient("R1"), "once", None);
    phone.line.take_calls();
    phone.line.cut(0, Cut::Reply);
    let view = phone.sync().await;
    assert_eq!((view.waiting_total, view.photos_waiting), (1, 0), "as far as the phone knows");
    assert_eq!(counted.since(&server), 1, "the server has it");
    phone.sync_all().await;
    assert_eq!(counted.since(&server), 1);
    assert_eq!(phone.notes(recipient("R1")), ["once"]);
}

#[tokio::test]
async fn a_code_is_not_used_up_by_a_lost_reply() {
    let server = server();
    let mut phone = Phone::new(&server);
    let code = server.code("W1");
    for how in [Cut::Request, Cut::Reply] {
        phone.line.take_calls();
        phone.line.cut(0, how);
        assert_eq!(phone.try_enrol(&server, &code).await, Reply::Refused(Refusal::Offline));
    }
    phone.line.take_calls();
    expect_status(phone.try_enrol(&server, &code).await);
    assert_eq!(server.wait(server.core().stats()).unwrap().devices, 1);
}

/// A session with a record and a photo of three chunks has about eight calls. Each is lost once on the way there and
/// once on the way back, and then the session is begun again.
#[tokio::test]
async fn every_step_of_a_session_can_be_cut_once_and_nothing_is_lost_or_doubled() {
    let server = server();
    let mut phone = Phone::of("W1", &server).await;
    let counted = Counted::from(&server);
    let mut saved = Vec::new();
    for how in [Cut::Request, Cut::Reply] {
        for n in 0.. {
            let note = format!("{how:?} {n}");
            let photo = noisy_jpeg(620, 420, saved.len() as u32 + 1, 95);
            phone.add_photo("visit", photo).unwrap();
            phone.visit(recipient("R1"), &note, Some("visit"));
            saved.push(note);
            phone.line.take_calls();
            phone.line.cut(n, how);
            let view = phone.sync().await;
            let reached = phone.line.was_cut();
            assert_eq!(view.last_problem.is_some(), reached, "{how:?} {n}");
            phone.line.take_calls();
            phone.sync_all().await;
            if !reached {
                assert!(n >= 7, "a session of {n} steps is too short to prove anything");
                break;
            }
        }
    }
    saved.sort();
    assert_eq!(phone.notes(recipient("R1")), saved);
    assert_eq!(Phone::of("W2", &server).await.notes(recipient("R1")), saved);
    assert_eq!(counted.since(&server), 2 * saved.len() as u64, "a visit and its photo each");
    assert_eq!(server.wait(server.core().stats()).unwrap().photos_pending, 0);
    assert!(phone.state().attention.is_empty());
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_of_bytes_is_gone_on_with() {
    let server = server();
    let faulty_proxy = FaultyProxy::before(server.address());
    let mut phone = Phone::new(&server);
    let code = server.code("W1");
    phone.line = Line::to(&faulty_proxy.url());
    expect_status(phone.run(Command::Enrol { server: faulty_proxy.url(), code }).await);
    for (n, fault) in [
        Fault::CutRequest(1),
        Fault::CutRequest(300),
        Fault::LoseReply,
        Fault::CutReply(10),
        Fault::CutReply(400),
        Fault::Refuse,
    ]
    .into_iter()
    .enumerate()
    {
        // A client of its own, because a connection that is kept alive meets no new fault.
        phone.line = Line::to(&faulty_proxy.url());
        faulty_proxy.plan([fault]);
        phone.visit_if_known(recipient("R1"), &n.to_string());
        phone.sync().await;
        assert_eq!(faulty_proxy.left(), 0, "{fault:?} was met");
        phone.line = Line::to(&faulty_proxy.url());
        phone.sync_all().await;
    }
    assert_eq!(phone.notes(recipient("R1")), ["1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn a_phone_killed_between_acknowledgement_and_pull_shows_its_record_all_the_time() {
    let (server, folder) = (server(), TempDir::new());
    let mut phone = Phone::at(Some(folder.path()), &server);
    phone.enrol(&server, "W1").await;
    phone.sync_all().await;
    phone.visit(recipient("R1"), "kept", None);
    phone.line.take_calls();
    phone.line.cut(1, Cut::Request);
    let view = phone.sync().await;
    assert_eq!(phone.line.take_calls(), ["push", "pull"]);
    assert_eq!(view.waiting_total, 0, "acknowledged");
    drop(phone);
    let mut phone = Phone::at(Some(folder.path()), &server);
    assert_eq!(phone.notes(recipient("R1")), ["kept"]);
    phone.sync_all().await;
    assert_eq!(phone.notes(recipient("R1")), ["kept"]);
    assert_eq!(phone.card(recipient("R1")).history[0].state, RecordState::Confirmed);
}

#[tokio::test]
async fn a_phone_killed_before_it_synced_has_everything_and_sends_it_afterwards() {
    let (server, folder) = (server(), TempDir::new());
    let mut phone = Phone::at(Some(folder.path()), &server);
    phone.enrol(&server, "W1").await;
    phone.sync_all().await;
    phone.add_photo("visit", noisy_jpeg(100, 80, 1, 80)).unwrap();
    phone.visit(recipient("R1"), "saved", Some("visit"));
    drop(phone);
    let mut phone = Phone::at(Some(folder.path()), &server);
    let view = phone.state();
    assert_eq!((view.waiting_total, view.photos_waiting), (2, 1));
    phone.sync_all().await;
    assert_eq!(Phone::of("W2", &server).await.notes(recipient("R1")), ["saved"]);
}

/// The server of a folder, stopped before, as of a backup.
fn restored(folder: &Path, backup: &Path, port: u16) -> TestServer {
    let store = sync_server::data::DataDir::new(folder).unwrap().store();
    for suffix in ["", "-wal", "-shm"] {
        let mut file = store.clone().into_os_string();
        file.push(suffix);
        let _ = std::fs::remove_file(file);
    }
    std::fs::copy(backup, &store).unwrap();
    let server = TestServer::start_in(folder, Options { port, ..Options::default() });
    server.wait(server.core().new_epoch()).unwrap();
    server
}

#[tokio::test]
async fn a_server_restored_from_a_backup_gets_the_work_since_then_again() {
    let (folder, aside) = (TempDir::new(), TempDir::new());
    let backup = aside.path().join("backup.db");
    let server = TestServer::start_in(folder.path(), Options::default());
    server.load(&SampleRoster::small());
    let port = server.address().port();
    let counted = Counted::from(&server);
    let mut phone = Phone::of("W1", &server).await;
    phone.visit(recipient("R1"), "before the backup", None);
    phone.sync_all().await;
    server.wait(server.core().backup(backup.clone())).unwrap();
    phone.visit(recipient("R1"), "after the backup", None);
    phone.sync_all().await;
    server.stop();
    let server = restored(folder.path(), &backup, port);
    assert_eq!(counted.since(&server), 1, "the later one is lost there");

    phone.line.take_calls();
    phone.sync_all().await;
    assert_eq!(counted.since(&server), 2);
    let both = ["after the backup", "before the backup"];
    assert_eq!(phone.notes(recipient("R1")), both);
    assert_eq!(Phone::of("W2", &server).await.notes(recipient("R1")), both);
    phone.line.take_calls();
    phone.sync_all().await;
    assert_eq!(phone.line.take_calls(), ["pull"], "and then it is quiet");
}

#[tokio::test]
async fn a_server_restored_from_before_a_phone_was_copied_gets_what_both_did_under_every_incarnation_once() {
    let (folder, aside, here, there) = (TempDir::new(), TempDir::new(), TempDir::new(), TempDir::new());
    let backup = aside.path().join("backup.db");
    let server = TestServer::start_in(folder.path(), Options::default());
    server.load(&SampleRoster::small());
    let port = server.address().port();
    let counted = Counted::from(&server);
    let mut phone = Phone::at(Some(here.path()), &server);
    phone.enrol(&server, "W1").await;
    phone.sync_all().await;
    server.wait(server.core().backup(backup.clone())).unwrap();
    phone.visit(recipient("R1"), "before the copy", None);
    phone.sync_all().await;
    drop(phone);
    copy_store(here.path(), there.path());
    let mut phones = [here.path(), there.path()].map(|at| Phone::at(Some(at), &server));
    for _ in 0..2 {
        for (phone, note) in phones.iter_mut().zip(["original", "copy"]) {
            phone.visit(recipient("R1"), note, None);
            phone.sync_all().await;
        }
    }
    assert_eq!(counted.since(&server), 5);
    server.stop();
    let server = restored(folder.path(), &backup, port);
    assert_eq!(counted.since(&server), 0, "all of it is lost there");

    let all = ["before the copy", "copy", "copy", "original", "original"];
    for _ in 0..2 {
        for phone in &mut phones {
            phone.sync_all().await;
        }
    }
    assert_eq!(counted.since(&server), 5, "each once");
    for phone in &mut phones {
        phone.line.take_calls();
        assert_eq!(phone.sync_all().await.attention.len(), 0);
        assert_eq!(phone.line.take_calls(), ["pull"], "and then it is quiet");
        assert_eq!(phone.notes(recipient("R1")), all);
    }
}

/// What a phone's own backup does.
fn copy_store(from: &Path, to: &Path) {
    for file in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

#[tokio::test]
async fn a_copied_phone_is_noticed_and_the_work_of_both_arrives() {
    let (server, here, there) = (server(), TempDir::new(), TempDir::new());
    let counted = Counted::from(&server);
    let mut phone = Phone::at(Some(here.path()), &server);
    phone.enrol(&server, "W1").await;
    phone.sync_all().await;
    phone.visit(recipient("R1"), "before the copy", None);
    phone.sync_all().await;
    drop(phone);
    copy_store(here.path(), there.path());
    let mut original = Phone::at(Some(here.path()), &server);
    let mut copy = Phone::at(Some(there.path()), &server);
    for round in 0..2 {
        original.visit(recipient("R1"), &format!("original {round}"), None);
        original.sync_all().await;
        copy.visit(recipient("R1"), &format!("copy {round}"), None);
        copy.sync_all().await;
    }
    original.sync_all().await;
    let all = ["before the copy", "copy 0", "copy 1", "original 0", "original 1"];
    assert_eq!(original.notes(recipient("R1")), all);
    assert_eq!(copy.notes(recipient("R1")), all);
    assert_eq!(counted.since(&server), 5);
}

impl Phone {
    /// A visit, where the recipient has come to this phone already.
    fn visit_if_known(&mut self, recipient: shared::RecipientId, note: &str) {
        if self.recipients().iter().any(|r| r.id == recipient) {
            self.visit(recipient, note, None);
        }
    }
}
