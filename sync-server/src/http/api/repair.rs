//! `POST /v1/repair`: compares a scope bucket by bucket, and returns the rows that the device lacks.
//!
//! - 200 [`RepairReply`](shared::wire::RepairReply)
//! - 400 `malformed` (also: neither or both of `buckets` and `want`), `bad-encoding`
//! - 426 `protocol-too-old`, `protocol-too-new`
//! - 401 `token-unknown` · 403 `token-revoked`, `not-allowed` (also for a scope of another worker)
//! - 413 `too-large`
//! - 429 `too-many-requests` · 500 `internal` · 503 `busy`

use crate::http::{
    auth::DeviceToken,
    reply_format::ReplyFormat,
    request_body::JsonBody,
    request_log,
    state::{Api, Backend},
};
use axum::{extract::State, response::Response};
use shared::wire::RepairRequest;
use std::sync::Arc;

/// Answers one step of the repair.
pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    format: ReplyFormat,
    DeviceToken(token): DeviceToken,
    JsonBody(request): JsonBody<RepairRequest>,
) -> Response {
    request_log::record_device(request.device);
    format.answer(api.core.repair(&token, request).await)
}

#[cfg(test)]
mod tests {
    use crate::http::api::test_api::{FakeBackend, TestApi, moment};
    use shared::wire::ErrorCode;

    fn body(scope: &str) -> String {
        let device = uuid::Uuid::from_u128(7);
        format!(
            r#"{{"proto":2,"device":"{device}","epoch":"{device}","scope":"{scope}","cursor":3,"buckets":{{}},"client_now":"{}"}}"#,
            moment()
        )
    }

    #[tokio::test]
    async fn a_repair_reaches_the_core_with_its_scope() {
        let api = TestApi::new(FakeBackend::default());
        let reply = api.call("POST", "/v1/repair", body("a:620826101")).await;
        assert_eq!(reply.status, 200);
        assert_eq!(api.calls(), ["repair t a:620826101"]);
    }

    #[tokio::test]
    async fn an_unknown_kind_of_scope_is_malformed_and_a_foreign_scope_forbidden() {
        let api = TestApi::new(FakeBackend::default());
        assert_eq!(api.call("POST", "/v1/repair", body("z:1")).await.code(), "malformed");
        let api = TestApi::new(FakeBackend::failing(ErrorCode::NotAllowed));
        assert_eq!(api.call("POST", "/v1/repair", body("a:620826101")).await.status, 403);
    }
}
