//! The device against the real server over real HTTP: what is saved offline arrives, once, and everybody sees it.

#![allow(clippy::unwrap_used, reason = "helpers between tests fail the test")]

mod common;

use common::*;
use device_core::{
    Command, Refusal, Reply,
    command::{NewAssistance, RecipientShare},
    views::{Phase, RecordState, SyncProblem},
};
use shared::{
    Fen,
    indicators::Figures,
    records::AssistanceKind,
    wire::{ErrorCode, ReportRequest},
};
use std::sync::atomic::Ordering;
use sync_server::{core::Settings, testing::Options};

#[tokio::test]
async fn what_one_phone_saves_without_signal_a_colleague_sees_after_both_synced() {
    let server = server();
    let mut mine = Phone::of("W1", &server).await;
    assert_eq!(mine.recipients().len(), 10);
    let row = mine.visit(recipient("R1"), "炉子已修好", None);
    let waiting = mine.state();
    assert_eq!((waiting.waiting_total, waiting.waiting[0].row), (1, row));
    assert_eq!(waiting.waiting[0].title, "mode-home");
    assert_eq!(mine.card(recipient("R1")).history[0].state, RecordState::Waiting);

    let view = mine.sync_all().await;
    assert!(view.last_success.is_some() && view.clock_off_s.is_none());
    assert_eq!(mine.card(recipient("R1")).history[0].state, RecordState::Confirmed);

    let mut colleague = Phone::of("W2", &server).await;
    assert_eq!(colleague.recipients().len(), 1, "only those in care");
    assert_eq!(colleague.notes(recipient("R1")), ["炉子已修好"]);
}

#[tokio::test]
async fn a_wrong_a_used_and_an_expired_code_are_told_apart_and_the_right_one_still_works() {
    let server = server();
    let mut phone = Phone::new(&server);
    let unknown = Reply::Refused(Refusal::Server(ErrorCode::CodeUnknown));
    assert_eq!(phone.try_enrol(&server, "ABCDE-FGHJK").await, unknown);
    let code = server.code("W1");
    Phone::new(&server).try_enrol(&server, &code).await;
    let used = Reply::Refused(Refusal::Server(ErrorCode::CodeUsed));
    assert_eq!(phone.try_enrol(&server, &code).await, used);
    // The link that an administrator hands out says where the server is.
    let link = server.link("W1").to_lowercase();
    let status = phone.run(Command::Enrol { server: String::new(), code: link }).await;
    assert_eq!(expect_status(status).phase, Phase::Ready);

    let options = Options { settings: Settings { code_valid_hours: 0, ..Settings::default() }, ..Options::default() };
    let hasty = sync_server::testing::TestServer::start_with(options);
    hasty.load(&sync_server::testing::SampleRoster::small());
    let expired = Reply::Refused(Refusal::Server(ErrorCode::CodeExpired));
    let code = hasty.code("W1");
    assert_eq!(Phone::new(&hasty).try_enrol(&hasty, &code).await, expired);
}

#[tokio::test]
async fn a_revoked_phone_keeps_its_unsent_work_and_says_why_it_cannot_send_it() {
    let server = server();
    let mut phone = Phone::of("W1", &server).await;
    phone.visit(recipient("R1"), "unsent", None);
    let devices = server.wait(server.core().devices(Default::default())).unwrap();
    server.wait(server.core().revoke_device(devices[0].id)).unwrap();
    let view = phone.sync().await;
    assert_eq!(view.last_problem, Some(SyncProblem::Revoked));
    assert_eq!((view.waiting_total, view.next_attempt), (1, None));
    assert_eq!(expect_status(phone.core.handle(Command::Status)).phase, Phase::Revoked);
    // Enrolled again for the same person, it is sent.
    assert_eq!(phone.enrol(&server, "W1").await.phase, Phase::Ready);
    phone.sync_all().await;
    assert_eq!(Phone::of("W2", &server).await.notes(recipient("R1")), ["unsent"]);
}

#[tokio::test]
async fn a_clock_a_day_or_four_hundred_off_is_shown_and_the_visit_arrives_on_the_day_it_happened() {
    let day = 86_400_000;
    for wrong_by in [day, -day, 400 * day, -400 * day] {
        let server = server();
        let mut phone = Phone::new(&server);
        phone.clock.wrong_by_ms.store(wrong_by, Ordering::SeqCst);
        phone.enrol(&server, "W1").await;
        let off = phone.sync_all().await.clock_off_s.expect("a day is shown");
        assert!((off - wrong_by / 1000).abs() < 60, "{off}");
        phone.visit(recipient("R1"), "today", None);
        phone.sync_all().await;
        let mut colleague = Phone::of("W2", &server).await;
        let seen = colleague.card(recipient("R1")).history[0].happened;
        let now = device_core::Env::now(&Clock::default());
        assert!((seen.utc_ms - now.utc_ms).abs() < 60_000, "{seen} is not {now}");
    }
}

