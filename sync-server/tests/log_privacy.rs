//! Logs hold no personal data: a test of its own program, because it listens to everything the process logs.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers too")]

mod support;

use shared::{Change, Fields, Kind, ids::Rev};
use std::{
    io,
    sync::{Arc, Mutex},
};
use support::{Line, send, today};
use sync_server::{
    import::recipient_id,
    testing::{SampleRoster, TestServer},
};

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
    tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).init();

    let server = TestServer::start();
    server.load(&SampleRoster::small());
    let code = server.code("W1");
    let mut line = Line::enrol(&server.url(), &code, 0x1234).await;
    let note = Fields::new()
        .with("recipient", recipient_id("R1").to_string())
        .with("mode", "home")
        .with("happened", today())
        .with("presence", "found")
        .with("note", "王小明住院了,电话 13912345678");
    line.phone.record(Kind::Visit, None, Rev(0), Change::Create(note));
    // Wrong in shape, with a name where a number belongs: the reader's own error would quote it.
    let wrong = Fields::new().with("recipient", "马小丽").with("happened", "马小丽").with("mode", 5);
    line.phone.record(Kind::Visit, None, Rev(0), Change::Create(wrong));
    line.phone.raw(r#"{"op_id":"马小丽"}"#.to_owned());
    line.try_push().await.unwrap();
    line.pull_all().await;
    send(line.post("/v1/push", r#"{"proto":"马小丽"}"#)).await.unwrap();
    send(line.http.get(format!("{}/v1/media/马小丽?token={}", line.url, line.token.0))).await.unwrap();
    let login = "login=马小丽&password=13912345678&csrf=";
    send(line.http.post(format!("{}/console/login", line.url)).body(login)).await.unwrap();
    server.wait(server.core().login("马小丽", "13912345678")).unwrap_err();
    drop(server);

    let logs = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    let ours: Vec<&str> = logs.lines().filter(|l| l.contains("sync_server")).collect();
    assert!(ours.iter().any(|l| l.contains("\"route\":\"/v1/push\"") && l.contains("\"status\":200")));
    let device = uuid::Uuid::from_u128(0x1234).to_string();
    assert!(ours.iter().any(|l| l.contains(&device)), "the device is named, so that its requests can be found");
    for line in ours {
        for secret in ["王小明", "马小丽", "谷军", "13912345678", "住院", &code, &code.replace('-', ""), "Bearer"]
        {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
    }
    assert!(!logs.contains(&line.token.0), "no token at any level, not even from a library");
}
