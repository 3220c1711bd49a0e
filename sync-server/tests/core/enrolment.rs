//! Enrolment, tokens, revocation, log-in.

use super::fixture::*;
use shared::{DeviceId, protocol::SyncProtocol, wire::ErrorCode};
use sync_server::core::{CoreError, DeviceFilter, LoginError};

async fn code_of(fixture: &Fixture, request: shared::wire::EnrolRequest) -> ErrorCode {
    fixture.core.enrol(request).await.unwrap_err().code().cloned().unwrap()
}

#[tokio::test]
async fn a_code_works_once_and_again_only_for_the_same_device() {
    let fixture = Fixture::new().await;
    let code = fixture.core.issue_code("W1").await.unwrap().code;
    let device = DeviceId(fresh());
    assert_eq!(code_of(&fixture, enrol_request("AAAAA-AAAAA", device, "a")).await, ErrorCode::CodeUnknown);
    let first = fixture.core.enrol(enrol_request(&code.to_lowercase(), device, "a")).await.unwrap();
    assert_eq!((first.worker, first.name.as_str()), (worker("W1"), "干部W1"));
    let second = fixture.core.enrol(enrol_request(&code, device, "a")).await.unwrap();
    assert_ne!(first.token, second.token);
    assert_eq!(code_of(&fixture, enrol_request(&code, device, "b")).await, ErrorCode::CodeUsed);
    assert_eq!(code_of(&fixture, enrol_request(&code, DeviceId(fresh()), "a")).await, ErrorCode::CodeUsed);
    assert_eq!(fixture.core.devices(DeviceFilter::default()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_code_expires() {
    let fixture = Fixture::new().await;
    let issued = fixture.core.issue_code("W1").await.unwrap();
    fixture.env.set(issued.expires.utc_ms);
    let error = code_of(&fixture, enrol_request(&issued.code, DeviceId(fresh()), "a")).await;
    assert_eq!(error, ErrorCode::CodeExpired);
    let issued = fixture.core.issue_code("W1").await.unwrap();
    fixture.env.set(issued.expires.utc_ms - 1);
    fixture.core.enrol(enrol_request(&issued.code, DeviceId(fresh()), "a")).await.unwrap();
}

#[tokio::test]
async fn a_revoked_phone_is_refused_and_can_be_enrolled_again() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R1");
    phone.push().await;
    fixture.core.revoke_device(phone.id).await.unwrap();
    phone.visit("R1");
    let refused = phone.send(phone.request()).await.unwrap_err();
    assert!(refused.is_revoked());
    let code = fixture.core.issue_code("W1").await.unwrap().code;
    phone.token = fixture.core.enrol(enrol_request(&code, phone.id, "c")).await.unwrap().token;
    phone.push().await;
    assert_eq!(phone.sent.0, 2, "the device resumes where it was");
}

#[tokio::test]
async fn a_device_enrolled_again_has_a_new_token_and_the_old_one_is_void() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    let code = fixture.core.issue_code("W1").await.unwrap().code;
    let newer = fixture.core.enrol(enrol_request(&code, phone.id, "c")).await.unwrap().token;
    phone.visit("R1");
    let refused = phone.send(phone.request()).await.unwrap_err();
    assert_eq!(refused.code(), Some(&ErrorCode::TokenUnknown));
    phone.token = newer;
    phone.push().await;
}

#[tokio::test]
async fn an_unknown_token_and_a_foreign_device_are_refused() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    let other = fixture.phone("W2").await;
    let token = std::mem::replace(&mut phone.token, other.token.clone());
    assert_eq!(phone.send(phone.request()).await.unwrap_err().code(), Some(&ErrorCode::NotAllowed));
    phone.token = shared::wire::Token(format!("{}x", token.0));
    assert_eq!(phone.send(phone.request()).await.unwrap_err().code(), Some(&ErrorCode::TokenUnknown));
}

#[tokio::test]
async fn a_code_of_another_worker_does_not_take_over_a_phone() {
    let fixture = Fixture::new().await;
    let phone = fixture.phone("W1").await;
    let code = fixture.core.issue_code("W2").await.unwrap().code;
    assert_eq!(code_of(&fixture, enrol_request(&code, phone.id, "a")).await, ErrorCode::NotAllowed);
}

#[tokio::test]
async fn codes_for_many_are_all_or_none() {
    let fixture = Fixture::new().await;
    let error = fixture.core.issue_codes(&["W1", "nobody", "W2"]).await.unwrap_err();
    assert!(matches!(error, CoreError::UnknownWorker(code) if code == "nobody"));
    assert_eq!(fixture.core.issue_codes(&["W1", "W2", "S1"]).await.unwrap().len(), 3);
}

#[tokio::test]
async fn only_supervisors_log_in_and_only_with_their_password() {
    let fixture = Fixture::new().await;
    assert!(matches!(fixture.core.set_password("A1", "short").await, Err(CoreError::PasswordTooShort(_))));
    fixture.core.set_password("A1", "correct horse").await.unwrap();
    fixture.core.set_password("W1", "correct horse").await.unwrap();
    let viewer = fixture.core.login("A1", "correct horse").await.unwrap();
    assert!(viewer.may_see(&area(VILLAGE)) && viewer.is_administrator() && !viewer.may_see(&area("6209")));
    for (name, password) in [("A1", "wrong horse!"), ("nobody", "correct horse"), ("W1", "correct horse"), ("S1", "")] {
        assert!(matches!(fixture.core.login(name, password).await, Err(LoginError::Wrong)), "{name}");
    }
}
