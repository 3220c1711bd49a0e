//! `POST /v1/push`: a device sends operations in order.
//!
//! - 200 [`PushReply`]: acknowledged operations are durable
//! - 400 `malformed`, `bad-encoding` · 426 `protocol-too-old`, `protocol-too-new`
//! - 401 `token-unknown` · 403 `token-revoked`, `not-allowed`
//! - 413 `too-large`
//! - 429 `too-many-requests` · 503 `busy`, both with `Retry-After`; nothing was read or stored
//! - 500 `internal` · 507 `storage-full`: nothing was acknowledged

use crate::http::{
    auth::DeviceToken,
    permits::{Permit, Pushes},
    push_order::PushTurn,
    reply_format::ReplyFormat,
    request_body::JsonBody,
    request_log,
    state::{Api, Backend},
};
use axum::{extract::State, response::Response};
use shared::{
    ids::OpNo,
    wire::{PushReply, PushRequest, PushVerdict},
};
use std::sync::Arc;

/// Evaluates the push, after its predecessor where the device pipelines.
pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    format: ReplyFormat,
    DeviceToken(token): DeviceToken,
    _permit: Permit<Pushes>,
    mut turn: PushTurn,
    JsonBody(request): JsonBody<PushRequest>,
) -> Response {
    request_log::record_device(request.device);
    loop {
        turn.reset_watch();
        let answer = api.core.push(&token, request.clone()).await;
        // If this push overtook its predecessor, wait and retry; otherwise `Resume` names the gap.
        let early = answer.as_ref().is_ok_and(|reply| is_early(reply, request.first_op));
        if !early || !turn.another_ended().await {
            api.metrics.observe_push(&answer);
            return format.answer(answer);
        }
    }
}

/// True when operations before `first` are missing.
fn is_early(reply: &PushReply, first: OpNo) -> bool {
    matches!(reply.verdict, PushVerdict::Resume { have } if have.next() < first)
}

#[cfg(test)]
mod tests {
    use crate::http::api::test_api::{FakeBackend, TestApi, push_json, request};
    use crate::http::limits::Limits;
    use shared::wire::BODY_BYTES_MAX;
    use std::sync::{Arc, Mutex};

