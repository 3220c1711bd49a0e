//! `POST /v1/bundle`: a sealed file of somebody's unsent work. Any device may bring it; the body is the file as it is.
//!
//! - 200 [`BundleReply`](shared::wire::BundleReply): what became of it, without a word about what is in it
//! - 400 `malformed`: the connection broke · 401 `token-unknown` · 403 `token-revoked`: the relayed_by's own
//! - 413 `too-large`: more than 4 MiB
//! - 429 `too-many-requests` · 503 `busy`, both with `Retry-After`; nothing was read or stored
//! - 500 `internal` · 507 `storage-full`: bring it again, what was taken in before then is a repeat

use crate::http::{
    Api, Backend,
    auth::DeviceToken,
    body,
    peer::Peer,
    permits::{Bundles, Permit},
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use shared::wire::BUNDLE_BYTES_MAX;
use std::sync::Arc;

pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    peer: Peer,
    DeviceToken(token): DeviceToken,
    _place: Permit<Bundles>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    match body::read(&parts.headers, body, BUNDLE_BYTES_MAX).await {
        Ok(file) => peer.answer(api.core.bundle(&token, file).await),
        Err(error) => peer.refuse(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Bench, Fake};
    use shared::wire::BUNDLE_BYTES_MAX;

    #[tokio::test]
    async fn the_file_reaches_the_core_as_it_is() {
        let bench = Bench::new(Fake::default());
        let reply = bench.call("POST", "/v1/bundle", vec![0, 159, 146, 150]).await;
        assert_eq!((reply.status.as_u16(), reply.json()["verdict"].as_str()), (200, Some("accepted")));
        assert_eq!(bench.asked(), ["bundle t 4"]);
    }

    #[tokio::test]
    async fn a_file_of_the_largest_size_passes_and_one_byte_more_does_not() {
        let bench = Bench::new(Fake::default());
        assert_eq!(bench.call("POST", "/v1/bundle", vec![7; BUNDLE_BYTES_MAX]).await.status, 200);
        let reply = bench.call("POST", "/v1/bundle", vec![7; BUNDLE_BYTES_MAX + 1]).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (413, "too-large"));
        assert_eq!(bench.asked().len(), 1);
    }

    #[tokio::test]
    async fn without_a_token_nothing_is_read() {
        let bench = Bench::new(Fake::default());
        let request = axum::http::Request::post("/v1/bundle").body(vec![1].into()).unwrap();
        assert_eq!(bench.send(request).await.code(), "token-unknown");
        assert!(bench.asked().is_empty());
    }
}
