//! What was saved or acknowledged survives a kill, of the phone and of the server.

#![expect(clippy::unwrap_used, reason = "what the tests share fails as they do")]

use device_core::{Refusal, command::NewVisit, views::Phase};
use shared::{
    RecipientId, RowId,
    records::{Presence, VisitMode},
};
use std::path::Path;
use sync_server::testing::{SampleRoster, TestServer};
use tests::{
    bench::Backend,
    day::people::PIN,
    harness::{Fault, Folder, Proxy, phone::Phone},
    kill,
};

/// The `demo` program is a phone when asked to be one.
fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_demo"))
}

fn visit(recipient: RecipientId, note: String) -> NewVisit {
    NewVisit {
        recipients: vec![recipient],
        mode: VisitMode::Phone,
        presence: Presence::Found,
        happened: None,
        findings: Vec::new(),
        services: Vec::new(),
        note: Some(note),
        follow_up: None,
        need: None,
        draft: None,
    }
}

struct Field {
    server: TestServer,
    line: Proxy,
    phone: Phone,
    recipient: RecipientId,
    /// Operations that the server had before the phone sent any: the office's.
    before: u64,
    _folder: Folder,
}

impl Field {
    /// Operations that the server has from the phone.
    fn received(&self) -> u64 {
        self.server.wait(self.server.core().stats()).unwrap().ops - self.before
    }
}

/// A phone of worker W1, enrolled through a line of its own and in sync.
async fn field() -> Field {
    let server = TestServer::start();
    server.load(&SampleRoster::small());
    let line = Proxy::start(server.address()).await.unwrap();
    let folder = Folder::temporary("killed").unwrap();
    let phone = Phone::start(program(), &folder.join("phone")).unwrap();
    let device = phone.device();
    device.create_vault(PIN).await.unwrap();
    device.enrol(&line.url(), &server.code("W1")).await.unwrap();
    let state = device.sync_now().await.unwrap();
    assert_eq!(state.last_problem, None);
    let recipient = device.recipients(Default::default()).await.unwrap().items[0].id;
    let before = server.wait(server.core().stats()).unwrap().ops;
    Field { server, line, phone, recipient, before, _folder: folder }
}

async fn reopen(phone: &mut Phone) {
    phone.kill().await.unwrap();
    phone.start_again().unwrap();
    assert_eq!(phone.device().status().await.unwrap().phase, Phase::Locked);
    assert_eq!(phone.device().today().await.err(), Some(Refusal::Locked));
    assert_eq!(phone.device().unlock(PIN).await.unwrap().phase, Phase::Ready);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_killed_right_after_saving_has_kept_every_record() {
    let mut field = field().await;
    field.line.offline();
    let mut saved: Vec<RowId> = Vec::new();
    for round in 0..12 {
        let device = field.phone.device();
        for n in 0..3 {
            saved.extend(device.save_visit(visit(field.recipient, format!("第{round}轮第{n}条"))).await.unwrap());
        }
        // The last receipt has come; whatever it needs to be true must be on the disk by now.
        reopen(&mut field.phone).await;
        let device = field.phone.device();
        let state = device.sync_state().await.unwrap();
        assert_eq!(state.waiting_total as usize, saved.len(), "after round {round}");
        assert!(device.record(*saved.last().unwrap()).await.is_ok());
    }
    field.line.online(field.server.address());
    let state = field.phone.device().sync_now().await.unwrap();
    assert_eq!((state.waiting_total, state.last_problem), (0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_killed_in_the_middle_of_a_sync_sends_everything_once() {
    let mut field = field().await;
    for round in 0..6_usize {
        let device = field.phone.device().clone();
        for n in 0..20 {
            device.save_visit(visit(field.recipient, format!("{round}-{n}"))).await.unwrap();
        }
        // The reply is cut later each round, and the phone dies while it waits or right after.
        field.line.inject("POST /v1/push", Fault::CutReply { after: round * 30 });
        let syncing = tokio::spawn(async move { device.sync_now().await });
        while field.line.fired().len() <= round {
            tokio::task::yield_now().await;
        }
        reopen(&mut field.phone).await;
        // Refused when the kill came first, an answer otherwise; nothing hangs on which.
        drop(syncing.await.unwrap());
    }
    let device = field.phone.device();
    let state = device.sync_now().await.unwrap();
    assert_eq!((state.waiting_total, state.last_problem), (0, None));
    assert_eq!(field.received(), 120, "120 were saved; the server has each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_again_and_again_under_load_loses_and_doubles_nothing() {
    let toll = kill::rounds(&Backend::Sqlite, 6, 7).await.unwrap();
    assert_eq!((toll.lost, toll.doubled), (0, 0), "{toll:?}");
    assert!(toll.broken > 0, "a kill met no push: {toll:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_lost_after_commit_doubles_nothing() {
    let field = field().await;
    let device = field.phone.device();
    device.save_visit(visit(field.recipient, "一次".to_owned())).await.unwrap();
    // Twice: a call over a broken connection is made once more by itself.
    field.line.inject("POST /v1/push", Fault::CutReply { after: 0 });
    field.line.inject("POST /v1/push", Fault::CutReply { after: 0 });
    let state = device.sync_now().await.unwrap();
    assert!(state.waiting_total > 0 && state.last_problem.is_some());
    assert_eq!(field.received(), 1, "the server had committed");
    let state = device.sync_now().await.unwrap();
    assert_eq!((state.waiting_total, state.last_problem), (0, None));
    assert_eq!(field.received(), 1);
}
