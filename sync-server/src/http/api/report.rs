//! `GET /v1/report?area=…&period=…&category=…`: figures of an area that the caller supervises.
//!
//! - 200 [`Report`](shared::wire::Report)
//! - 400 `malformed`: an invalid area or period · 401 `token-unknown`
//! - 403 `token-revoked`, `not-allowed`: not a supervisor of this area
//! - 429 `too-many-requests` · 500 `internal` · 503 `busy`

use crate::http::{
    auth::DeviceToken,
    reply_format::ReplyFormat,
    state::{Api, Backend},
};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use shared::wire::{ErrorCode, ReportRequest, SyncError};
use std::sync::Arc;

/// Answers with the report.
pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    format: ReplyFormat,
    DeviceToken(token): DeviceToken,
    query: Result<Query<ReportRequest>, QueryRejection>,
) -> Response {
    match query {
        Ok(Query(request)) => format.answer(api.core.report(&token, request).await),
        Err(_) => format.refuse(&SyncError::refused(ErrorCode::Malformed)),
    }
}

#[cfg(test)]
mod tests {
    use crate::http::api::test_api::{FakeBackend, TestApi};

    #[tokio::test]
    async fn area_period_and_category_are_read_from_the_query() {
        let api = TestApi::new(FakeBackend::default());
        assert_eq!(api.call("GET", "/v1/report?area=629901&period=2025-Q4", "").await.status, 200);
        let reply = api.call("GET", "/v1/report?area=6299&period=since-2023&category=of_tomorrow", "").await;
        assert_eq!(reply.json()["category"], "of_tomorrow", "a category of a newer client passes through");
        assert_eq!(api.calls(), ["report t 629901 2025-Q4 ", "report t 6299 since-2023 of_tomorrow"]);
    }

    #[tokio::test]
    async fn an_invalid_query_is_malformed() {
        let api = TestApi::new(FakeBackend::default());
        for query in
            ["", "?area=629901", "?area=62990&period=2025", "?area=629901&period=2025-13", "?area=%ff&period=1"]
        {
            let reply = api.call("GET", &format!("/v1/report{query}"), "").await;
            assert_eq!((reply.status.as_u16(), reply.code().as_str()), (400, "malformed"), "{query}");
        }
    }
}
