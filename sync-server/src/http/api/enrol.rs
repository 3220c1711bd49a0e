//! `POST /v1/enrol`: a one-time code becomes a device's token.
//!
//! - 200 [`EnrolReply`]
//! - 400 `malformed`, `bad-encoding` · 426 `protocol-too-old`, `protocol-too-new`
//! - 403 `not-allowed`: the worker has left, or the device is somebody else's; `token-revoked`: withdrawn since
//! - 404 `code-unknown` · 409 `code-used` · 410 `code-expired`
//! - 413 `too-large`
//! - 429 `too-many-requests`: this code was tried too often; each further try waits longer
//! - 500 `internal` · 503 `busy` · 507 `storage-full`

use crate::http::{Api, Backend, body::Wire, log, peer::Peer};
use axum::{extract::State, response::Response};
use shared::wire::{EnrolRequest, ErrorCode, SyncError, enrol::normalise_code};
use std::sync::Arc;

pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    peer: Peer,
    Wire(request): Wire<EnrolRequest>,
) -> Response {
    log::note_device(request.device);
    // By code and not by address: one that is known to exist cannot be tried out, and nobody else is held up.
    let code = normalise_code(&request.code);
    if let Err(wait) = api.codes.attempt(&code) {
        return peer.refuse(&SyncError::refused(ErrorCode::TooManyRequests).retry_after(wait));
    }
    let answer = api.core.enrol(request).await;
    if answer.is_ok() {
        api.codes.succeeded(&code);
    }
    peer.answer(answer)
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Bench, Fake, moment};
    use shared::wire::ErrorCode;

    fn body(code: &str) -> String {
        let now = moment();
        format!(
            r#"{{"proto":1,"code":"{code}","device":"{}","proof":"00","client_now":"{now}"}}"#,
            uuid::Uuid::from_u128(7)
        )
    }

    #[tokio::test]
    async fn a_code_becomes_a_token_without_any_token() {
        let bench = Bench::new(Fake::default());
        let request = axum::http::Request::post("/v1/enrol").body(body("ABCDE-FGHJK").into()).unwrap();
        let reply = bench.send(request).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json()["token"], "t-new");
        assert_eq!(reply.headers["cache-control"], "no-store");
    }

    #[tokio::test]
    async fn a_wrong_code_is_named_in_the_readers_language() {
        let bench = Bench::new(Fake::failing(ErrorCode::CodeUnknown));
        let reply = bench.call("POST", "/v1/enrol", body("X")).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (404, "code-unknown"));
        assert!(reply.json()["message"].as_str().unwrap().contains("登记码"));
        let english = super::super::fake::request("POST", "/v1/enrol").header("accept-language", "en-GB,en;q=0.8");
        let reply = bench.send(english.body(body("Y").into()).unwrap()).await;
        assert!(reply.json()["message"].as_str().unwrap().contains("enrolment code"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_code_tried_too_often_waits_and_another_code_does_not() {
        let bench = Bench::new(Fake::failing(ErrorCode::CodeExpired));
        for _ in 0..5 {
            assert_eq!(bench.call("POST", "/v1/enrol", body("abcde-fghjk")).await.status, 410);
        }
        let reply = bench.call("POST", "/v1/enrol", body("ABCDE FGHJK")).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (429, "too-many-requests"));
        assert_eq!(reply.headers["retry-after"], "1");
        assert_eq!(bench.asked().len(), 5, "the core is not asked");
        assert_eq!(bench.call("POST", "/v1/enrol", body("other")).await.status, 410);
    }

    #[tokio::test]
    async fn a_body_that_is_not_a_request_is_malformed() {
        for body in ["", "{", "[]", "{\"proto\":1}", "\u{0}"] {
            let reply = Bench::new(Fake::default()).call("POST", "/v1/enrol", body).await;
            assert_eq!((reply.status.as_u16(), reply.code().as_str()), (400, "malformed"), "{body:?}");
        }
    }
}
