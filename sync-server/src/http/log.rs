//! One line per request: route, status, duration, device id. Never a path as it came (ids and filters are in it), a
//! header, a body or a name. Also the net under every handler: a panic answers 500, an endless request 503.

use super::{peer::Peer, state::Api};
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use futures_util::FutureExt;
use shared::{
    ids::DeviceId,
    wire::{ErrorCode, SyncError},
};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};
use tracing::{Instrument, Span, field};

/// Notes whose request this is, in this request's log line.
pub fn note_device(device: DeviceId) {
    Span::current().record("device", field::display(device));
}

pub async fn observe<P: Send + Sync + 'static>(
    State(api): State<Arc<Api<P>>>,
    matched: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let route = matched.as_ref().map_or("(none)", MatchedPath::as_str);
    let span = tracing::info_span!("request", method = %request.method(), route, device = field::Empty);
    let peer = Peer::of(request.headers());
    let started = Instant::now();
    let guarded = AssertUnwindSafe(tokio::time::timeout(api.limits.request_timeout, next.run(request))).catch_unwind();
    async move {
        let response = match guarded.await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => peer.refuse(&SyncError::refused(ErrorCode::Busy)),
            Err(_) => peer.refuse(&SyncError::refused(ErrorCode::Internal)),
        };
        let status = response.status().as_u16();
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
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

#[cfg(test)]
mod tests {
    use crate::http::{
        api::fake::{Bench, Fake, push_json},
        limits::Limits,
    };
    use std::sync::Arc;

    #[tokio::test(start_paused = true)]
    async fn a_request_that_never_ends_is_told_to_come_back() {
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        let bench = Bench::with(Fake { gate: Some(gate.clone()), ..Fake::default() }, Limits::default());
        let reply = bench.call("POST", "/v1/push", push_json("")).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (503, "busy"));
        assert!(reply.headers.contains_key("retry-after"));
        gate.add_permits(1);
        assert_eq!(bench.call("POST", "/v1/push", push_json("")).await.status, 200, "its place is free again");
    }

    #[tokio::test]
    async fn a_panic_answers_and_the_next_request_works() {
        let bench = Bench::new(Fake { panics: true.into(), ..Fake::default() });
        let reply = bench.call("POST", "/v1/push", push_json("")).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (500, "internal"));
        bench.fake.panics.store(false, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(bench.call("POST", "/v1/push", push_json("")).await.status, 200);
    }
}
