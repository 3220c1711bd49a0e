//! Work that travels as a file, against the real server over real HTTP: a colleague's phone carries it, the office
//! takes it in, and the author's own sync repeats it. Every step may be the last one before the battery is out.

#![allow(clippy::unwrap_used, reason = "helpers between tests fail the test")]

mod common;

use common::*;
use device_core::{
    Command, Reply,
    views::{BundleView, Phase, RecordState, RelayState},
};
use shared::{op::Outcome, records::ReviewReason, wire::BundleVerdict};
use sync_server::{core::RelayedBy, testing::TestServer};

fn bundle(receipt: Reply) -> BundleView {
    match receipt {
        Reply::Bundle(view) => *view,
        other => panic!("{other:?}"),
    }
}

fn export(phone: &mut Phone) -> BundleView {
    bundle(phone.core.handle(Command::ExportBundle))
}

fn carry(phone: &mut Phone, bytes: &[u8]) {
    assert_eq!(phone.core.handle(Command::RelayBundle { bytes: bytes.to_vec() }), Reply::Done);
}

/// Operations that phones sent: imports are noted as one of the office's own each.
fn ops(counted: &Counted, server: &TestServer, imports: u64) -> u64 {
    counted.since(server) - imports
}

#[tokio::test]
async fn a_colleague_carries_the_work_and_the_authors_own_sync_repeats_it() {
    let server = server();
    let (mut author, mut colleague) = (Phone::of("W1", &server).await, Phone::of("W2", &server).await);
    let counted = Counted::from(&server);
    author.add_photo("d", noisy_jpeg(200, 150, 1, 80)).unwrap();
    author.visit(recipient("R1"), "山上没信号", Some("d"));
    author.visit(recipient("R2"), "也好", None);
    let view = export(&mut author);
    assert_eq!((view.ops, view.photos, view.photos_left), (3, 1, 0));
    assert_eq!(author.state().waiting_total, 3, "nothing is marked as sent");

    carry(&mut colleague, &view.bytes);
    let synced = colleague.sync_all().await;
    assert_eq!(synced.relayed_bundles[0].state, RelayState::Delivered);
    colleague.sync_all().await;
    assert_eq!(colleague.notes(recipient("R1")), ["山上没信号"], "the record is there for whoever may see it");
    assert_eq!(ops(&counted, &server, 1), 3);
    assert_eq!(server.wait(server.core().stats()).unwrap().photos_pending, 0, "and so is the photo");

    author.visit(recipient("R3"), "第三户", None);
    author.line.take_calls();
    author.sync_all().await;
    let calls = author.line.take_calls();
    assert!(!calls.iter().any(|call| call.starts_with("chunk")), "the photo does not travel twice: {calls:?}");
    assert_eq!(ops(&counted, &server, 1), 4, "every operation once");
    assert_eq!(author.card(recipient("R1")).history[0].state, RecordState::Confirmed);
    assert_eq!(author.month(this_month()).waiting, Default::default());
    assert_eq!(export_again(&mut author), None);
}

fn export_again(phone: &mut Phone) -> Option<BundleView> {
    match phone.core.handle(Command::ExportBundle) {
        Reply::Bundle(view) => Some(*view),
        _ => None,
    }
}

#[tokio::test]
async fn a_reply_lost_to_the_carrier_or_to_the_author_doubles_nothing() {
    let server = server();
    let (mut author, mut colleague) = (Phone::of("W1", &server).await, Phone::of("W2", &server).await);
    let counted = Counted::from(&server);
    author.visit(recipient("R1"), "一", None);
    author.visit(recipient("R2"), "二", None);
    carry(&mut colleague, &export(&mut author).bytes);
    // The carrier's sync is pull, bundle: the answer to the second is lost, and then its request.
    for how in [Cut::Reply, Cut::Request] {
        colleague.line.take_calls();
        colleague.line.cut(1, how);
        let view = colleague.sync().await;
        assert!(colleague.line.was_cut());
        assert_eq!(view.relayed_bundles[0].state, RelayState::Waiting);
    }
    assert_eq!(colleague.sync_all().await.relayed_bundles[0].state, RelayState::Delivered);
    author.line.cut(0, Cut::Reply);
    author.sync().await;
    author.sync_all().await;
    assert_eq!(ops(&counted, &server, 2), 2);
}

