//! `GET /metrics`: all metrics as text. It needs no token, so it has a port of its own that is not public.
//!
//! - 200 OpenMetrics text

use super::{gauges::ReadOpenCounts, registry::Metrics};
use crate::{core::ServerCore, store::Store};
use axum::{
    Router,
    extract::State,
    http::{HeaderName, header},
    routing::get,
};
use std::sync::Arc;

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The router for the metrics port.
pub fn router<S: Store>(core: ServerCore<S>, metrics: Arc<Metrics>) -> Router {
    Router::new().route("/metrics", get(scrape::<S>)).with_state((core, metrics))
}

async fn scrape<S: Store>(
    State((core, metrics)): State<(ServerCore<S>, Arc<Metrics>)>,
) -> ([(HeaderName, &'static str); 1], String) {
    let open = core.store().read(ReadOpenCounts).await;
    metrics.set_open(open.inspect_err(|error| tracing::warn!(%error, "gauges were not read")).ok());
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], metrics.to_text())
}
