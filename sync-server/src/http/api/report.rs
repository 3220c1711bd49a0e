//! `GET /v1/report?area=…&period=…&category=…`: figures for an area the caller supervises.
//!
//! - 200 [`Report`](shared::wire::Report)
//! - 400 `malformed`: an area or period that cannot be read · 401 `token-unknown`
//! - 403 `token-revoked`, `not-allowed`: not a supervisor of this area
//! - 429 `too-many-requests` · 500 `internal` · 503 `busy`

use crate::http::{Api, Backend, auth::DeviceToken, peer::Peer};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use shared::wire::{ErrorCode, ReportRequest, SyncError};
use std::sync::Arc;

pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    peer: Peer,
    DeviceToken(token): DeviceToken,
    query: Result<Query<ReportRequest>, QueryRejection>,
) -> Response {
    match query {
        Ok(Query(request)) => peer.answer(api.core.report(&token, request).await),
        Err(_) => peer.refuse(&SyncError::refused(ErrorCode::Malformed)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Bench, Fake};

    #[tokio::test]
    async fn area_period_and_category_are_read_from_the_address() {
        let bench = Bench::new(Fake::default());
        assert_eq!(bench.call("GET", "/v1/report?area=629901&period=2025-Q4", "").await.status, 200);
        let reply = bench.call("GET", "/v1/report?area=6299&period=since-2023&category=of_tomorrow", "").await;
        assert_eq!(reply.json()["category"], "of_tomorrow", "a category of a newer peer passes through");
        assert_eq!(bench.asked(), ["report t 629901 2025-Q4 ", "report t 6299 since-2023 of_tomorrow"]);
    }

    #[tokio::test]
    async fn an_address_that_cannot_be_read_is_malformed() {
        let bench = Bench::new(Fake::default());
        for query in
            ["", "?area=629901", "?area=62990&period=2025", "?area=629901&period=2025-13", "?area=%ff&period=1"]
        {
            let reply = bench.call("GET", &format!("/v1/report{query}"), "").await;
            assert_eq!((reply.status.as_u16(), reply.code().as_str()), (400, "malformed"), "{query}");
        }
    }
}
