//! A real PostgreSQL for tests: one cluster per test process, on a socket in a temporary folder, and a new database for
//! each [`Database`]. It is independent of any PostgreSQL of the system.
//!
//! A watcher owns the cluster: a small shell that reads from a pipe whose other end only the test process holds. When
//! that process ends in any way, the pipe closes, and the watcher stops the cluster and removes its folder.

use crate::store::postgres::{DatabaseUrl, PgStore, find_program};
use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
};

/// The user that PostgreSQL runs as where the tests run as root, which PostgreSQL refuses.
const USER: &str = "postgres";

/// A new database, dropped with this value.
pub struct Database {
    url: DatabaseUrl,
    name: String,
}

impl Database {
    /// Panics, naming what to install, where there is no PostgreSQL.
    #[expect(clippy::new_without_default, reason = "it starts programs")]
    pub fn new() -> Self {
        Self::with("")
    }

    /// With further options of `CREATE DATABASE`.
    pub fn with(more: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let cluster = cluster();
        cluster.run(format!("CREATE DATABASE {name} {more}"));
        let url = cluster.url(&name);
        Self { url, name }
    }

    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// The URL as an argument.
    pub fn text(&self) -> String {
        // The cluster accepts every connection on its socket, so there is no password to leave out.
        self.url.without_password()
    }

    /// A store on it; several may be open at once.
    pub async fn open(&self) -> PgStore {
        PgStore::open(&self.url).await.expect("a fresh database takes a store")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The test is over: stores that are still open lose their connections.
        cluster().run(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// The process's cluster.
struct Cluster {
    folder: PathBuf,
    statements: Mutex<mpsc::Sender<Request>>,
    /// The watcher reads its pipe; it is never waited for.
    _watcher: Child,
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    match CLUSTER.get_or_init(Cluster::start) {
        Ok(cluster) => cluster,
        Err(why) => panic!("{why}"),
    }
}

impl Cluster {
    fn start() -> Result<Self, String> {
        let missing = || "No PostgreSQL was found for the tests. Run: scripts/setup.sh test".to_owned();
        let initdb = find_program("initdb").ok_or_else(missing)?;
        let postgres = find_program("postgres").ok_or_else(missing)?;
        let failed = |what: &str, why: String| format!("The tests' PostgreSQL: {what}: {why}");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_nanos();
        let folder = std::env::temp_dir().join(format!("lianxin-pg-{}-{now:x}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|e| failed("no folder", e.to_string()))?;
        let own = give_to_user(&folder).map_err(|e| failed("its folder", e))?;

        let data = folder.join("data");
        let mut init = as_user(own, &initdb);
        init.arg("--pgdata").arg(&data).args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        let output =
            init.arg("--no-sync").current_dir(&folder).output().map_err(|e| failed("initdb", e.to_string()))?;
        if !output.status.success() {
            let _ = fs::remove_dir_all(&folder);
            return Err(failed("initdb", String::from_utf8_lossy(&output.stderr).into_owned()));
        }

        // In its own process group, so that Ctrl-C reaches the tests and the watcher acts on the closed pipe only.
        let script = r#"folder=$1; shift
            "$@" 2>&1 & server=$!
            exec >/dev/null 2>&1
            read -r _
            kill -QUIT "$server"; wait "$server"; rm -rf "$folder""#;
        let server = as_user(own, &postgres);
        let mut watcher = Command::new("/bin/sh");
        watcher.arg("-c").arg(script).arg("watcher").arg(&folder).arg(server.get_program()).args(server.get_args());
        watcher.arg("-D").arg(&data).arg("-k").arg(&folder).args(["-c", "listen_addresses="]);
        // A test's data need not survive a power cut, so nothing is synced.
        watcher.args(["-F", "-c", "full_page_writes=off", "-c", "max_connections=200", "-c", "shared_buffers=64MB"]);
        watcher
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        let mut watcher = watcher.spawn().map_err(|e| failed("its watcher", e.to_string()))?;
        let log = BufReader::new(watcher.stdout.take().ok_or_else(|| failed("its watcher", "no output".into()))?);
        wait_until_ready(log).map_err(|e| failed("it did not start", e))?;
        let statements = Mutex::new(statement_thread(url(&folder, "postgres")));
        Ok(Self { folder, statements, _watcher: watcher })
    }

    fn url(&self, database: &str) -> DatabaseUrl {
        url(&self.folder, database)
    }

    /// Runs a statement on the cluster's own database, from any thread, inside a runtime or not.
    fn run(&self, statement: String) {
        let (answer, reply) = mpsc::channel();
        let sent = self.statements.lock().unwrap_or_else(PoisonError::into_inner).send((statement, answer));
        let outcome = sent.map_err(|e| e.to_string()).and_then(|()| reply.recv().map_err(|e| e.to_string())?);
        if let Err(why) = outcome
            && !std::thread::panicking()
        {
            panic!("the tests' PostgreSQL: {why}");
        }
    }
}

fn url(folder: &Path, database: &str) -> DatabaseUrl {
    let text = format!("postgres://postgres@/{database}?host={}", folder.display());
    text.parse().expect("a temporary folder's path needs no escapes")
}

/// Reads the log until PostgreSQL accepts connections. The rest is read and dropped, so that its output never blocks.
fn wait_until_ready(output: impl BufRead + Send + 'static) -> Result<(), String> {
    let mut lines = output.lines().map_while(Result::ok);
    let mut log = Vec::new();
    for line in &mut lines {
        if line.contains("ready to accept connections") {
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(());
        }
        log.push(line);
    }
    Err(log.join("\n"))
}

type Request = (String, mpsc::Sender<Result<(), String>>);

/// Starts a thread with a connection to the cluster's own database.
fn statement_thread(url: DatabaseUrl) -> mpsc::Sender<Request> {
    let (sender, requests) = mpsc::channel::<Request>();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("the system gives a test its threads").block_on(async move {
            let (client, connection) = url.config().connect(tokio_postgres::NoTls).await.expect("the cluster is ready");
            tokio::spawn(connection);
            // The connection makes progress while a statement is awaited, which is enough here.
            while let Ok((statement, answer)) = requests.recv() {
                let outcome = client.batch_execute(&statement).await;
                // The caller may have ended with its test.
                let _ = answer.send(outcome.map_err(|e| e.to_string()));
            }
        });
    });
    sender
}

/// Gives the folder to PostgreSQL's user where the tests run as root; true if so.
fn give_to_user(folder: &Path) -> Result<bool, String> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(|e| e.to_string())?;
    if id(&["-u"])? != 0 {
        return Ok(false);
    }
    let (uid, gid) = (id(&["-u", USER])?, id(&["-g", USER])?);
    std::os::unix::fs::chown(folder, Some(uid), Some(gid)).map_err(|e| e.to_string())?;
    Ok(true)
}

fn id(arguments: &[&str]) -> Result<u32, String> {
    let output = Command::new("id").args(arguments).output().map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| format!("there is no user {USER}: install postgresql (scripts/setup.sh test)"))
}

/// A program, run as PostgreSQL's user or as this process's.
fn as_user(own: bool, program: &Path) -> Command {
    if !own {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", USER, "--init-groups", "--"]).arg(program);
    command
}
