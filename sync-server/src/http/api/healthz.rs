//! `GET /healthz`: whether the server can reach its store. For proxies and monitors; needs no token and tells nothing else.
//!
//! - 200 `ok` · 503 `unwell`

use crate::http::{Api, Backend};
use axum::{extract::State, http::StatusCode};
use std::sync::Arc;

pub async fn handle<P: Backend>(State(api): State<Arc<Api<P>>>) -> (StatusCode, &'static str) {
    if api.core.healthy().await { (StatusCode::OK, "ok\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "unwell\n") }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Bench, Fake};

    #[tokio::test]
    async fn health_follows_the_store() {
        assert_eq!(Bench::new(Fake::default()).call("GET", "/healthz", "").await.status, 200);
        let sick = Bench::new(Fake { sick: true, ..Fake::default() });
        assert_eq!(sick.call("GET", "/healthz", "").await.status, 503);
    }
}
