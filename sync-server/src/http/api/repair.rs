//! `POST /v1/repair`: where a scope differs, and what is missing there.
//!
//! - 200 [`RepairReply`](shared::wire::RepairReply)
//! - 400 `malformed` (also: neither or both of `buckets` and `want`), `bad-encoding`
//! - 426 `protocol-too-old`, `protocol-too-new`
//! - 401 `token-unknown` · 403 `token-revoked`, `not-allowed` (also: not one's scope)
//! - 413 `too-large`
//! - 429 `too-many-requests` · 500 `internal` · 503 `busy`

use crate::http::{Api, Backend, auth::DeviceToken, body::Wire, log, peer::Peer};
use axum::{extract::State, response::Response};
use shared::wire::RepairRequest;
use std::sync::Arc;

pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    peer: Peer,
    DeviceToken(token): DeviceToken,
    Wire(request): Wire<RepairRequest>,
) -> Response {
    log::note_device(request.device);
    peer.answer(api.core.repair(&token, request).await)
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Bench, Fake, moment};
    use shared::wire::ErrorCode;

    fn body(scope: &str) -> String {
        let device = uuid::Uuid::from_u128(7);
        format!(
            r#"{{"proto":2,"device":"{device}","epoch":"{device}","scope":"{scope}","cursor":3,"buckets":{{}},"client_now":"{}"}}"#,
            moment()
        )
    }

    #[tokio::test]
    async fn a_repair_is_passed_on_with_its_scope() {
        let bench = Bench::new(Fake::default());
        let reply = bench.call("POST", "/v1/repair", body("a:620826101")).await;
        assert_eq!(reply.status, 200);
        assert_eq!(bench.asked(), ["repair t a:620826101"]);
    }

    #[tokio::test]
    async fn a_scope_of_a_shape_unknown_here_is_malformed_and_a_foreign_one_forbidden() {
        let bench = Bench::new(Fake::default());
        assert_eq!(bench.call("POST", "/v1/repair", body("z:1")).await.code(), "malformed");
        let bench = Bench::new(Fake::failing(ErrorCode::NotAllowed));
        assert_eq!(bench.call("POST", "/v1/repair", body("a:620826101")).await.status, 403);
    }
}
