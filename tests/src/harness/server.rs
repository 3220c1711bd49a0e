//! The server as its operators run it: the real program on a data folder, killed and started again.

use anyhow::{Context, bail, ensure};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};
use sync_server::{
    core::{Settings, SystemEnv},
    data::DataDir,
    store::postgres::DatabaseUrl,
};
use tokio::process::{Child, Command};

/// 60 s for a start: a store that was killed replays its log first.
const START: Duration = Duration::from_secs(60);

pub struct Server {
    program: PathBuf,
    data: PathBuf,
    running: Option<(Child, SocketAddr)>,
    /// The port of the first start; kept, so that whoever knows the address finds it again.
    port: u16,
    /// A database's URL, where it is not the file in `data`.
    database: Option<String>,
}

impl Server {
    /// Nothing is started yet. `data` is made when it is first needed.
    pub fn new(program: PathBuf, data: PathBuf) -> Self {
        Self { program, data, running: None, port: 0, database: None }
    }

    /// On a database instead of the file in its folder.
    pub fn on_database(mut self, url: &str) -> Self {
        self.database = Some(url.to_owned());
        self
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The data folder, with the database where there is one.
    pub fn folder(&self) -> anyhow::Result<DataDir> {
        let database = self.database.as_deref().map(str::parse::<DatabaseUrl>).transpose()?;
        Ok(DataDir::new(&self.data)?.with_database(database))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).env("LIANXIN_DATA", &self.data).stdin(Stdio::null()).kill_on_drop(true);
        if let Some(url) = &self.database {
            command.env("DATABASE_URL", url);
        }
        command
    }

    /// Runs a command of the program to its end; what it printed.
    async fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.command(arguments).output().await.context("start sync-server")?;
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "sync-server {} failed:\n{out}{err}", arguments.join(" "));
        Ok(out.into_owned())
    }

    /// Imports the five lists that [`crate::city::roster::write`] made in `folder`.
    pub async fn import(&mut self, folder: &Path) -> anyhow::Result<String> {
        let files: Vec<(String, String)> = crate::city::roster::LISTS
            .iter()
            .map(|list| (format!("--{list}"), folder.join(format!("{list}.csv")).display().to_string()))
            .collect();
        let mut arguments = vec!["import"];
        arguments.extend(files.iter().flat_map(|(option, file)| [option.as_str(), file.as_str()]));
        self.run(&arguments).await
    }

    /// Codes for many workers at once, made by the core on the store itself. Only while the server is not running.
    pub async fn codes_before_start<'a>(
        &self,
        workers: impl IntoIterator<Item = &'a str>,
    ) -> anyhow::Result<Vec<String>> {
        ensure!(self.running.is_none(), "the store is the running server's");
        let data = self.folder()?;
        let _lock = data.lock()?;
        let core = data.open(Arc::new(SystemEnv), Settings::default()).await?;
        let workers: Vec<&str> = workers.into_iter().collect();
        Ok(core.issue_codes(&workers).await?.into_iter().map(|c| c.code).collect())
    }

    /// Sets a console password, generated here. Only while the server is not running.
    pub async fn password_before_start(&self, worker: &str) -> anyhow::Result<String> {
        ensure!(self.running.is_none(), "the store is the running server's");
        let password = shared::chain::hex(&super::folder::random::<6>()?);
        let data = self.folder()?;
        let _lock = data.lock()?;
        let core = data.open(Arc::new(SystemEnv), Settings::default()).await?;
        core.set_password(worker, &password).await?;
        Ok(password)
    }

    /// Starts it and waits until it answers.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        ensure!(self.running.is_none(), "it is running already");
        if self.port == 0 {
            self.port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        }
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        let mut child = self
            .command(&["serve", "--listen", &address.to_string()])
            .stdout(Stdio::null())
            .stderr(std::fs::File::options().create(true).append(true).open(self.log())?)
            .spawn()
            .context("start sync-server serve")?;
        let health = format!("http://{address}/healthz");
        let answers = async {
            loop {
                if let Some(status) = child.try_wait()? {
                    bail!("sync-server ended with {status}; its log is {}", self.log().display());
                }
                if reqwest::get(&health).await.is_ok_and(|r| r.status().is_success()) {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(15)).await;
            }
        };
        tokio::time::timeout(START, answers).await.context("the server did not answer in time")??;
        self.running = Some((child, address));
        Ok(())
    }

    /// What the running server wrote to its log.
    pub fn log(&self) -> PathBuf {
        self.data.with_extension("log")
    }

    /// SIGKILL.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        let (mut child, _) = self.running.take().context("it is not running")?;
        child.kill().await.context("kill the server")
    }

    pub fn address(&self) -> anyhow::Result<SocketAddr> {
        Ok(self.running.as_ref().context("the server is not running")?.1)
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A one-time code for one worker, as an operator gets it from the running server.
    pub async fn code_for(&self, worker: &str) -> anyhow::Result<String> {
        let printed = self.run(&["enrol", worker]).await?;
        // Ten characters of Crockford base 32 with a hyphen in the middle.
        let is_code = |word: &&str| {
            word.len() == 11
                && word.as_bytes()[5] == b'-'
                && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let code = printed.split_whitespace().find(is_code);
        Ok(code.with_context(|| format!("no code in what `enrol` printed:\n{printed}"))?.to_owned())
    }

    /// The most memory that the running server has held so far, in bytes.
    pub fn peak_memory(&self) -> anyhow::Result<u64> {
        let (child, _) = self.running.as_ref().context("the server is not running")?;
        peak_memory(&child.id().context("the server has ended")?.to_string())
    }

    /// Processor seconds that the running server has used so far.
    pub fn cpu_seconds(&self) -> anyhow::Result<f64> {
        let (child, _) = self.running.as_ref().context("the server is not running")?;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id().context("the server has ended")?))?;
        // Fields 14 and 15, in ticks of 1/100 s; the name in field 2 may hold spaces and ends with ')'.
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks: Vec<f64> = after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse().ok()).collect();
        Ok(ticks.iter().sum::<f64>() / 100.0)
    }
}

/// The most memory that a process has held so far, in bytes; `self` for this one.
pub fn peak_memory(process: &str) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|p| p.split_whitespace().next()).and_then(|n| n.parse::<u64>().ok());
    Ok(kilobytes.context("the system tells no peak memory")? * 1024)
}
