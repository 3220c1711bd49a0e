//! A real device core over real HTTP, its sync timed step by step: a step's time holds making it, the call, and taking
//! the reply in.

use anyhow::{Context, bail};
use device_core::{
    Command, Core, Places, Receipt, Step,
    client::{HttpClient, ServerAddress},
    device::World,
};
use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

const PIN: &str = "4826";

pub struct Handheld {
    pub core: Core,
    pub client: HttpClient,
}

/// What a sync did, by the name of its steps.
#[derive(Debug, Default)]
pub struct Spent {
    pub calls: BTreeMap<&'static str, u32>,
    pub time: BTreeMap<&'static str, Duration>,
    pub up: u64,
    pub down: u64,
}

impl Spent {
    pub fn calls(&self) -> u32 {
        self.calls.values().sum()
    }
    pub fn time(&self, step: &str) -> Duration {
        self.time.get(step).copied().unwrap_or_default()
    }
}

impl Handheld {
    /// Opens the store at `home`, made at the first time.
    pub fn open(home: &Path, server: &str) -> anyhow::Result<Self> {
        let places = Places { dir: Some(home.to_owned()) };
        let mut core = match Core::open(places, Box::new(World::default())) {
            Ok(core) => core,
            Err(refusal) => bail!("open the device: {refusal}"),
        };
        let pin = PIN.to_owned();
        let command = match home.join("store.db").exists() {
            true => Command::Unlock { pin },
            false => Command::CreateVault { pin },
        };
        match core.handle(command) {
            Receipt::Status(_) => {}
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
        loop {
            let began = Instant::now();
            let Some(step) = self.core.next_step() else { break };
            let name = step.name();
            let reply = step.run(&self.client).await;
            self.core.apply(reply);
            *spent.calls.entry(name).or_default() += 1;
            *spent.time.entry(name).or_default() += began.elapsed();
        }
        (spent.up, spent.down) = self.client.traffic().take();
        match self.core.network_receipt() {
            Receipt::Sync(view) if view.last_problem.is_some() => bail!("the sync failed: {:?}", view.last_problem),
            Receipt::Sync(_) | Receipt::Status(_) => Ok(spent),
            other => bail!("the device says {other:?}"),
        }
    }

    /// Saves something; it must succeed.
    pub fn save(&mut self, command: Command) -> anyhow::Result<()> {
        match self.core.handle(command) {
            Receipt::Saved { .. } => Ok(()),
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
