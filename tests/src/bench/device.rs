//! A real device core over real HTTP, driven as the app drives it: calls run on another thread than the store, and are
//! pipelined where the core allows it. A kind of step is timed from its first request to its last reply.

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

/// A device core with its HTTP client.
pub struct BenchDevice {
    pub core: Core,
    pub client: HttpClient,
}

/// A call that was sent and is not answered yet.
struct InFlight {
    name: &'static str,
    began: Instant,
    call: JoinHandle<StepReply>,
}

/// Calls, times and bytes of a sync, by the name of its steps.
#[derive(Debug, Default)]
pub struct SyncCost {
    pub calls: BTreeMap<&'static str, u32>,
    /// First request and last reply.
    spans: BTreeMap<&'static str, (Instant, Instant)>,
    pub up: u64,
    pub down: u64,
}

impl SyncCost {
    pub fn calls(&self) -> u32 {
        self.calls.values().sum()
    }
    pub fn time(&self, step: &str) -> Duration {
        self.spans.get(step).map_or(Duration::ZERO, |(from, to)| *to - *from)
    }
}

impl BenchDevice {
    /// Opens the store at `home`, or creates it.
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

    pub async fn sync(&mut self) -> anyhow::Result<SyncCost> {
        self.network(Command::SyncNow).await
    }

    async fn network(&mut self, command: Command) -> anyhow::Result<SyncCost> {
        if let Some(reply) = self.core.begin(&command) {
            bail!("refused: {reply:?}");
        }
        let mut cost = SyncCost::default();
        self.client.traffic().take();
        let mut out: VecDeque<InFlight> = VecDeque::new();
        loop {
            let mut began = Instant::now();
            while let Some(step) = self.core.pipeline_step(out.len()) {
                out.push_back(self.send(step, began));
                began = Instant::now();
            }
            let Some(InFlight { name, began, call }) = out.pop_front() else { break };
            let reply = call.await?;
            if out.is_empty()
                && let Some(behind) = self.core.pipeline_behind(&reply)
            {
                out.push_back(self.send(behind, Instant::now()));
            }
            self.core.apply(reply);
            *cost.calls.entry(name).or_default() += 1;
            let span = cost.spans.entry(name).or_insert((began, began));
            span.1 = Instant::now();
        }
        (cost.up, cost.down) = self.client.traffic().take();
        self.core.idle();
        match self.core.network_reply() {
            Reply::Sync(view) if view.last_problem.is_some() => bail!("the sync failed: {:?}", view.last_problem),
            Reply::Sync(_) | Reply::Status(_) => Ok(cost),
            other => bail!("the device says {other:?}"),
        }
    }

    fn send(&self, step: Step, began: Instant) -> InFlight {
        let (name, client) = (step.name(), self.client.clone());
        InFlight { name, began, call: tokio::spawn(async move { step.run(&client).await }) }
    }

    /// Runs a command that saves. Fails where it is refused.
    pub fn save(&mut self, command: Command) -> anyhow::Result<()> {
        match self.core.handle(command) {
            Reply::Saved { .. } => Ok(()),
            other => bail!("not saved: {other:?}"),
        }
    }

    /// The first step of a sync, to send it without applying the reply: the cost of an idle sync for the server alone.
    pub fn first_step(&mut self) -> anyhow::Result<Step> {
        if let Some(reply) = self.core.begin(&Command::SyncNow) {
            bail!("refused: {reply:?}");
        }
        self.core.next_step().context("a sync begins with a step")
    }
}
