//! HTTP against a small server that also gives replies which the real one never gives.

use super::*;
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::any,
};
use shared::{Moment, ids::DeviceId, wire::PROTO};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use uuid::Uuid;

type Received = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// A server that gives the same reply to every request and records the requests.
async fn serve(status: u16, headers: &[(&'static str, &'static str)], body: Vec<u8>) -> (HttpClient, Received) {
    let received = Received::default();
    let record = received.clone();
    let headers: Vec<_> = headers.to_vec();
    let app = Router::new().fallback(any(move |headers_in: HeaderMap, bytes: Bytes| {
        record.lock().unwrap().push((headers_in, bytes));
        let mut reply = (StatusCode::from_u16(status).unwrap(), body.clone()).into_response();
        for (name, value) in &headers {
            reply.headers_mut().insert(*name, HeaderValue::from_static(value));
        }
        async { reply }
    }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = ServerAddress::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (HttpClient::new(address).unwrap(), received)
}

fn token() -> Token {
    Token("t0ken".into())
}

fn pull() -> PullRequest {
    PullRequest {
        proto: PROTO,
        device: DeviceId(Uuid::from_u128(1)),
        epoch: None,
        cursors: BTreeMap::new(),
        client_now: Moment::shanghai(0),
        ask: vec![],
        keys: None,
    }
}

const EMPTY_PULL: &str =
    r#"{"epoch":"00000000-0000-0000-0000-000000000001","server_now":"2026-11-23T10:00:00.000+08:00","scopes":[]}"#;

#[tokio::test]
async fn bodies_are_compressed_both_ways_and_their_wire_bytes_are_counted() {
    let compressed = zstd::encode_all(EMPTY_PULL.as_bytes(), 3).unwrap();
    let (client, received) = serve(200, &[("content-encoding", "zstd")], compressed.clone()).await;
    let reply = client.pull(&token(), pull()).await.unwrap();
    assert!(reply.scopes.is_empty());
    let (headers, body) = received.lock().unwrap().remove(0);
    assert_eq!(headers[header::AUTHORIZATION], "Bearer t0ken");
    assert_eq!(headers[header::ACCEPT_ENCODING], "zstd");
    assert_eq!(headers[header::CONTENT_ENCODING], "zstd");
    let sent: PullRequest = serde_json::from_slice(&zstd::decode_all(&*body).unwrap()).unwrap();
    assert_eq!(sent, pull());
    let (up, down) = client.traffic().take();
    assert!(up >= body.len() as u64 && down >= compressed.len() as u64);
    assert_eq!(client.traffic().take(), (0, 0));
}

#[tokio::test]
async fn a_refusal_keeps_its_code_and_its_retry_after() {
    let body = br#"{"code":"too-many-requests","message":"later"}"#;
    let (client, _) = serve(429, &[("retry-after", "17")], body.to_vec()).await;
    let Err(SyncError::Refused(error)) = client.pull(&token(), pull()).await else { panic!("refused") };
    assert_eq!((error.code, error.retry_after), (ErrorCode::TooManyRequests, Some(17)));
}

#[tokio::test]
async fn a_reply_of_a_proxy_is_never_a_verdict_on_this_device() {
    for (status, wanted) in [
        (401, SyncError::BadReply("status 401".into())),
        (403, SyncError::BadReply("status 403".into())),
        (302, SyncError::BadReply("status 302".into())),
        (502, SyncError::refused(ErrorCode::Busy)),
        (413, SyncError::refused(ErrorCode::TooLarge)),
    ] {
        let (client, _) = serve(status, &[("location", "https://elsewhere.example/")], b"<html>".to_vec()).await;
        assert_eq!(client.pull(&token(), pull()).await.unwrap_err(), wanted);
    }
    let (client, _) = serve(200, &[], b"<html>please log in</html>".to_vec()).await;
    assert!(matches!(client.pull(&token(), pull()).await, Err(SyncError::BadReply(_))));
}

#[tokio::test]
async fn a_reply_that_decompresses_without_end_is_refused() {
    let bomb = zstd::encode_all(vec![b' '; body::REPLY_BYTES_MAX + 1].as_slice(), 3).unwrap();
    let (client, _) = serve(200, &[("content-encoding", "zstd")], bomb).await;
    assert!(matches!(client.pull(&token(), pull()).await, Err(SyncError::BadReply(_))));
}

#[tokio::test]
async fn an_unreachable_server_is_offline_and_its_name_is_not_in_the_message() {
    let address = ServerAddress::parse("http://127.0.0.1:9").unwrap();
    let error = HttpClient::new(address).unwrap().pull(&token(), pull()).await.unwrap_err();
    assert_eq!(error, SyncError::Offline("could not connect".into()));
}

#[tokio::test]
async fn an_uploads_offset_is_read_from_the_headers() {
    let (client, _) = serve(200, &[("upload-offset", "4711"), ("upload-state", "uploading")], vec![]).await;
    let upload = UploadId(Uuid::from_u128(5));
    let status = client.media_status(&token(), upload).await.unwrap();
    assert_eq!(status, MediaStatus { upload, state: MediaState::Uploading, offset: 4711 });
}

#[tokio::test]
async fn a_chunk_is_sent_uncompressed_with_its_offset() {
    let upload = UploadId(Uuid::from_u128(5));
    let answer = format!(r#"{{"upload":"{upload}","state":"complete","offset":3}}"#);
    let (client, received) = serve(200, &[], answer.into_bytes()).await;
    let chunk = MediaChunk { upload, offset: 0, bytes: vec![0, 255, 7] };
    assert_eq!(client.media_chunk(&token(), chunk).await.unwrap().offset, 3);
    let (headers, body) = received.lock().unwrap().remove(0);
    assert_eq!((&headers["upload-offset"], &body[..]), (&HeaderValue::from_static("0"), &[0, 255, 7][..]));
}

/// Reads one request to the end of its body; false when the connection ended.
async fn read_request(stream: &mut tokio::net::TcpStream) -> bool {
    use tokio::io::AsyncReadExt;
    let mut seen = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&seen).to_lowercase();
        if let Some(head) = text.find("\r\n\r\n") {
            let length = text.split("content-length: ").nth(1).and_then(|t| t.split("\r\n").next()?.parse().ok());
            // Lossy text is never shorter than the bytes, so the length is taken from those.
            let body = seen.windows(4).position(|w| w == b"\r\n\r\n").map_or(0, |at| seen.len() - at - 4);
            if head > 0 && body >= length.unwrap_or(0) {
                return true;
            }
        }
        match stream.read_buf(&mut seen).await {
            Ok(n) if n > 0 => {}
            _ => return false,
        }
    }
}

#[tokio::test]
async fn a_pooled_connection_that_died_is_replaced_within_the_call() {
    use tokio::io::AsyncWriteExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = ServerAddress::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let reply = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{EMPTY_PULL}", EMPTY_PULL.len());
    let server = tokio::spawn(async move {
        let (mut first, _) = listener.accept().await.unwrap();
        assert!(read_request(&mut first).await);
        first.write_all(reply.as_bytes()).await.unwrap();
        assert!(read_request(&mut first).await, "the connection is used again");
        drop(first);
        let (mut second, _) = listener.accept().await.unwrap();
        assert!(read_request(&mut second).await);
        second.write_all(reply.as_bytes()).await.unwrap();
        // When a new connection dies as well, the call fails.
        assert!(read_request(&mut second).await);
        drop(second);
        drop(listener.accept().await.unwrap());
    });
    let client = HttpClient::new(address).unwrap();
    assert!(client.pull(&token(), pull()).await.is_ok());
    assert!(client.pull(&token(), pull()).await.is_ok());
    assert!(matches!(client.pull(&token(), pull()).await, Err(SyncError::Offline(_))));
    server.await.unwrap();
}
