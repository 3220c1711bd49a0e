//! `GET /healthz`: whether the server can read and write its store. For reverse proxies and monitors; needs no token
//! and reveals nothing else.
//!
//! - 200 `ok` · 503 `unwell`

use crate::http::state::{Api, Backend};
use axum::{extract::State, http::StatusCode};
use std::sync::Arc;

/// Checks the store.
pub async fn handle<P: Backend>(State(api): State<Arc<Api<P>>>) -> (StatusCode, &'static str) {
    if api.core.healthy().await { (StatusCode::OK, "ok\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "unwell\n") }
}

#[cfg(test)]
mod tests {
    use crate::http::api::test_api::{FakeBackend, TestApi};

    #[tokio::test]
    async fn health_follows_the_store() {
        assert_eq!(TestApi::new(FakeBackend::default()).call("GET", "/healthz", "").await.status, 200);
        let unhealthy = TestApi::new(FakeBackend { unhealthy: true, ..FakeBackend::default() });
        assert_eq!(unhealthy.call("GET", "/healthz", "").await.status, 503);
    }
}
