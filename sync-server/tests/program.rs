//! The real program: its commands beside a running server, its exit codes, and its state after a kill.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers too")]

mod support;

use serde_json::json;
use shared::{RowId, ids::OpNo, wire::PushVerdict};
use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};
use support::{PhoneClient, http_client, send, today};
use sync_server::{import::recipient_id, testing::TempDir};

const AREAS: &str =
    "code,name,parent\n6299,平川市,62\n629901,甲县,6299\n629901001,河湾乡,629901\n629901001001,河湾村,629901001\n";
const WORKERS: &str = "code,name,area,role,areas\nW1,谷军,629901001001,,\nW2,王玉梅,629901001001,,\nW3,李建,629901001001,,\nA1,赵明,6299,管理员,6299\n";

/// A data folder with a roster, and the files of the roster.
struct Site {
    temp: TempDir,
}

impl Site {
    fn new() -> Self {
        let site = Self { temp: TempDir::new() };
        site.write("areas.csv", AREAS);
        site.write("workers.csv", WORKERS);
        let recipients: String = (1..=9).map(|n| format!("R{n},对象{n},其他,629901001001\n")).collect();
        site.write("recipients.csv", &format!("code,name,category,area\n{recipients}"));
        let pairings: String = (1..=9).map(|n| format!("W{},R{n},2023-01-01\n", n % 3 + 1)).collect();
        site.write("pairings.csv", &format!("worker,recipient,start\n{pairings}"));
        site
    }

    /// With the roster imported.
    fn ready() -> Self {
        let site = Self::new();
        let output = site.run(&site.import());
        assert!(output.status.success(), "{}", text(&output));
        site
    }

    fn import(&self) -> Vec<String> {
        let mut args = vec!["import".to_owned()];
        for list in ["areas", "workers", "recipients", "pairings"] {
            args.extend([format!("--{list}"), self.path(&format!("{list}.csv")).display().to_string()]);
        }
        args
    }

    fn path(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn command<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
        command.args(arguments).env("LIANXIN_DATA", self.data()).env("LIANXIN_LANG", "en").env_remove("RUST_LOG");
        command
    }

    fn run<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Output {
        self.command(arguments).stdin(Stdio::null()).output().unwrap()
    }

    fn serve(&self, port: u16, more: &[&str]) -> Server {
        let listen = format!("127.0.0.1:{port}");
        let mut arguments = vec!["serve", "--listen", &listen];
        arguments.extend(more);
        let mut child = self.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        // Printed once the port is bound.
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let url =
            line.split_whitespace().find(|w| w.starts_with("http")).unwrap_or_else(|| panic!("{line}")).to_owned();
        Server { child, url, out }
    }
}

/// A running server process, killed when it is dropped.
struct Server {
    child: Child,
    url: String,
    out: BufReader<std::process::ChildStdout>,
}

impl Server {
    fn port(&self) -> u16 {
        let address: SocketAddr = self.url.rsplit('/').next().unwrap().parse().unwrap();
        address.port()
    }

    /// SIGKILL.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM. Returns what it printed since and its exit code.
    fn terminate(mut self) -> (String, Option<i32>) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg(&id).status().unwrap().success());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (rest, self.child.wait().unwrap().code())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails if the test has ended it already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The enrolment code in the output of `enrol`.
fn code(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(output));
    let out = String::from_utf8_lossy(&output.stdout);
    let is_code = |w: &&str| {
        w.len() == 11 && w.as_bytes()[5] == b'-' && w.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    out.split_whitespace().find(is_code).unwrap_or_else(|| panic!("{out}")).to_owned()
}

#[test]
fn importing_twice_changes_nothing_the_second_time() {
    let site = Site::new();
    let first = text(&site.run(&site.import()));
    assert!(first.contains("Import done: 26 created, 0 changed, 0 unchanged."), "{first}");
    let second = text(&site.run(&site.import()));
    assert!(second.contains("Import done: 0 created, 0 changed, 26 unchanged."), "{second}");
    site.write("workers.csv", &WORKERS.replace("谷军", "谷大军"));
    let third = text(&site.run(&site.import()));
    // The worker's record, and the name in each of the three pairings.
    assert!(third.contains("Import done: 0 created, 4 changed, 22 unchanged."), "{third}");
}

#[test]
fn one_bad_line_is_reported_and_nothing_is_imported() {
    let site = Site::new();
    site.write("recipients.csv", "code,name,category,area\nR1,甲,孤儿,629901001001\nR2,乙,orphan,629901001999\n");
    let output = site.run(&site.import());
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output);
    assert!(said.contains("recipients.csv, line 3, column \"Area\": There is no area 629901001999."), "{said}");
    assert!(said.contains("nothing was imported"), "{said}");
    let enrol = site.run(&["enrol", "W1"]);
    assert_eq!(enrol.status.code(), Some(1), "not even the workers are there");
    assert!(text(&enrol).contains("There is no worker with the code \"W1\""));
}

