//! `POST /v1/pull`: what changed in a device's scopes.
//!
//! - 200 [`PullReply`](shared::wire::PullReply)
//! - 400 `malformed`, `bad-encoding` · 426 `protocol-too-old`, `protocol-too-new`
//! - 401 `token-unknown` · 403 `token-revoked`, `not-allowed`
//! - 413 `too-large`
//! - 429 `too-many-requests` · 500 `internal` · 503 `busy`

use crate::http::{Api, Backend, auth::DeviceToken, body::Wire, log, peer::Peer};
use axum::{extract::State, response::Response};
use shared::wire::PullRequest;
use std::sync::Arc;

pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    peer: Peer,
    DeviceToken(token): DeviceToken,
    Wire(request): Wire<PullRequest>,
) -> Response {
    log::note_device(request.device);
    peer.answer(api.core.pull(&token, request).await)
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Bench, Fake, moment};
    use shared::wire::ErrorCode;

    fn body() -> String {
        let device = uuid::Uuid::from_u128(7);
        format!(r#"{{"proto":1,"device":"{device}","cursors":{{}},"client_now":"{}"}}"#, moment())
    }

    #[tokio::test]
    async fn a_pull_with_nothing_new_is_short() {
        let bench = Bench::new(Fake::default());
        let reply = bench.call("POST", "/v1/pull", body()).await;
        assert_eq!(reply.status, 200);
        assert_eq!(bench.asked(), ["pull t"]);
        assert!(reply.bytes.len() < 200);
    }

    #[tokio::test]
    async fn a_revoked_device_is_told_so() {
        let bench = Bench::new(Fake::failing(ErrorCode::TokenRevoked));
        let reply = bench.call("POST", "/v1/pull", body()).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (403, "token-revoked"));
    }

    #[tokio::test]
    async fn a_scope_of_a_shape_unknown_here_is_passed_over() {
        let bench = Bench::new(Fake::default());
        let body = body().replace("{}", r#"{"z:1":5}"#);
        assert_eq!(bench.call("POST", "/v1/pull", body).await.status, 200);
    }
}
