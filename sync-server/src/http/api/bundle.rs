//! `POST /v1/bundle`: a sealed file with a device's unsent work. Any enrolled device may relay it; the body is the file
//! itself.
//!
//! - 200 [`BundleReply`](shared::wire::BundleReply): what became of it; the reply reveals nothing of its content
//! - 400 `malformed`: the connection broke · 401 `token-unknown` · 403 `token-revoked`: the token of the relaying
//!   device
//! - 413 `too-large`: more than 4 MiB
//! - 429 `too-many-requests` · 503 `busy`, both with `Retry-After`; nothing was read or stored
//! - 500 `internal` · 507 `storage-full`: send it again; what was stored before the failure is skipped as a repeat

use crate::http::{
    auth::DeviceToken,
    permits::{Bundles, Permit},
    reply_format::ReplyFormat,
    request_body,
    state::{Api, Backend},
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use shared::wire::BUNDLE_BYTES_MAX;
use std::sync::Arc;

/// Imports the file on behalf of the relaying device.
pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    format: ReplyFormat,
    DeviceToken(token): DeviceToken,
    _permit: Permit<Bundles>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    match request_body::read(&parts.headers, body, BUNDLE_BYTES_MAX).await {
        Ok(file) => {
            let answer = api.core.bundle(&token, file).await;
            api.metrics.observe_bundle(&answer);
            format.answer(answer)
        }
        Err(error) => format.refuse(&error),
    }
}

#[cfg(test)]
mod tests {
    use crate::http::api::test_api::{FakeBackend, TestApi};
    use shared::wire::BUNDLE_BYTES_MAX;

    #[tokio::test]
    async fn the_file_reaches_the_core_unchanged() {
        let api = TestApi::new(FakeBackend::default());
        let reply = api.call("POST", "/v1/bundle", vec![0, 159, 146, 150]).await;
        assert_eq!((reply.status.as_u16(), reply.json()["verdict"].as_str()), (200, Some("accepted")));
        assert_eq!(api.calls(), ["bundle t 4"]);
    }

    #[tokio::test]
    async fn a_file_of_the_largest_size_is_accepted_and_one_byte_more_is_refused() {
        let api = TestApi::new(FakeBackend::default());
        assert_eq!(api.call("POST", "/v1/bundle", vec![7; BUNDLE_BYTES_MAX]).await.status, 200);
        let reply = api.call("POST", "/v1/bundle", vec![7; BUNDLE_BYTES_MAX + 1]).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (413, "too-large"));
        assert_eq!(api.calls().len(), 1);
    }

    #[tokio::test]
    async fn a_bundle_without_a_token_does_not_reach_the_core() {
        let api = TestApi::new(FakeBackend::default());
        let request = axum::http::Request::post("/v1/bundle").body(vec![1].into()).unwrap();
        assert_eq!(api.send(request).await.code(), "token-unknown");
        assert!(api.calls().is_empty());
    }
}
