//! A stop signal that arrives as soon as the server says that it serves ends the server in order.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers too")]

use std::{
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
};
use sync_server::testing::TempDir;

/// Starts a server, sends a signal once it has printed its first line, and returns its exit code and what else it
/// printed.
fn stopped_at_its_first_line(folder: &TempDir, signal: &str) -> (Option<i32>, String) {
    let mut server = Command::new(env!("CARGO_BIN_EXE_sync-server"))
        .args(["serve", "--listen", "127.0.0.1:0", "--lang", "en", "--data"])
        .arg(folder.path())
        .env_remove("DATABASE_URL")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(server.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert!(line.contains("http://127.0.0.1:"), "{line:?}");
    let sent = Command::new("kill").args([signal, &server.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    (server.wait().unwrap().code(), rest)
}

#[test]
fn a_signal_at_the_first_line_stops_the_server_in_order() {
    let folder = TempDir::new();
    for round in 0..20 {
        let signal = if round % 2 == 0 { "-TERM" } else { "-INT" };
        let (code, rest) = stopped_at_its_first_line(&folder, signal);
        assert_eq!(code, Some(0), "round {round}: {rest:?}");
        assert!(!rest.is_empty(), "round {round}: the last line says that the server stopped");
        assert!(!folder.path().join("control.sock").exists(), "round {round}: the socket is removed");
    }
}
