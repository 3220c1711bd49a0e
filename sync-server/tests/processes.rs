//! Several real server processes on one PostgreSQL database, and the commands beside them.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers too")]

mod support;

use shared::{
    Row, RowId,
    digest::Digest,
    ids::Epoch,
    wire::{PullReply, PullRequest, PushReply, PushVerdict, Scope},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};
use support::{PhoneClient, json, send, today};
use sync_server::{
    import::recipient_id,
    testing::{TempDir, postgres::Database},
};

/// A database, a folder for photos and lists, and the commands on them.
struct Site {
    database: Database,
    temp: TempDir,
}

impl Site {
    fn new() -> Self {
        Self { database: Database::new(), temp: TempDir::new() }
    }

    /// Workers W1 to W3 in one village, each paired with every recipient there.
    fn ready() -> Self {
        let site = Self::new();
        let pairings: String = (1..=3).flat_map(|w| (1..=4).map(move |r| format!("W{w},R{r},2023-01-01\n"))).collect();
        let lists = [
            ("areas", "code,name\n6299,平川市\n629901,甲县\n629901001,河湾乡\n629901001001,河湾村\n".to_owned()),
            (
                "workers",
                "code,name,area\nW1,谷军,629901001001\nW2,王玉梅,629901001001\nW3,李建,629901001001\n".to_owned(),
            ),
            (
                "recipients",
                (1..=4).fold("code,name,category,area\n".to_owned(), |list, n| {
                    list + &format!("R{n},对象{n},其他,629901001001\n")
                }),
            ),
            ("pairings", format!("worker,recipient,start\n{pairings}")),
        ];
        let mut args = vec!["import".to_owned()];
        for (list, text) in lists {
            let file = site.temp.path().join(list);
            fs::write(&file, text).unwrap();
            args.extend([format!("--{list}"), file.display().to_string()]);
        }
        let output = site.run(&args);
        assert!(output.status.success(), "{}", text(&output));
        site
    }

