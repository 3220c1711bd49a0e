//! `POST /v1/pull`: the changes in a device's scopes after its cursors.
//!
//! - 200 [`PullReply`](shared::wire::PullReply)
//! - 400 `malformed`, `bad-encoding` · 426 `protocol-too-old`, `protocol-too-new`
//! - 401 `token-unknown` · 403 `token-revoked`, `not-allowed`
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
use shared::wire::PullRequest;
use std::sync::Arc;

/// Answers the pull.
pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    format: ReplyFormat,
    DeviceToken(token): DeviceToken,
    JsonBody(request): JsonBody<PullRequest>,
) -> Response {
    request_log::record_device(request.device);
    format.answer(api.core.pull(&token, request).await)
}

#[cfg(test)]
mod tests {
    use crate::http::api::test_api::{FakeBackend, TestApi, moment};
    use shared::wire::ErrorCode;

    fn body() -> String {
        let device = uuid::Uuid::from_u128(7);
        format!(r#"{{"proto":1,"device":"{device}","cursors":{{}},"client_now":"{}"}}"#, moment())
    }

    #[tokio::test]
    async fn a_pull_with_nothing_new_is_short() {
        let api = TestApi::new(FakeBackend::default());
        let reply = api.call("POST", "/v1/pull", body()).await;
        assert_eq!(reply.status, 200);
        assert_eq!(api.calls(), ["pull t"]);
        assert!(reply.bytes.len() < 200);
    }

    #[tokio::test]
    async fn a_revoked_device_is_refused_as_revoked() {
        let api = TestApi::new(FakeBackend::failing(ErrorCode::TokenRevoked));
        let reply = api.call("POST", "/v1/pull", body()).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (403, "token-revoked"));
    }

    #[tokio::test]
    async fn an_unknown_kind_of_scope_is_ignored() {
        let api = TestApi::new(FakeBackend::default());
        let body = body().replace("{}", r#"{"z:1":5}"#);
        assert_eq!(api.call("POST", "/v1/pull", body).await.status, 200);
    }
}