#[tokio::test]
async fn confirmed_and_waiting_add_up_to_what_the_report_shows_before_and_after_a_sync() {
    let server = server();
    let mut office = Phone::of("S1", &server).await;
    let mut phone = Phone::of("W1", &server).await;
    phone.visit(recipient("R1"), "first", None);
    phone.sync_all().await;

    phone.visit(recipient("R1"), "again on the same day, counted once", None);
    phone.visit(recipient("R2"), "second", None);
    let aid = |kind, amount, note: &str| NewAssistance {
        kind,
        happened: None,
        policy: None,
        note: Some(note.into()),
        donor: None,
        need: None,
        shares: vec![RecipientShare { recipient: recipient("R3"), amount, lines: vec![], receipt: None }],
        draft: None,
    };
    phone.save(Command::SaveAssistance(aid(AssistanceKind::Money, Some(Fen(20_000)), "慰问金")));
    phone.save(Command::SaveAssistance(aid(AssistanceKind::Deed, None, "代缴电费")));

    let month = phone.month(this_month());
    let mut sum = month.confirmed.clone();
    sum.merge(&month.waiting);
    assert_eq!(month.confirmed, report(&mut office).await, "what is confirmed is what the office sees");
    assert_eq!((sum.visits(), sum.deeds(), sum.aid()), (2, 1, Fen(20_000)));

    phone.sync_all().await;
    let after = phone.month(this_month());
    assert_eq!(after.confirmed, sum, "the sum did not change by sending");
    assert_eq!(after.waiting, Figures::default());
    assert_eq!(report(&mut office).await, sum);
    let state = phone.state();
    assert_eq!((state.month_confirmed, state.month_waiting), (5, 0));
}

async fn report(office: &mut Phone) -> Figures {
    let period = shared::Period::Month(this_month());
    let request = ReportRequest { area: "629901001".parse().unwrap(), period, category: None };
    match office.run(Command::Report(request)).await {
        Reply::Report { report, fresh: true } => report.total,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_report_is_for_supervisors_and_a_worker_is_told_so() {
    let server = server();
    let mut phone = Phone::of("W1", &server).await;
    let period = shared::Period::Month(this_month());
    let request = ReportRequest { area: "629901001".parse().unwrap(), period, category: None };
    let refused = Reply::Refused(Refusal::Server(ErrorCode::NotAllowed));
    assert_eq!(phone.run(Command::Report(request)).await, refused);
}

#[tokio::test]
async fn two_phones_that_edit_the_same_person_both_keep_what_they_wrote() {
    let server = server();
    let (mut a, mut b) = (Phone::of("W1", &server).await, Phone::of("W2", &server).await);
    let edit = |note: &str| Command::EditRecipient {
        recipient: recipient("R1"),
        fields: shared::Fields::new().with("note", note),
    };
    a.save(edit("written first"));
    b.save(edit("written later"));
    b.sync_all().await;
    a.sync_all().await;
    b.sync_all().await;
    let (here, there) = (a.card(recipient("R1")), b.card(recipient("R1")));
    assert_eq!(here.note.as_deref(), Some("written later"), "the later stamp stands, whoever came first");
    assert_eq!((&here.note, here.former.len()), (&there.note, there.former.len()));
    assert_eq!(here.former.last().map(|f| f.value.clone()), Some("written first".into()));
    let told = a.state().attention;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].values, [("note".into(), "written first".into(), "written later".into())]);
}

#[tokio::test]
async fn two_hundred_and_sixty_visits_saved_offline_go_in_two_pushes_and_all_arrive() {
    let server = server();
    let mut phone = Phone::of("W1", &server).await;
    let counted = Counted::from(&server);
    for n in 0..260 {
        phone.visit(recipient("R1"), &n.to_string(), None);
    }
    phone.line.take_calls();
    phone.line.traffic();
    phone.sync_all().await;
    let pushes = phone.line.take_calls().iter().filter(|c| *c == "push").count();
    assert_eq!(pushes, 2);
    let (up, _) = phone.line.traffic();
    assert!(up < 260 * 200, "{up} bytes for 260 visits");
    assert_eq!(counted.since(&server), 260);
}

#[tokio::test]
async fn a_sync_with_nothing_to_do_is_one_small_round_trip() {
    let server = server();
    let mut phone = Phone::of("W1", &server).await;
    phone.sync_all().await;
    phone.line.take_calls();
    phone.line.traffic();
    phone.sync_all().await;
    assert_eq!(phone.line.take_calls(), ["pull"]);
    let (up, down) = phone.line.traffic();
    assert!(up <= 700 && down <= 700, "{up} up, {down} down");
}