#[tokio::test]
async fn a_kill_between_any_two_steps_loses_nothing() {
    let server = server();
    let temp = sync_server::testing::TempDir::new();
    let (home, away) = (temp.path().join("author"), temp.path().join("colleague"));
    // Opening a folder again is what a start after a kill does.
    let start = |folder: &std::path::Path| Phone::at(Some(folder), &server);
    let mut author = start(&home);
    author.enrol(&server, "W1").await;
    author.sync_all().await;
    let mut colleague = start(&away);
    colleague.enrol(&server, "W2").await;
    colleague.sync_all().await;
    let counted = Counted::from(&server);

    author.visit(recipient("R1"), "杀不死", None);
    let mut author = start(&home);
    let view = export(&mut author);
    drop(author);
    carry(&mut colleague, &view.bytes);
    drop(colleague);
    let mut colleague = start(&away);
    assert_eq!(colleague.state().relayed_bundles[0].state, RelayState::Waiting);
    assert!(colleague.core.begin(&Command::SyncNow).is_none());
    // Killed after the server took the file in, before the carrier heard of it.
    while let Some(step) = colleague.core.next_step() {
        let name = step.name();
        let reply = step.run(&colleague.line).await;
        if name == "bundle" {
            break;
        }
        colleague.core.apply(reply);
    }
    drop(colleague);
    let mut colleague = start(&away);
    assert_eq!(colleague.sync_all().await.relayed_bundles[0].state, RelayState::Delivered);

    let mut author = start(&home);
    assert_eq!(author.state().waiting_total, 1);
    author.sync_all().await;
    assert_eq!(ops(&counted, &server, 2), 1, "once on the server, and twice brought");
    assert_eq!(author.notes(recipient("R1")), ["杀不死"]);
}

#[tokio::test]
async fn what_became_of_carried_work_reaches_its_author() {
    let server = server();
    let (mut author, mut colleague) = (Phone::of("W2", &server).await, Phone::of("W1", &server).await);
    // The pairing ends on the server; the phone without signal does not know.
    let mut fields = shared::Fields::new();
    fields.set("end", "2024-01-01".into());
    let change = sync_server::core::OfficeChange {
        kind: shared::Kind::Pairing,
        row: sync_server::import::pairing_id("W2", "R1", &shared::records::PairingRole::Paired, day("2023-01-01"))
            .into(),
        change: shared::Change::Set(fields),
    };
    server.wait(server.core().apply_office(vec![change])).unwrap();
    author.visit(recipient("R1"), "还在走访", None);
    carry(&mut colleague, &export(&mut author).bytes);
    colleague.sync_all().await;
    let view = author.sync().await;
    assert_eq!(view.waiting_total, 0);
    let reviewed = view.attention.iter().any(|item| {
        matches!(&item.outcome, Some(Outcome::InReview { reason: ReviewReason::GrantEnded, applied: false, .. }))
    });
    assert!(reviewed, "{:?}", view.attention);
}

fn day(text: &str) -> shared::Day {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_revoked_phones_sealed_file_is_taken_in_by_the_office_and_harmless_after_enrolling_again() {
    let server = server();
    let temp = sync_server::testing::TempDir::new();
    let mut phone = Phone::at(Some(temp.path()), &server);
    let status = phone.enrol(&server, "W1").await;
    phone.sync_all().await;
    let counted = Counted::from(&server);
    phone.visit(recipient("R1"), "收回以前", None);
    let device = status.me.unwrap().device;
    server.wait(server.core().revoke_device(device)).unwrap();
    phone.visit(recipient("R2"), "收回以后", None);
    phone.sync().await;
    assert_eq!(expect_status(phone.core.handle(Command::Status)).phase, Phase::Revoked);
    phone.core.handle(Command::Lock);
    let sealed = bundle(phone.core.handle(Command::SealedBundle));
    assert_eq!(sealed.ops, 2, "to be had without the PIN");

    let import = || server.wait(server.core().import_bundle(sealed.bytes.clone(), RelayedBy::CommandLine)).unwrap();
    assert_eq!(import(), BundleVerdict::Accepted);
    let mut colleague = Phone::of("W2", &server).await;
    assert_eq!(colleague.notes(recipient("R1")), ["收回以前"]);

    phone.core.handle(Command::Unlock { pin: PIN.into() });
    assert_eq!(phone.enrol(&server, "W1").await.phase, Phase::Ready);
    let view = phone.sync_all().await;
    assert_eq!(view.attention.len(), 1, "what was recorded after the revocation waits for a supervisor");
    assert!(matches!(view.attention[0].state, RecordState::InReview { applied: false }));
    assert_eq!(import(), BundleVerdict::Repeated);
    assert_eq!(ops(&counted, &server, 2), 2);
    assert_eq!(expect_status(phone.core.handle(Command::Status)).sealed, None);
}

#[tokio::test]
async fn a_file_for_another_server_is_shown_as_such_and_holds_up_nothing() {
    let (server, other) = (server(), server());
    let (mut author, mut colleague) = (Phone::of("W1", &other).await, Phone::of("W2", &server).await);
    author.visit(recipient("R1"), "别处", None);
    carry(&mut colleague, &export(&mut author).bytes);
    colleague.visit(recipient("R1"), "这里", None);
    let view = colleague.sync_all().await;
    assert_eq!(view.relayed_bundles[0].state, RelayState::Refused(BundleVerdict::OtherServer));
    assert_eq!(colleague.notes(recipient("R1")), ["这里"]);
}
