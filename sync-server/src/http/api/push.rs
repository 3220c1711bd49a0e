//! `POST /v1/push`: a device offers operations in order.
//!
//! - 200 [`PushReply`](shared::wire::PushReply): what is acknowledged is durable
//! - 400 `malformed`, `bad-encoding` · 426 `protocol-too-old`, `protocol-too-new`
//! - 401 `token-unknown` · 403 `token-revoked`, `not-allowed`
//! - 413 `too-large`
//! - 429 `too-many-requests` · 503 `busy`, both with `Retry-After`; nothing was read or stored
//! - 500 `internal` · 507 `storage-full`: nothing advanced

use crate::http::{
    Api, Backend,
    auth::DeviceToken,
    body::Wire,
    log,
    peer::Peer,
    permits::{Permit, Pushes},
    push_order::PushTurn,
};
use axum::{extract::State, response::Response};
use shared::{
    ids::OpNo,
    wire::{PushReply, PushRequest, PushVerdict},
};
use std::sync::Arc;

pub async fn handle<P: Backend>(
    State(api): State<Arc<Api<P>>>,
    peer: Peer,
    DeviceToken(token): DeviceToken,
    _place: Permit<Pushes>,
    mut turn: PushTurn,
    Wire(request): Wire<PushRequest>,
) -> Response {
    log::note_device(request.device);
    loop {
        turn.look();
        let answer = api.core.push(&token, request.clone()).await;
        // Read before the one it follows, it is judged once that is; what was lost is asked for.
        let early = answer.as_ref().is_ok_and(|reply| is_early(reply, request.first_op));
        if !early || !turn.another_was_answered().await {
            return peer.answer(answer);
        }
    }
}