#[test]
fn a_dry_run_writes_nothing() {
    let site = Site::new();
    let mut client = site.import();
    client.push("--dry-run".to_owned());
    let output = site.run(&client);
    assert!(output.status.success());
    assert!(text(&output).contains("all 26 lines can be imported. Nothing was written."), "{}", text(&output));
    assert_eq!(site.run(&["enrol", "W1"]).status.code(), Some(1));
}

#[test]
fn a_mistyped_folder_or_file_is_reported_and_creates_nothing() {
    let site = Site::new();
    let output = site.run(&["enrol", "W1", "--data", site.path("typo").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output).contains("There is no data in the folder"));
    assert!(!site.path("typo").exists());
    let output = site.run(&["import", "--areas", site.path("typo.csv").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("typo.csv cannot be read"));
}

#[test]
fn plain_http_is_not_served_to_the_network() {
    let site = Site::ready();
    let output = site.run(&["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("--tls-cert and --tls-key"), "{}", text(&output));
}

#[tokio::test]
async fn a_stop_signal_finishes_requests_and_is_reported() {
    let site = Site::ready();
    let server = site.serve(0, &[]);
    let health = send(http_client().get(format!("{}/healthz", server.url))).await.unwrap();
    assert_eq!((health.status.as_u16(), health.bytes.as_slice()), (200, &b"ok\n"[..]));
    let (said, exit) = server.terminate();
    assert_eq!(exit, Some(0));
    assert_eq!(said.trim(), "The server has stopped; all data is written.");
    assert!(!site.data().join("control.sock").exists());
}

#[tokio::test]
async fn commands_work_beside_a_running_server() {
    let site = Site::ready();
    let server = site.serve(0, &["--public-url", "https://lianxin.example/"]);
    let enrolled = site.run(&["enrol", "--worker", "W1"]);
    assert!(
        text(&enrolled).contains("lianxin://enrol?server=https%3A%2F%2Flianxin.example&code="),
        "{}",
        text(&enrolled)
    );
    let mut client = PhoneClient::enrol(&server.url, &code(&enrolled), 1).await;

    // An import while phones push: the new recipient is there at once.
    site.write("recipients.csv", "code,name,category,area\nR50,新对象,其他,629901001001\n");
    site.write("pairings.csv", "worker,recipient,start\nW1,R50,2023-01-01\n");
    let imported = site.run(&site.import());
    assert!(text(&imported).contains("2 created"), "{}", text(&imported));
    client.phone.visit(recipient_id("R50"), "home", &today());
    client.push().await;

    let second = site.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(3));
    assert!(text(&second).contains("A server runs on this data folder already"), "{}", text(&second));
    server.kill();
    // A socket left behind by a killed server does no harm.
    assert!(site.data().join("control.sock").exists());
    assert!(site.run(&["enrol", "W2"]).status.success());
    site.serve(0, &[]).terminate();
}

#[tokio::test]
async fn a_password_for_the_console_is_set_beside_a_running_server() {
    let site = Site::ready();
    let server = site.serve(0, &[]);
    site.write("password", "a long password\n");
    let file = site.path("password");
    let output = site.run(&["enrol", "A1", "--console", "--password-file", file.to_str().unwrap()]);
    assert!(output.status.success(), "{}", text(&output));
    assert!(!text(&output).contains("a long password"));
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let form = send(http.get(format!("{}/console/login", server.url))).await.unwrap();
    let cookie = form.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let csrf = cookie.split('=').nth(1).unwrap();
    let login = |password: &str| {
        let body = format!("csrf={csrf}&login=A1&password={password}");
        let request = http.post(format!("{}/console/login", server.url)).header("cookie", &cookie).body(body);
        send(request.header("content-type", "application/x-www-form-urlencoded"))
    };
    assert_eq!(login("wrong").await.unwrap().status, 401);
    assert_eq!(login("a+long+password").await.unwrap().status, 303);

    let short = site.path("short");
    std::fs::write(&short, "short").unwrap();
    let output = site.run(&["enrol", "A1", "--console", "--password-file", short.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("at least 10 characters"));
    let made_up = site.run(&["enrol", "A1", "--console"]);
    assert!(text(&made_up).contains("Console password (shown only now): "));
}

#[tokio::test]
async fn a_backup_made_while_serving_restores_with_a_new_epoch() {
    let site = Site::ready();
    let server = site.serve(0, &[]);
    let mut client = PhoneClient::enrol(&server.url, &code(&site.run(&["enrol", "W1"])), 1).await;
    let before = client.phone.visit(recipient_id("R3"), "home", &today());
    client.push().await;
    let copy = site.path("copy.db");
    let backup = ["backup", "--to", copy.to_str().unwrap()];
    let output = site.run(&backup);
    assert!(output.status.success() && text(&output).contains("Backup done"), "{}", text(&output));
    assert_eq!(site.run(&backup).status.code(), Some(1), "no backup is overwritten");
    let after = client.phone.visit(recipient_id("R3"), "home", &today());
    client.push().await;
    let epoch = epoch(&client).await;

    let restore = ["restore", "--from", copy.to_str().unwrap()];
    let refused = site.run(&restore);
    assert_eq!(refused.status.code(), Some(3));
    assert!(text(&refused).contains("Stop it first"), "{}", text(&refused));
    let port = server.port();
    server.terminate();
    let no_backup = site.run(&["restore", "--from", site.path("areas.csv").to_str().unwrap()]);
    assert_eq!(no_backup.status.code(), Some(1));
    let restored = site.run(&restore);
    assert!(restored.status.success(), "{}", text(&restored));

    let _server = site.serve(port, &[]);
    let ids = ids(&client.pull_all().await);
    assert!(ids.contains(&before) && !ids.contains(&after), "the store is as of the backup");
    assert_ne!(self::epoch(&client).await, epoch, "devices notice the restore");
    let entries = std::fs::read_dir(site.data()).unwrap().filter_map(Result::ok);
    assert!(entries.into_iter().any(|e| e.file_name().to_string_lossy().contains(".before-restore-")));
}

async fn epoch(client: &PhoneClient) -> serde_json::Value {
    let now = today();
    let ask = json!({"proto": 1, "device": client.phone.device, "cursors": {}, "client_now": now});
    let reply: serde_json::Value = send(client.post("/v1/pull", support::json(&ask))).await.unwrap().ok();
    reply["epoch"].clone()
}

fn ids(rows: &[serde_json::Value]) -> BTreeSet<RowId> {
    rows.iter().map(|row| serde_json::from_value(row["id"].clone()).unwrap()).collect()
}

/// A phone pushes visits, five at a time, until the server is gone. Returns the acknowledged visits, and all.
async fn push_until_killed(
    mut client: PhoneClient,
    recipient: &'static str,
    acknowledgements: tokio::sync::mpsc::Sender<()>,
) -> (PhoneClient, Vec<RowId>, OpNo) {
    let mut rows = Vec::new();
    // The outbox is empty at the start: all earlier visits are acknowledged.
    let mut acknowledged = client.phone.last();
    loop {
        for _ in 0..5 {
            rows.push(client.phone.visit(recipient_id(recipient), "home", &today()));
        }
        match client.try_push().await {
            Ok(PushVerdict::Accepted { acked_through, .. }) => acknowledged = acked_through,
            Ok(other) => panic!("{other:?}"),
            Err(_) => return (client, rows, acknowledged),
        }
        // The receiver is gone once the server was killed.
        let _ = acknowledgements.try_send(());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_during_pushes_has_everything_it_acknowledged_once() {
    /// Acknowledged pushes before each kill: at the start, and under load.
    const ROUNDS: [usize; 3] = [1, 20, 60];
    let site = Site::ready();
    let mut server = site.serve(0, &[]);
    let port = server.port();
    let mut clients = Vec::new();
    for (n, worker) in ["W1", "W2", "W3"].into_iter().enumerate() {
        clients.push(PhoneClient::enrol(&server.url, &code(&site.run(&["enrol", worker])), n as u128 + 1).await);
    }
    let recipients = ["R3", "R1", "R2"];
    let mut all: Vec<BTreeSet<RowId>> = vec![BTreeSet::new(); 3];
    for acks in ROUNDS {
        let (acknowledgements, mut received) = tokio::sync::mpsc::channel(1000);
        let pushing: Vec<_> = clients
            .drain(..)
            .zip(recipients)
            .map(|(client, recipient)| tokio::spawn(push_until_killed(client, recipient, acknowledgements.clone())))
            .collect();
        drop(acknowledgements);
        for _ in 0..acks {
            received.recv().await.unwrap();
        }
        server.kill();
        server = site.serve(port, &[]);
        for (n, pushing) in pushing.into_iter().enumerate() {
            let (mut client, rows, acknowledged) = pushing.await.unwrap();
            let here = ids(&client.pull_all().await);
            // Every row of this round up to the last acknowledged operation.
            let waiting = (client.phone.last().0 - acknowledged.0) as usize;
            let lost: Vec<_> = rows[..rows.len() - waiting].iter().filter(|row| !here.contains(row)).collect();
            assert!(lost.is_empty(), "{} acknowledged visits are gone", lost.len());
            all[n].extend(rows);
            // The push without a reply again: it counts once, whether the server had it or not.
            client.push().await;
            assert_eq!(visits_in(&client.pull_all().await), all[n]);
            clients.push(client);
        }
    }
}

fn visits_in(rows: &[serde_json::Value]) -> BTreeSet<RowId> {
    ids(&rows.iter().filter(|row| row["kind"] == "visit").cloned().collect::<Vec<_>>())
}

#[tokio::test]
async fn the_server_speaks_tls_with_the_given_certificate() {
    let site = Site::ready();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    site.write("cert.pem", &made.cert.pem());
    site.write("key.pem", &made.signing_key.serialize_pem());
    let (cert, key) = (site.path("cert.pem"), site.path("key.pem"));
    let tls = ["--tls-cert", cert.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let server = site.serve(0, &tls);
    assert!(server.url.starts_with("https://"));
    let root = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let trusting = reqwest::Client::builder().add_root_certificate(root).no_proxy().build().unwrap();
    let url = format!("https://localhost:{}/healthz", server.port());
    assert_eq!(send(trusting.get(&url)).await.unwrap().status, 200);
    assert!(http_client().get(&url).send().await.is_err(), "others do not trust it");
    let plain = http_client().get(url.replace("https", "http")).send().await;
    assert!(plain.is_err(), "plain HTTP is refused");
    drop(server);

    let broken =
        [&["serve", "--listen", "127.0.0.1:0"][..], &["--tls-cert", key.to_str().unwrap()], &tls[2..]].concat();
    let output = site.run(&broken);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("The TLS certificate or key cannot be used"), "{}", text(&output));
}

#[test]
fn help_is_in_the_readers_language() {
    let help = |lang: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
        let output = command.args(["import", "--help"]).env("LIANXIN_LANG", lang).output().unwrap();
        text(&output)
    };
    assert!(help("zh-CN").contains("只检查，不导入"));
    assert!(help("en").contains("Check only, import nothing"));
    assert!(!Path::new("lianxin-data").exists(), "--help creates no folder");
}

/// A phone's bundle with one visit, saved while no server runs.
async fn sealed_file(site: &Site, name: &str) -> RowId {
    use shared::{
        protocol::SyncProtocol,
        seal::SignSecret,
        wire::bundle::{Content, Header, seal},
    };
    use sync_server::{
        core::{Settings, SystemEnv},
        data::DataDir,
        testing::Phone,
    };
    let data = DataDir::new(site.data()).unwrap();
    let _lock = data.lock().unwrap();
    let core = data.open(std::sync::Arc::new(SystemEnv), Settings::default()).await.unwrap();
    let code = core.issue_code("W1").await.unwrap().code;
    let now_ms = chrono::Utc::now().timestamp_millis();
    let mut phone = Phone::new(uuid::Uuid::from_u128(77).into(), now_ms);
    let sign = SignSecret::new([4; 32]);
    let request = shared::wire::EnrolRequest { sign_key: Some(sign.public()), ..phone.enrol(&code) };
    let server = core.enrol(request).await.unwrap().seal_key.unwrap();
    let row = phone.visit(recipient_id("R3"), "home", &shared::Moment::shanghai(now_ms).to_string());
    core.revoke_device(phone.device).await.unwrap();
    let content = Content { pushes: vec![phone.push()], photos: vec![] };
    let header = Header { device: phone.device, key: server.id(), created_ms: now_ms, ops: 1 };
    let packed = zstd::encode_all(&content.to_bytes()[..], 3).unwrap();
    std::fs::write(site.path(name), seal(header, &packed, &server, &sign, [9; 32]).unwrap()).unwrap();
    row
}

#[tokio::test]
async fn bundles_are_imported_with_and_without_a_running_server_and_a_bad_one_blocks_no_other() {
    let site = Site::ready();
    sealed_file(&site, "phone.lxb").await;
    let good = site.path("phone.lxb");
    let bytes = std::fs::read(&good).unwrap();
    std::fs::write(site.path("cut.lxb"), &bytes[..bytes.len() / 2]).unwrap();
    let [good, cut, none] = [good, site.path("cut.lxb"), site.path("none.lxb")].map(|p| p.display().to_string());

    let output = site.run(&["bundle", &none, &cut, &good]);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for line in ["none.lxb cannot be read", "cut.lxb: This file is damaged", "phone.lxb: Taken in."] {
        assert!(said.contains(line), "no {line} in {said}");
    }
    let server = site.serve(0, &[]);
    let output = site.run(&["bundle", &good]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output).contains("was on the server already"), "{}", text(&output));
    drop(server);
    assert_eq!(site.run(&["bundle"]).status.code(), Some(2));
}