    fn command<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sync-server"));
        command.args(arguments).env("LIANXIN_DATA", self.temp.path().join("data")).env("LIANXIN_LANG", "en");
        command.env("DATABASE_URL", self.database.text()).env_remove("RUST_LOG").stdin(Stdio::null());
        command
    }

    fn run<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn serve(&self) -> Server {
        Server::start(self.command(&["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::null()))
    }

    fn code(&self, worker: &str) -> String {
        let output = self.run(&["enrol", worker]);
        assert!(output.status.success(), "{}", text(&output));
        let said = text(&output);
        let is_code = |w: &&str| w.len() == 11 && w.as_bytes()[5] == b'-';
        said.split_whitespace().find(is_code).unwrap_or_else(|| panic!("{said}")).to_owned()
    }
}

/// A running server process, killed when it is dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        // Written once the port is bound.
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url =
            line.split_whitespace().find(|w| w.starts_with("http")).unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { child, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGKILL; fails if the test has ended it already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Everything that a phone may hold, pulled from the beginning, each scope checked against the server's digest.
async fn holdings(client: &PhoneClient) -> (Option<Epoch>, BTreeMap<RowId, Row>, BTreeMap<Scope, Digest>) {
    let (mut cursors, mut epoch, mut digests) = (BTreeMap::new(), None, BTreeMap::new());
    let mut held: BTreeMap<Scope, BTreeSet<RowId>> = BTreeMap::new();
    let mut rows = BTreeMap::new();
    loop {
        let client_now = shared::Moment::shanghai(chrono::Utc::now().timestamp_millis());
        let ask = PullRequest {
            proto: 1,
            device: client.phone.device,
            epoch,
            cursors: cursors.clone(),
            client_now,
            ask: vec![],
            keys: None,
        };
        let page: PullReply = send(client.post("/v1/pull", json(&ask))).await.unwrap().ok();
        epoch = Some(page.epoch);
        for scope in page.scopes {
            let here = held.entry(scope.scope).or_default();
            for raw in &scope.rows {
                let row: Row = serde_json::from_str(raw.get()).unwrap();
                here.insert(row.id);
                rows.insert(row.id, row);
            }
            scope.gone.iter().for_each(|id| _ = here.remove(id));
            cursors.insert(scope.scope, scope.cursor);
            if let Some(digest) = scope.digest.filter(|_| !page.more) {
                let mut own = Digest::default();
                here.iter().for_each(|id| own.add(*id, rows[id].rev));
                assert_eq!(own, digest, "digest of {}", scope.scope);
                digests.insert(scope.scope, digest);
            }
        }
        if !page.more {
            return (epoch, rows, digests);
        }
    }
}

/// Ids of the visits among rows.
fn visits(rows: &BTreeMap<RowId, Row>) -> BTreeSet<RowId> {
    rows.values().filter(|r| r.kind == shared::Kind::Visit).map(|r| r.id).collect()
}

/// Pushes the outbox to `url` until it is acknowledged; changes to `other` if the server is gone.
async fn push_somewhere(client: &mut PhoneClient, url: &str, other: &str) {
    let last = client.phone.last();
    for url in [url, other, url, other].into_iter().cycle().take(40) {
        client.url = url.to_owned();
        match client.try_push().await {
            Ok(PushVerdict::Accepted { acked_through, outcomes }) => {
                assert_eq!((acked_through, outcomes), (last, vec![]));
                return;
            }
            Ok(other) => panic!("{other:?}"),
            Err(_) => {}
        }
    }
    panic!("no server took it");
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_that_use_two_servers_converge_without_loss_or_doubles() {
    const ROUNDS: usize = 12;
    let site = Site::ready();
    let (one, two) = (site.serve(), site.serve());
    let mut clients = Vec::new();
    for n in 0..6 {
        // Commands work beside the servers and use the database directly.
        let code = site.code(&format!("W{}", n % 3 + 1));
        clients.push(PhoneClient::enrol(if n % 2 == 0 { &one.url } else { &two.url }, &code, n as u128 + 1).await);
    }
    let mut tasks = Vec::new();
    for (n, mut client) in clients.into_iter().enumerate() {
        let urls = [one.url.clone(), two.url.clone()];
        tasks.push(tokio::spawn(async move {
            let mut recorded = BTreeSet::new();
            for round in 0..ROUNDS {
                for k in 0..=round % 3 {
                    let who = recipient_id(&format!("R{}", (n + k) % 4 + 1));
                    recorded.insert(client.phone.visit(who, "home", &today()));
                }
                let (here, there) = (&urls[(n + round) % 2], &urls[(n + round + 1) % 2]);
                if round % 4 == 3 {
                    // The same push to both at once, as after a late reply.
                    let body = json(&client.phone.push());
                    let post = |url: &str| {
                        client.http.post(format!("{url}/v1/push")).bearer_auth(&client.token.0).body(body.clone())
                    };
                    let (a, b) = tokio::join!(send(post(here)), send(post(there)));
                    let (a, b): (PushReply, PushReply) = (a.unwrap().ok(), b.unwrap().ok());
                    assert_eq!(a.verdict, b.verdict);
                }
                push_somewhere(&mut client, here, there).await;
                client.url = there.clone();
                let (_, rows, _) = holdings(&client).await;
                assert!(visits(&rows).is_superset(&recorded), "a visit pushed to one server is pulled from the other");
            }
            (client, recorded)
        }));
    }
    let mut all = BTreeSet::new();
    let mut clients = Vec::new();
    for task in tasks {
        let (client, recorded) = task.await.unwrap();
        all.extend(recorded);
        clients.push(client);
    }
    // One server is killed; phones go on with the other.
    let gone = one.url.clone();
    drop(one);
    for client in &mut clients {
        all.insert(client.phone.visit(recipient_id("R1"), "phone", &today()));
        push_somewhere(client, &gone, &two.url).await;
    }
    let three = site.serve();
    let mut seen: Vec<BTreeMap<Scope, Digest>> = Vec::new();
    for client in &mut clients {
        for url in [&two.url, &three.url] {
            client.url = url.clone();
            let (_, rows, digests) = holdings(client).await;
            assert_eq!(visits(&rows), all, "each visit once, on every phone, from every server");
            seen.push(digests);
        }
    }
    for pair in seen.chunks(2) {
        assert_eq!(pair[0], pair[1], "both servers prove the same");
    }
}

#[tokio::test]
async fn a_backup_restores_into_an_empty_database_with_a_new_epoch_and_overwrites_none() {
    let site = Site::ready();
    let server = site.serve();
    let mut client = PhoneClient::enrol(&server.url, &site.code("W1"), 1).await;
    let before = client.phone.visit(recipient_id("R3"), "home", &today());
    client.push().await;
    let copy = site.temp.path().join("copy.dump");
    let output = site.run(&["backup", "--to", copy.to_str().unwrap()]);
    assert!(output.status.success() && text(&output).contains("Backup done"), "{}", text(&output));
    let after = client.phone.visit(recipient_id("R4"), "home", &today());
    client.push().await;
    let (epoch, rows, _) = holdings(&client).await;
    assert_eq!(visits(&rows), BTreeSet::from([before, after]));

    let restore = ["restore", "--from", copy.to_str().unwrap()];
    let refused = site.run(&restore);
    assert_eq!(refused.status.code(), Some(3));
    assert!(text(&refused).contains("holds a store already"), "{}", text(&refused));
    let list = site.temp.path().join("areas");
    let other = Site { database: Database::new(), temp: TempDir::new() };
    let no_backup = other.run(&["restore", "--from", list.to_str().unwrap()]);
    assert_eq!(no_backup.status.code(), Some(1), "{}", text(&no_backup));
    let restored = other.run(&restore);
    assert!(restored.status.success() && text(&restored).contains("Restore done"), "{}", text(&restored));

    let server = other.serve();
    client.url = server.url.clone();
    let (new_epoch, rows, _) = holdings(&client).await;
    assert_eq!(visits(&rows), BTreeSet::from([before]), "the store is as of the backup");
    assert_ne!(new_epoch, epoch, "devices notice the restore");
}

#[tokio::test]
async fn a_database_on_the_command_line_is_the_store_of_every_command() {
    let site = Site::ready();
    let url = site.database.text();
    let command = |line: &[&str]| {
        let mut command = site.command(&[line, &["--database", &url]].concat());
        command.env_remove("DATABASE_URL").stderr(Stdio::null());
        command
    };
    let enrolled = command(&["enrol", "W1"]).output().unwrap();
    assert!(enrolled.status.success(), "the roster is in the database that the variable named: {enrolled:?}");
    let said = text(&enrolled);
    let is_code = |w: &&str| w.len() == 11 && w.as_bytes()[5] == b'-';
    let code = said.split_whitespace().find(is_code).unwrap();
    let server = Server::start(&mut command(&["serve", "--listen", "127.0.0.1:0"]));
    let mut client = PhoneClient::enrol(&server.url, code, 1).await;
    let visit = client.phone.visit(recipient_id("R1"), "home", &today());
    client.push().await;
    drop(server);
    // The command line overrides the variable.
    let mut other = command(&["serve", "--listen", "127.0.0.1:0"]);
    other.env("DATABASE_URL", "postgres://nobody@localhost:1/nowhere");
    let server = Server::start(&mut other);
    client.url = server.url.clone();
    assert_eq!(visits(&holdings(&client).await.1), BTreeSet::from([visit]));
    let files = fs::read_dir(site.temp.path().join("data")).unwrap();
    let names: Vec<String> = files.map(|f| f.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert!(names.iter().all(|name| !name.contains(".db")), "{names:?}");
}

#[test]
fn a_mistyped_database_is_reported_and_creates_nothing() {
    let site = Site::new();
    let output = site.run(&["enrol", "W1"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output).contains("There is no data in the database postgres://"), "{}", text(&output));
    let output =
        site.command(&["enrol", "W1"]).env("DATABASE_URL", "postgres://nobody@db.invalid/x?sslmode=disable").output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("in the clear"), "{}", text(&output));
}

#[tokio::test]
async fn neither_the_databases_password_nor_a_name_is_in_the_log_at_any_level() {
    let site = Site::ready();
    let url = site.database.text().replace("postgres@", "postgres:geheim%21@");
    let log: PathBuf = site.temp.path().join("log");
    let mut command = site.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("DATABASE_URL", url).env("RUST_LOG", "trace").stderr(fs::File::create(&log).unwrap());
    let server = Server::start(&mut command);
    let mut client = PhoneClient::enrol(&server.url, &site.code("W1"), 1).await;
    client.phone.visit(recipient_id("R1"), "home", &today());
    client.push().await;
    drop(server);
    let log = fs::read_to_string(&log).unwrap();
    assert!(log.contains("/v1/push"), "it logs");
    for secret in ["geheim", "谷军", "对象1", &client.token.0] {
        assert!(!log.contains(secret), "{secret}");
    }
}
