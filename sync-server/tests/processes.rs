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
use support::{Line, json, send, today};
use sync_server::{
    import::recipient_id,
    testing::{TempDir, postgres::Database},
};

/// A database, a folder for photos and lists, and commands on them.
struct Site {
    database: Database,
    temp: TempDir,
}

impl Site {
    fn new() -> Self {
        Self { database: Database::new(), temp: TempDir::new() }
    }

    /// Workers W1 to W3 in one village, each in care of everybody there.
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
        let mut line = vec!["import".to_owned()];
        for (list, text) in lists {
            let file = site.temp.path().join(list);
            fs::write(&file, text).unwrap();
            line.extend([format!("--{list}"), file.display().to_string()]);
        }
        let output = site.run(&line);
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
        // SIGKILL; ended already where a test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Everything a phone may hold, from the beginning, each scope checked against the digest that the server gives.
async fn holdings(line: &Line) -> (Option<Epoch>, BTreeMap<RowId, Row>, BTreeMap<Scope, Digest>) {
    let (mut cursors, mut epoch, mut digests) = (BTreeMap::new(), None, BTreeMap::new());
    let mut held: BTreeMap<Scope, BTreeSet<RowId>> = BTreeMap::new();
    let mut rows = BTreeMap::new();
    loop {
        let client_now = shared::Moment::shanghai(chrono::Utc::now().timestamp_millis());
        let ask = PullRequest {
            proto: 1,
            device: line.phone.device,
            epoch,
            cursors: cursors.clone(),
            client_now,
            ask: vec![],
            keys: None,
        };
        let page: PullReply = send(line.post("/v1/pull", json(&ask))).await.unwrap().ok();
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

fn visits(rows: &BTreeMap<RowId, Row>) -> BTreeSet<RowId> {
    rows.values().filter(|r| r.kind == shared::Kind::Visit).map(|r| r.id).collect()
}

/// Pushes what waits to `url`, as often as it takes; a server that is gone is left for `other`.
async fn push_somewhere(line: &mut Line, url: &str, other: &str) {
    let last = line.phone.last();
    for url in [url, other, url, other].into_iter().cycle().take(40) {
        line.url = url.to_owned();
        match line.try_push().await {
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
async fn phones_that_speak_to_two_servers_alternately_and_at_once_converge_and_nothing_is_lost_or_doubled() {
    const ROUNDS: usize = 12;
    let site = Site::ready();
    let (one, two) = (site.serve(), site.serve());
    let mut lines = Vec::new();
    for n in 0..6 {
        // Commands work beside the servers, through neither.
        let code = site.code(&format!("W{}", n % 3 + 1));
        lines.push(Line::enrol(if n % 2 == 0 { &one.url } else { &two.url }, &code, n as u128 + 1).await);
    }
    let mut tasks = Vec::new();
    for (n, mut line) in lines.into_iter().enumerate() {
        let urls = [one.url.clone(), two.url.clone()];
        tasks.push(tokio::spawn(async move {
            let mut recorded = BTreeSet::new();
            for round in 0..ROUNDS {
                for k in 0..=round % 3 {
                    let who = recipient_id(&format!("R{}", (n + k) % 4 + 1));
                    recorded.insert(line.phone.visit(who, "home", &today()));
                }
                let (here, there) = (&urls[(n + round) % 2], &urls[(n + round + 1) % 2]);
                if round % 4 == 3 {
                    // The same push to both at once, as after an answer that came too late.
                    let body = json(&line.phone.push());
                    let post = |url: &str| {
                        line.http.post(format!("{url}/v1/push")).bearer_auth(&line.token.0).body(body.clone())
                    };
                    let (a, b) = tokio::join!(send(post(here)), send(post(there)));
                    let (a, b): (PushReply, PushReply) = (a.unwrap().ok(), b.unwrap().ok());
                    assert_eq!(a.verdict, b.verdict);
                }
                push_somewhere(&mut line, here, there).await;
                line.url = there.clone();
                let (_, rows, _) = holdings(&line).await;
                assert!(visits(&rows).is_superset(&recorded), "what one server took, the other shows");
            }
            (line, recorded)
        }));
    }
    let mut all = BTreeSet::new();
    let mut lines = Vec::new();
    for task in tasks {
        let (line, recorded) = task.await.unwrap();
        all.extend(recorded);
        lines.push(line);
    }
    // One server is killed; phones go on with the other.
    let gone = one.url.clone();
    drop(one);
    for line in &mut lines {
        all.insert(line.phone.visit(recipient_id("R1"), "phone", &today()));
        push_somewhere(line, &gone, &two.url).await;
    }
    let three = site.serve();
    let mut seen: Vec<BTreeMap<Scope, Digest>> = Vec::new();
    for line in &mut lines {
        for url in [&two.url, &three.url] {
            line.url = url.clone();
            let (_, rows, digests) = holdings(line).await;
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
    let mut line = Line::enrol(&server.url, &site.code("W1"), 1).await;
    let before = line.phone.visit(recipient_id("R3"), "home", &today());
    line.push().await;
    let copy = site.temp.path().join("copy.dump");
    let output = site.run(&["backup", "--to", copy.to_str().unwrap()]);
    assert!(output.status.success() && text(&output).contains("Backup done"), "{}", text(&output));
    let after = line.phone.visit(recipient_id("R4"), "home", &today());
    line.push().await;
    let (epoch, rows, _) = holdings(&line).await;
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
    line.url = server.url.clone();
    let (new_epoch, rows, _) = holdings(&line).await;
    assert_eq!(visits(&rows), BTreeSet::from([before]), "the store is as of the backup");
    assert_ne!(new_epoch, epoch, "devices can tell");
}

#[tokio::test]
async fn a_database_named_on_the_command_line_is_the_store_of_every_command_and_no_file_is_one() {
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
    let mut line = Line::enrol(&server.url, code, 1).await;
    let visit = line.phone.visit(recipient_id("R1"), "home", &today());
    line.push().await;
    drop(server);
    // What is named on the line goes before the variable.
    let mut other = command(&["serve", "--listen", "127.0.0.1:0"]);
    other.env("DATABASE_URL", "postgres://nobody@localhost:1/nowhere");
    let server = Server::start(&mut other);
    line.url = server.url.clone();
    assert_eq!(visits(&holdings(&line).await.1), BTreeSet::from([visit]));
    let files = fs::read_dir(site.temp.path().join("data")).unwrap();
    let names: Vec<String> = files.map(|f| f.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert!(names.iter().all(|name| !name.contains(".db")), "{names:?}");
}

#[test]
fn a_mistyped_database_is_said_and_made_into_nothing() {
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
    let mut line = Line::enrol(&server.url, &site.code("W1"), 1).await;
    line.phone.visit(recipient_id("R1"), "home", &today());
    line.push().await;
    drop(server);
    let log = fs::read_to_string(&log).unwrap();
    assert!(log.contains("/v1/push"), "it logs");
    for secret in ["geheim", "谷军", "对象1", &line.token.0] {
        assert!(!log.contains(secret), "{secret}");
    }
}