    #[tokio::test]
    async fn operations_reach_the_core_byte_for_byte() {
        let api = TestApi::new(FakeBackend::default());
        let op = r#"{"op_id" : 1,  "from":"a newer app","名":"值"}"#;
        let reply = api.call("POST", "/v1/push", push_json(op)).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json()["verdict"]["accepted"]["acked_through"], 1);
        assert_eq!(api.calls(), [format!("push t {op}")]);
    }

    #[tokio::test]
    async fn an_unknown_member_of_the_request_is_ignored() {
        let api = TestApi::new(FakeBackend::default());
        let body = push_json("").replacen('{', r#"{"of_tomorrow":{"a":[1]},"#, 1);
        assert_eq!(api.call("POST", "/v1/push", body).await.status, 200);
    }

    #[tokio::test]
    async fn a_compressed_push_gets_a_compressed_reply_when_that_is_smaller() {
        let api = TestApi::new(FakeBackend::default());
        let packed = zstd::encode_all(push_json("{}").as_bytes(), 3).unwrap();
        let compressed =
            request("POST", "/v1/push").header("content-encoding", "zstd").header("accept-encoding", "zstd");
        let reply = api.send(compressed.body(packed.into()).unwrap()).await;
        assert_eq!(reply.status, 200);
        assert!(!reply.headers.contains_key("content-encoding"), "a short reply is not compressed");
        assert_eq!(reply.json()["verdict"]["accepted"]["acked_through"], 1);

        let asking = request("GET", "/v1/report?area=629901&period=2025").header("accept-encoding", "gzip, zstd;q=0.9");
        let reply = api.send(asking.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(reply.headers["content-encoding"], "zstd");
        let json: serde_json::Value = serde_json::from_slice(&zstd::decode_all(&reply.bytes[..]).unwrap()).unwrap();
        assert_eq!(json["area"], "629901");
    }

    #[tokio::test]
    async fn a_push_without_a_token_does_not_reach_the_core() {
        let api = TestApi::new(FakeBackend::default());
        for header in ["", "Bearer", "Bearer ", "Basic dDp0", "t"] {
            let request = axum::http::Request::post("/v1/push").header("authorization", header);
            let reply = api.send(request.body(push_json("").into()).unwrap()).await;
            assert_eq!((reply.status.as_u16(), reply.code().as_str()), (401, "token-unknown"), "{header:?}");
            assert_eq!(reply.headers["www-authenticate"], "Bearer");
        }
        assert!(api.calls().is_empty());
    }

    #[tokio::test]
    async fn an_oversized_push_is_refused_as_too_large() {
        let api = TestApi::new(FakeBackend::default());
        let big = push_json(&format!("\"{}\"", "x".repeat(BODY_BYTES_MAX)));
        let reply = api.call("POST", "/v1/push", big.clone()).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (413, "too-large"));
        let packed = zstd::encode_all(big.as_bytes(), 3).unwrap();
        let compressed = request("POST", "/v1/push").header("content-encoding", "zstd").body(packed.into()).unwrap();
        let reply = api.send(compressed).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (413, "too-large"));
        assert!(api.calls().is_empty());
    }

    #[tokio::test]
    async fn a_push_without_a_free_slot_gets_retry_after_and_the_others_finish() {
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        let fake = FakeBackend { gate: Some(gate.clone()), ..FakeBackend::default() };
        let api = Arc::new(TestApi::with(fake, Limits { pushes_at_once: 2, ..Limits::default() }));
        let push = |api: Arc<TestApi>| async move { api.call("POST", "/v1/push", push_json("")).await };
        let in_progress = [tokio::spawn(push(api.clone())), tokio::spawn(push(api.clone()))];
        // Both hold a slot once they wait at the gate.
        let refused = loop {
            tokio::task::yield_now().await;
            tokio::select! {
                biased;
                reply = push(api.clone()) => break reply,
                () = std::future::ready(()) => (),
            }
        };
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (503, "busy"));
        let wait: u32 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((2..=10).contains(&wait));
        gate.add_permits(10);
        for push in in_progress {
            assert_eq!(push.await.unwrap().status, 200);
        }
        assert_eq!(api.call("POST", "/v1/push", push_json("")).await.status, 200);
    }

    #[tokio::test(start_paused = true)]
    async fn a_push_that_overtakes_its_predecessor_waits_for_it() {
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        let fake =
            FakeBackend { gate: Some(gate.clone()), acked_through: Some(Mutex::new(0)), ..FakeBackend::default() };
        let api = Arc::new(TestApi::new(fake));
        let second = push_json("{}").replace(r#""first_op":1"#, r#""first_op":2"#);
        assert_ne!(second, push_json("{}"));
        // With no other push in progress the reply names the gap at once.
        let reply = api.call("POST", "/v1/push", second.clone()).await;
        assert_eq!(reply.json()["verdict"]["resume"]["have"], 0);
        let push = |body: String| {
            let api = api.clone();
            tokio::spawn(async move { api.call("POST", "/v1/push", body).await })
        };
        let first = push(push_json("{}"));
        tokio::task::yield_now().await;
        let early = push(second);
        // The core has evaluated it once; the reply waits for the predecessor.
        while api.calls().len() < 2 {
            tokio::task::yield_now().await;
        }
        assert!(!early.is_finished());
        gate.add_permits(1);
        assert_eq!(first.await.unwrap().json()["verdict"]["accepted"]["acked_through"], 1);
        assert!(early.await.unwrap().json()["verdict"]["accepted"].is_object());
    }

    #[tokio::test(start_paused = true)]
    async fn a_device_beyond_its_rate_is_slowed_and_another_device_is_not() {
        let limits = Limits { burst: 3, per_second: 1, ..Limits::default() };
        let api = TestApi::with(FakeBackend::default(), limits);
        for _ in 0..3 {
            assert_eq!(api.call("POST", "/v1/push", push_json("")).await.status, 200);
        }
        let reply = api.call("POST", "/v1/push", push_json("")).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (429, "too-many-requests"));
        assert_eq!(reply.headers["retry-after"], "1");
        let other = axum::http::Request::post("/v1/push").header("authorization", "Bearer other");
        assert_eq!(api.send(other.body(push_json("").into()).unwrap()).await.status, 200);
    }
}