fn is_early(reply: &PushReply, first: OpNo) -> bool {
    matches!(reply.verdict, PushVerdict::Resume { have } if have.next() < first)
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Bench, Fake, push_json, request};
    use crate::http::limits::Limits;
    use shared::wire::BODY_BYTES_MAX;
    use std::sync::{Arc, Mutex};

    #[tokio::test]
    async fn operations_reach_the_core_byte_for_byte() {
        let bench = Bench::new(Fake::default());
        let op = r#"{"op_id" : 1,  "from":"a newer app","名":"值"}"#;
        let reply = bench.call("POST", "/v1/push", push_json(op)).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json()["verdict"]["accepted"]["acked_through"], 1);
        assert_eq!(bench.asked(), [format!("push t {op}")]);
    }

    #[tokio::test]
    async fn an_unknown_member_of_the_request_is_passed_over() {
        let bench = Bench::new(Fake::default());
        let body = push_json("").replacen('{', r#"{"of_tomorrow":{"a":[1]},"#, 1);
        assert_eq!(bench.call("POST", "/v1/push", body).await.status, 200);
    }

    #[tokio::test]
    async fn a_compressed_push_gets_a_compressed_answer_when_that_is_smaller() {
        let bench = Bench::new(Fake::default());
        let packed = zstd::encode_all(push_json("{}").as_bytes(), 3).unwrap();
        let compressed =
            request("POST", "/v1/push").header("content-encoding", "zstd").header("accept-encoding", "zstd");
        let reply = bench.send(compressed.body(packed.into()).unwrap()).await;
        assert_eq!(reply.status, 200);
        assert!(!reply.headers.contains_key("content-encoding"), "a short answer stays plain");
        assert_eq!(reply.json()["verdict"]["accepted"]["acked_through"], 1);

        let asking = request("GET", "/v1/report?area=629901&period=2025").header("accept-encoding", "gzip, zstd;q=0.9");
        let reply = bench.send(asking.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(reply.headers["content-encoding"], "zstd");
        let json: serde_json::Value = serde_json::from_slice(&zstd::decode_all(&reply.bytes[..]).unwrap()).unwrap();
        assert_eq!(json["area"], "629901");
    }

    #[tokio::test]
    async fn without_a_token_nothing_is_read() {
        let bench = Bench::new(Fake::default());
        for header in ["", "Bearer", "Bearer ", "Basic dDp0", "t"] {
            let request = axum::http::Request::post("/v1/push").header("authorization", header);
            let reply = bench.send(request.body(push_json("").into()).unwrap()).await;
            assert_eq!((reply.status.as_u16(), reply.code().as_str()), (401, "token-unknown"), "{header:?}");
            assert_eq!(reply.headers["www-authenticate"], "Bearer");
        }
        assert!(bench.asked().is_empty());
    }

    #[tokio::test]
    async fn an_oversized_push_is_refused_with_the_reason() {
        let bench = Bench::new(Fake::default());
        let big = push_json(&format!("\"{}\"", "x".repeat(BODY_BYTES_MAX)));
        let reply = bench.call("POST", "/v1/push", big.clone()).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (413, "too-large"));
        let packed = zstd::encode_all(big.as_bytes(), 3).unwrap();
        let compressed = request("POST", "/v1/push").header("content-encoding", "zstd").body(packed.into()).unwrap();
        let reply = bench.send(compressed).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (413, "too-large"));
        assert!(bench.asked().is_empty());
    }

    #[tokio::test]
    async fn one_push_too_many_is_told_when_to_come_back_and_the_others_finish() {
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        let fake = Fake { gate: Some(gate.clone()), ..Fake::default() };
        let bench = Arc::new(Bench::with(fake, Limits { pushes_at_once: 2, ..Limits::default() }));
        let push = |bench: Arc<Bench>| async move { bench.call("POST", "/v1/push", push_json("")).await };
        let under_way = [tokio::spawn(push(bench.clone())), tokio::spawn(push(bench.clone()))];
        // Both hold their place once they wait at the gate.
        let refused = loop {
            tokio::task::yield_now().await;
            tokio::select! {
                biased;
                reply = push(bench.clone()) => break reply,
                () = std::future::ready(()) => (),
            }
        };
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (503, "busy"));
        let wait: u32 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((2..=10).contains(&wait));
        gate.add_permits(10);
        for push in under_way {
            assert_eq!(push.await.unwrap().status, 200);
        }
        assert_eq!(bench.call("POST", "/v1/push", push_json("")).await.status, 200);
    }

    #[tokio::test(start_paused = true)]
    async fn a_push_that_is_read_before_the_one_it_follows_waits_for_it() {
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        let fake = Fake { gate: Some(gate.clone()), last: Some(Mutex::new(0)), ..Fake::default() };
        let bench = Arc::new(Bench::new(fake));
        let second = push_json("{}").replace(r#""first_op":1"#, r#""first_op":2"#);
        assert_ne!(second, push_json("{}"));
        // Alone it is told at once what is missing.
        let reply = bench.call("POST", "/v1/push", second.clone()).await;
        assert_eq!(reply.json()["verdict"]["resume"]["have"], 0);
        let push = |body: String| {
            let bench = bench.clone();
            tokio::spawn(async move { bench.call("POST", "/v1/push", body).await })
        };
        let first = push(push_json("{}"));
        tokio::task::yield_now().await;
        let early = push(second);
        // DecisionEffect once already, and not answered.
        while bench.asked().len() < 2 {
            tokio::task::yield_now().await;
        }
        assert!(!early.is_finished());
        gate.add_permits(1);
        assert_eq!(first.await.unwrap().json()["verdict"]["accepted"]["acked_through"], 1);
        assert!(early.await.unwrap().json()["verdict"]["accepted"].is_object());
    }

    #[tokio::test(start_paused = true)]
    async fn a_device_in_a_loop_is_slowed_and_another_is_not() {
        let limits = Limits { burst: 3, per_second: 1, ..Limits::default() };
        let bench = Bench::with(Fake::default(), limits);
        for _ in 0..3 {
            assert_eq!(bench.call("POST", "/v1/push", push_json("")).await.status, 200);
        }
        let reply = bench.call("POST", "/v1/push", push_json("")).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (429, "too-many-requests"));
        assert_eq!(reply.headers["retry-after"], "1");
        let other = axum::http::Request::post("/v1/push").header("authorization", "Bearer other");
        assert_eq!(bench.send(other.body(push_json("").into()).unwrap()).await.status, 200);
    }
}
