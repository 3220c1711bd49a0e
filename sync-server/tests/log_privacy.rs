//! Logs hold no personal data. The test is a program of its own, because it captures everything the process logs.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers too")]

mod support;

use shared::{Change, Fields, Kind, ids::Rev};
use std::{
    io,
    sync::{Arc, Mutex},
};
use support::{PhoneClient, send, today};
use sync_server::{
    import::recipient_id,
    testing::{SampleRoster, TestServer},
};
use tracing_subscriber::fmt::format::FmtSpan;

/// Everything that was logged.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_name_number_note_code_or_token_appears_in_the_logs_at_any_level() {
    let captured = Captured::default();
    let writer = captured.clone();
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        // Spans are logged when they close, with every field that was recorded.
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(move || writer.clone())
        .init();

    let server = TestServer::start();
    server.load(&SampleRoster::small());
    let code = server.code("W1");
    let mut client = PhoneClient::enrol(&server.url(), &code, 0x1234).await;
    let note = Fields::new()
        .with("recipient", recipient_id("R1").to_string())
        .with("mode", "home")
        .with("happened", today())
        .with("presence", "found")
        .with("note", "王小明住院了,电话 13912345678");
    client.phone.record(Kind::Visit, None, Rev(0), Change::Create(note));
    let person = Fields::new()
        .with("code", "N1")
        .with("name", "钱进宝")
        .with("category", "orphan")
        .with("area", "629901001001")
        .with("phone", "13712345678")
        .with("id_number", "110105194912310021")
        .with("address", "河湾村八号");
    client.phone.record(Kind::Recipient, None, Rev(0), Change::Create(person));
    // A name where a number belongs: the JSON reader's own error would quote it.
    let wrong = Fields::new().with("recipient", "马小丽").with("happened", "马小丽").with("mode", 5);
    client.phone.record(Kind::Visit, None, Rev(0), Change::Create(wrong));
    client.phone.raw(r#"{"op_id":"马小丽"}"#.to_owned());
    client.try_push().await.unwrap();
    client.pull_all().await;
    send(client.post("/v1/push", r#"{"proto":"马小丽"}"#)).await.unwrap();
    send(client.http.get(format!("{}/v1/media/马小丽?token={}", client.url, client.token.0))).await.unwrap();
    let login = "login=马小丽&password=13912345678&csrf=";
    send(client.http.post(format!("{}/console/login", client.url)).body(login)).await.unwrap();
    server.wait(server.core().login("马小丽", "13912345678")).unwrap_err();
    drop(server);

    let logs = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    let ours: Vec<&str> = logs.lines().filter(|l| l.contains("sync_server")).collect();
    assert!(ours.iter().any(|l| l.contains("\"route\":\"/v1/push\"") && l.contains("\"status\":200")));
    let device = uuid::Uuid::from_u128(0x1234).to_string();
    assert!(ours.iter().any(|l| l.contains(&device)), "the device is named, so that its requests can be found");
    for step in ["push", "pull", "enrol"] {
        let span = format!("\"name\":\"{step}\"");
        let found = ours.iter().find(|l| l.contains("\"message\":\"close\"") && l.contains(&span));
        let found = found.unwrap_or_else(|| panic!("no span of {step}"));
        let worker = shared::WorkerId(shared::ids::id_from_code("worker", "W1")).to_string();
        assert!(found.contains(&device) && found.contains(&worker), "{step} names device and worker by id: {found}");
    }
    for line in ours {
        for secret in [
            "王小明",
            "马小丽",
            "谷军",
            "13912345678",
            "住院",
            "钱进宝",
            "13712345678",
            "110105194912310021",
            "八号",
            &code,
            &code.replace('-', ""),
            "Bearer",
        ] {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
    }
    assert!(!logs.contains(&client.token.0), "no token at any level, not even from a library");
}
