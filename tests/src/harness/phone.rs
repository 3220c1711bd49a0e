//! A phone as a process of its own: the real device core with its encrypted store, told what to do over pipes. So a
//! kill is a kill: no destructor runs, no buffer is flushed, nothing is closed.
//!
//! The child is this workspace's `demo` program, called as `demo phone HOME`. One line of JSON each way.

use anyhow::Context;
use device_core::{
    Command, Device, Paths, Reply,
    device::{self, Options, Request},
};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Child,
    sync::mpsc,
};

#[derive(Serialize, Deserialize)]
struct Ask {
    id: u64,
    command: Command,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    id: u64,
    receipt: Reply,
}

/// The child's side: serves commands from standard input until it ends. Syncs only when asked to.
pub async fn serve(home: PathBuf) -> anyhow::Result<()> {
    let device = device::start(Paths { dir: Some(home) }, Options { automatic: false })?;
    let (answers, mut outbox) = mpsc::unbounded_channel::<Answer>();
    let writing = tokio::spawn(async move {
        let mut out = tokio::io::stdout();
        while let Some(answer) = outbox.recv().await {
            let Ok(line) = serde_json::to_string(&answer) else { continue };
            if out.write_all(format!("{line}\n").as_bytes()).await.is_err() || out.flush().await.is_err() {
                return;
            }
        }
    });
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let Ask { id, command } = serde_json::from_str(&line).context("a command that this build does not know")?;
        let (device, answers) = (device.clone(), answers.clone());
        // Side by side: a save must not wait for a sync that is under way.
        tokio::spawn(async move { answers.send(Answer { id, receipt: device.call(command).await }) });
    }
    drop(answers);
    writing.await?;
    Ok(())
}

/// The parent's side.
pub struct Phone {
    program: PathBuf,
    home: PathBuf,
    child: Child,
    device: Device,
}

impl Phone {
    /// Starts a phone on the store in `home`. `program` is the `demo` binary.
    pub fn start(program: &Path, home: &Path) -> anyhow::Result<Self> {
        let (child, device) = spawn(program, home)?;
        Ok(Self { program: program.to_owned(), home: home.to_owned(), child, device })
    }

    /// What a screen would hold. After [`Phone::kill`] its calls are refused.
    pub fn device(&self) -> &Device {
        &self.device
    }

    pub fn home(&self) -> &Path {
        &self.home
    }

    /// SIGKILL, as when the system needs memory or the battery is pulled.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("kill a phone")
    }

    /// Starts it anew on the same store. The store is locked, as after every start.
    pub fn start_again(&mut self) -> anyhow::Result<()> {
        (self.child, self.device) = spawn(&self.program, &self.home)?;
        Ok(())
    }
}

fn spawn(program: &Path, home: &Path) -> anyhow::Result<(Child, Device)> {
    let mut child = tokio::process::Command::new(program)
        .arg("phone")
        .arg(home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("start {} phone", program.display()))?;
    let mut to_child = child.stdin.take().context("the pipe was asked for")?;
    let from_child = child.stdout.take().context("the pipe was asked for")?;
    let (device, mut requests, _hub) = Device::pair();
    let waiting = Arc::new(Mutex::new(HashMap::new()));
    let answering = waiting.clone();
    tokio::spawn(async move {
        let mut lines = BufReader::new(from_child).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let Ok(Answer { id, receipt }) = serde_json::from_str(&line) else { continue };
            let asked: Option<futures_channel::oneshot::Sender<Reply>> =
                answering.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            if let Some(asked) = asked {
                // Whoever asked may have left.
                let _ = asked.send(receipt);
            }
        }
        // The child is gone: whoever still waits is told so.
        answering.lock().unwrap_or_else(PoisonError::into_inner).clear();
    });
    tokio::spawn(async move {
        let mut id = 0;
        while let Some(Request { command, reply }) = requests.next().await {
            id += 1;
            let Ok(line) = serde_json::to_string(&Ask { id, command }) else { continue };
            waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id, reply);
            if to_child.write_all(format!("{line}\n").as_bytes()).await.is_err() {
                waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            }
        }
    });
    Ok((child, device))
}
