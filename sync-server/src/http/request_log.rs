//! The middleware around every handler. It logs one line per request (route, status, duration, device id) and counts
//! the request in the metrics. It never logs the requested path (which holds ids and filters), a header, a body or a
//! name. A panic in a handler answers 500, a request beyond the time limit 503.

use super::{reply_format::ReplyFormat, state::Api};
use crate::metrics::RequestLabels;
use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use futures_util::{FutureExt, TryStreamExt};
use prometheus_client::metrics::counter::Counter;
use shared::{
    ids::DeviceId,
    wire::{ErrorCode, SyncError},
};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};
use tracing::{Instrument, Span, field};

/// Adds the device to the log line of the current request.
pub fn record_device(device: DeviceId) {
    Span::current().record("device", field::display(device));
}

/// Runs the request; then logs and counts it.
pub async fn log_request<P: Send + Sync + 'static>(
    State(api): State<Arc<Api<P>>>,
    matched: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let route = matched.as_ref().map_or("(none)", MatchedPath::as_str);
    let labels = RequestLabels::new(request.method(), route);
    let request = count_body(request, api.metrics.received_bytes(&labels));
    let span = tracing::info_span!("request", method = %request.method(), route, device = field::Empty);
    let format = ReplyFormat::of(request.headers());
    let started = Instant::now();
    let guarded = AssertUnwindSafe(tokio::time::timeout(api.limits.request_timeout, next.run(request))).catch_unwind();
    async move {
        let response = match guarded.await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => format.refuse(&SyncError::refused(ErrorCode::Busy)),
            Err(_) => format.refuse(&SyncError::refused(ErrorCode::Internal)),
        };
        let elapsed = started.elapsed();
        api.metrics.observe_response(&labels, &response, elapsed);
        let status = response.status().as_u16();
        let ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        if response.status().is_server_error() {
            tracing::warn!(status, ms, "answered");
        } else {
            tracing::info!(status, ms, "answered");
        }
        response
    }
    .instrument(span)
    .await
}

/// The same request; every byte of its body that is read is added to `received`.
fn count_body(request: Request, received: Counter) -> Request {
    let count = move |chunk: &Bytes| {
        received.inc_by(chunk.len() as u64);
    };
    request.map(|body| Body::from_stream(body.into_data_stream().inspect_ok(count)))
}

#[cfg(test)]
mod tests {
    use crate::http::{
        api::test_api::{FakeBackend, TestApi, push_json},
        limits::Limits,
    };
    use std::sync::Arc;

    #[tokio::test(start_paused = true)]
    async fn a_request_beyond_the_time_limit_gets_busy_with_retry_after() {
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        let api = TestApi::with(FakeBackend { gate: Some(gate.clone()), ..FakeBackend::default() }, Limits::default());
        let reply = api.call("POST", "/v1/push", push_json("")).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (503, "busy"));
        assert!(reply.headers.contains_key("retry-after"));
        gate.add_permits(1);
        assert_eq!(api.call("POST", "/v1/push", push_json("")).await.status, 200, "its slot is free again");
    }

    #[tokio::test]
    async fn a_panic_answers_internal_and_the_next_request_works() {
        let api = TestApi::new(FakeBackend { panics: true.into(), ..FakeBackend::default() });
        let reply = api.call("POST", "/v1/push", push_json("")).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (500, "internal"));
        api.backend.panics.store(false, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(api.call("POST", "/v1/push", push_json("")).await.status, 200);
    }
}
