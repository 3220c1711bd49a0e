//! `POST /v1/enrol`: exchanges a one-time code for a device token.
//!
//! - 200 [`EnrolReply`](shared::wire::EnrolReply)
//! - 400 `malformed`, `bad-encoding` · 426 `protocol-too-old`, `protocol-too-new`
//! - 403 `not-allowed`: the worker has left, or the device belongs to another worker; `token-revoked`: the device was
//!   withdrawn meanwhile
//! - 404 `code-unknown` · 409 `code-used` · 410 `code-expired`
//! - 413 `too-large`
//! - 429 `too-many-requests`: too many attempts with this code; each further one waits longer
//! - 500 `internal` · 503 `busy` · 507 `storage-full`

use crate::http::{
    reply_format::ReplyFormat,
    request_body::JsonBody,
    request_log,
    state::{Api, Backend},
};
use axum::{extract::State, response::Response};
use shared::wire::{EnrolRequest, ErrorCode, SyncError, enrol::normalise_code};
use std::sync::Arc;

/// Enrols the device. Needs no token.
pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    format: ReplyFormat,
    JsonBody(request): JsonBody<EnrolRequest>,
) -> Response {
    request_log::record_device(request.device);
    // By code and not by address: attempts with one code get slower, and other enrolments behind the same address do
    // not.
    let code = normalise_code(&request.code);
    if let Err(wait) = api.codes.attempt(&code) {
        return format.refuse(&SyncError::refused(ErrorCode::TooManyRequests).retry_after(wait));
    }
    let answer = api.core.enrol(request).await;
    if answer.is_ok() {
        api.codes.succeeded(&code);
    }
    format.answer(answer)
}

#[cfg(test)]
mod tests {
    use crate::http::api::test_api::{FakeBackend, TestApi, moment};
    use shared::wire::ErrorCode;

    fn body(code: &str) -> String {
        let now = moment();
        format!(
            r#"{{"proto":1,"code":"{code}","device":"{}","proof":"00","client_now":"{now}"}}"#,
            uuid::Uuid::from_u128(7)
        )
    }

    #[tokio::test]
    async fn a_code_is_exchanged_for_a_token_without_authentication() {
        let api = TestApi::new(FakeBackend::default());
        let request = axum::http::Request::post("/v1/enrol").body(body("ABCDE-FGHJK").into()).unwrap();
        let reply = api.send(request).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json()["token"], "t-new");
        assert_eq!(reply.headers["cache-control"], "no-store");
    }

    #[tokio::test]
    async fn a_wrong_code_is_refused_in_the_callers_language() {
        let api = TestApi::new(FakeBackend::failing(ErrorCode::CodeUnknown));
        let reply = api.call("POST", "/v1/enrol", body("X")).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (404, "code-unknown"));
        assert!(reply.json()["message"].as_str().unwrap().contains("登记码"));
        let english =
            crate::http::api::test_api::request("POST", "/v1/enrol").header("accept-language", "en-GB,en;q=0.8");
        let reply = api.send(english.body(body("Y").into()).unwrap()).await;
        assert!(reply.json()["message"].as_str().unwrap().contains("enrolment code"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_code_tried_too_often_is_throttled_and_another_code_is_not() {
        let api = TestApi::new(FakeBackend::failing(ErrorCode::CodeExpired));
        for _ in 0..5 {
            assert_eq!(api.call("POST", "/v1/enrol", body("abcde-fghjk")).await.status, 410);
        }
        let reply = api.call("POST", "/v1/enrol", body("ABCDE FGHJK")).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (429, "too-many-requests"));
        assert_eq!(reply.headers["retry-after"], "1");
        assert_eq!(api.calls().len(), 5, "the sixth attempt does not reach the core");
        assert_eq!(api.call("POST", "/v1/enrol", body("other")).await.status, 410);
    }

    #[tokio::test]
    async fn a_body_that_is_no_enrolment_request_is_malformed() {
        for body in ["", "{", "[]", "{\"proto\":1}", "\u{0}"] {
            let reply = TestApi::new(FakeBackend::default()).call("POST", "/v1/enrol", body).await;
            assert_eq!((reply.status.as_u16(), reply.code().as_str()), (400, "malformed"), "{body:?}");
        }
    }
}
