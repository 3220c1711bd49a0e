//! A real device core over real HTTP, driven as the app drives it: the calls on another thread than the store, some steps
//! ahead where the core knows it. A kind of step is timed from the first of them going out to the last reply taken in.

use anyhow::{Context, bail};
use device_core::{
    Command, Core, Paths, Reply, Step, StepReply,
    client::{HttpClient, ServerAddress},
    device::SystemEnv,
};
use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;

const PIN: &str = "4826";

pub struct Handheld {
    pub core: Core,
    pub client: HttpClient,
}

/// A call that is out.
struct Out {
    name: &'static str,
    began: Instant,
    call: JoinHandle<StepReply>,
}

/// What a sync did, by the name of its steps.
#[derive(Debug, Default)]
pub struct Spent {
    pub calls: BTreeMap<&'static str, u32>,
    /// From when to when.
    spans: BTreeMap<&'static str, (Instant, Instant)>,
    pub up: u64,
    pub down: u64,
}

impl Spent {
    pub fn calls(&self) -> u32 {
        self.calls.values().sum()
    }
    pub fn time(&self, step: &str) -> Duration {
        self.spans.get(step).map_or(Duration::ZERO, |(from, to)| *to - *from)
    }
}

impl Handheld {
    /// Opens the store at `home`, made at the first time.
    pub fn open(home: &Path, server: &str) -> anyhow::Result<Self> {
        let places = Paths { dir: Some(home.to_owned()) };
        let mut core = match Core::open(places, Box::new(SystemEnv::default())) {
            Ok(core) => core,
            Err(refusal) => bail!("open the device: {refusal}"),
        };
        let pin = PIN.to_owned();
        let command = match home.join("store.db").exists() {
            true => Command::Unlock { pin },
            false => Command::CreateVault { pin },
        };
        match core.handle(command) {
            Reply::Status(_) => {}
            other => bail!("unlock the device: {other:?}"),
        }
        Ok(Self { core, client: HttpClient::new(ServerAddress::parse(server)?)? })
    }

    pub async fn enrol(&mut self, server: &str, code: &str) -> anyhow::Result<()> {
        self.network(Command::Enrol { server: server.to_owned(), code: code.to_owned() }).await?;
        Ok(())
    }

    pub async fn sync(&mut self) -> anyhow::Result<Spent> {
        self.network(Command::SyncNow).await
    }

    async fn network(&mut self, command: Command) -> anyhow::Result<Spent> {
        if let Some(receipt) = self.core.begin(&command) {
            bail!("refused: {receipt:?}");
        }
        let mut spent = Spent::default();
        self.client.traffic().take();
        let mut out: VecDeque<Out> = VecDeque::new();
        loop {
            let mut began = Instant::now();
            while let Some(step) = self.core.pipeline_step(out.len()) {
                out.push_back(self.send(step, began));
                began = Instant::now();
            }
            let Some(Out { name, began, call }) = out.pop_front() else { break };
            let reply = call.await?;
            if out.is_empty()
                && let Some(behind) = self.core.pipeline_behind(&reply)
            {
                out.push_back(self.send(behind, Instant::now()));
            }
            self.core.apply(reply);
            *spent.calls.entry(name).or_default() += 1;
            let span = spent.spans.entry(name).or_insert((began, began));
            span.1 = Instant::now();
        }
        (spent.up, spent.down) = self.client.traffic().take();
        self.core.idle();
        match self.core.network_reply() {
            Reply::Sync(view) if view.last_problem.is_some() => bail!("the sync failed: {:?}", view.last_problem),
            Reply::Sync(_) | Reply::Status(_) => Ok(spent),
            other => bail!("the device says {other:?}"),
        }
    }

    fn send(&self, step: Step, began: Instant) -> Out {
        let (name, client) = (step.name(), self.client.clone());
        Out { name, began, call: tokio::spawn(async move { step.run(&client).await }) }
    }

    /// Saves something; it must succeed.
    pub fn save(&mut self, command: Command) -> anyhow::Result<()> {
        match self.core.handle(command) {
            Reply::Saved { .. } => Ok(()),
            other => bail!("not saved: {other:?}"),
        }
    }

    /// Makes the next step and sends it, without taking the reply in: what idle load costs the server alone.
    pub fn first_step(&mut self) -> anyhow::Result<Step> {
        if let Some(receipt) = self.core.begin(&Command::SyncNow) {
            bail!("refused: {receipt:?}");
        }
        self.core.next_step().context("a sync begins with a step")
    }
}
