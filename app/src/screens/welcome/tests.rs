//! The first screen: its two fields, and what each failure is told.

use device_core::{Device, Reply, command::Prefs, views::StatusView};

use super::*;
use crate::screens::tests::{drawn, drawn_on};

#[test]
fn every_failure_says_what_to_do_next() {
    for refusal in [
        Refusal::Offline,
        Refusal::NotNow,
        Refusal::Server(ErrorCode::CodeUnknown),
        Refusal::Server(ErrorCode::CodeExpired),
        Refusal::Server(ErrorCode::CodeUsed),
        Refusal::Server(ErrorCode::NotFound),
        Refusal::Server(ErrorCode::Busy),
        Refusal::StorageFull,
    ] {
        let (what, next) = refusal_texts(&refusal);
        assert!(!what.is_empty() && !next.is_empty() && what != next, "{refusal:?}");
    }
    assert!(refusal_texts(&Refusal::Offline).1.contains("登记码"), "an unused code is still good");
}

#[test]
fn only_what_may_change_by_itself_is_tried_again() {
    assert!(worth_retrying(&Refusal::Offline) && worth_retrying(&Refusal::Server(ErrorCode::Busy)));
    for code in [ErrorCode::CodeUnknown, ErrorCode::CodeExpired, ErrorCode::CodeUsed] {
        assert!(!worth_retrying(&Refusal::Server(code)));
    }
}

#[test]
fn a_link_makes_the_server_field_needless() {
    let page = drawn(|| {
        let fields = use_signal(|| Fields {
            code: "lianxin://enrol?server=https%3A%2F%2Fcare.example&code=ABCDE-FGHJK".into(),
            ..Fields::default()
        });
        rsx! { EnrolmentForm { fields, problem: None, on_paste: |()| {} } }
    });
    assert!(page.contains("welcome-link-found") && !page.contains("data-testid=\"welcome-server\""), "{page}");
}

#[test]
fn each_problem_stands_below_its_own_field() {
    let page = drawn(|| {
        let fields = use_signal(Fields::default);
        rsx! { EnrolmentForm { fields, problem: Some(EnrolmentProblem::CodeLength(4)), on_paste: |()| {} } }
    });
    let (code, server) = page.split_once("data-testid=\"welcome-server\"").unwrap();
    assert!(code.contains("field-error") && code.contains('4') && !server.contains("field-error"), "{page}");
}

#[test]
fn a_new_phone_is_asked_for_the_link_and_offered_its_language() {
    let device = || {
        Device::answering(|_| {
            let prefs = Prefs::default();
            Reply::Status(StatusView { phase: Phase::New, prefs, pin_delay_s: 0, me: None, sealed: None })
        })
    };
    let page = drawn_on(crate::i18n::Lang::ZhCn, device, || {
        enrolment::provide_pending();
        rsx! { WelcomeScreen {} }
    });
    for id in ["welcome-code", "welcome-server", "welcome-paste", "welcome-next", "welcome-en", "welcome-large-text"] {
        assert!(page.contains(&format!("data-testid=\"{id}\"")), "no {id} in {page}");
    }
}
