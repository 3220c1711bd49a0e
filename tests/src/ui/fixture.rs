//! The demo township on a real server, and the ways of phones to it.

use crate::{
    city::plan::recipient_id,
    day::{DayPaths, Language, Narrator, Township},
    harness::{Folder, Proxy, Tool, recorder::now_ms},
};
use anyhow::{Context, ensure};
use device_core::{
    Device, Paths,
    device::{self, Options},
};
use shared::{
    AreaLevel, Day, RecipientId,
    records::{Role, Worker},
    wire::enrol::EnrolLink,
};
use std::path::Path;

pub struct Fixture {
    pub township: Township,
    pub today: Day,
    // Last: the server ends before its folder goes.
    paths: DayPaths,
}

impl Fixture {
    /// The township with its history; every store of it lies in a folder that goes away with it.
    pub async fn build() -> anyhow::Result<Self> {
        let paths = DayPaths {
            // Nobody here is a phone without a screen.
            program: std::env::current_exe()?,
            server: Tool::SyncServer.path()?,
            folder: Folder::temporary("ui")?,
            today: Day::of_utc_ms(now_ms()),
        };
        let mut narrator = Narrator::new(Language::En);
        let township = Township::set(&paths, &mut narrator).await?;
        ensure!(narrator.failed().is_empty(), "the township is not whole: {:?}", narrator.failed());
        Ok(Self { township, today: paths.today, paths })
    }

    pub fn folder(&self) -> &Folder {
        &self.paths.folder
    }

    /// Index of the worker who spends the day in the field: the first village's grid worker, with some ten households.
    pub fn worker(&self) -> anyhow::Result<usize> {
        self.township.plan.carers().next().context("the township has carers")
    }

    pub fn person(&self, index: usize) -> &Worker {
        &self.township.plan.workers[index]
    }

    /// Who a worker cares for, without doubles.
    pub fn in_care(&self, index: usize) -> Vec<RecipientId> {
        let plan = &self.township.plan;
        let mut all: Vec<usize> = plan.pairs_of(index).iter().map(|pair| pair.recipient).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().map(|n| recipient_id(&plan.recipients[n])).collect()
    }

    /// The `n`th person whom two people care for, with both of them.
    pub fn cared_for_by_two(&self, n: usize) -> anyhow::Result<(usize, usize, RecipientId)> {
        let plan = &self.township.plan;
        let others = |recipient: usize, one: usize| {
            plan.pairs.iter().find(|p| p.recipient == recipient && p.worker > one).map(|p| p.worker)
        };
        let mut shared = plan.pairs.iter().filter_map(|p| {
            Some((p.worker, others(p.recipient, p.worker)?, recipient_id(&plan.recipients[p.recipient])))
        });
        shared.nth(n).context("the township has people whom two care for")
    }

    /// Index of the township's supervisor.
    pub fn supervisor(&self) -> anyhow::Result<usize> {
        let workers = &self.township.plan.workers;
        let found = workers.iter().position(|w| w.role == Role::Supervisor && w.area.level() == AreaLevel::Township);
        found.context("the township has a supervisor")
    }

    /// A way to the server that can be cut.
    pub async fn line(&self) -> anyhow::Result<Proxy> {
        Ok(Proxy::start(self.township.server.address()?).await?)
    }

    /// A one-time code, as an administrator reads it out.
    pub async fn code(&self, index: usize) -> anyhow::Result<String> {
        self.township.server.code_for(&self.person(index).code).await
    }

    /// A console password, set by an operator of the running server.
    pub async fn password(&self, code: &str) -> anyhow::Result<String> {
        let password = shared::chain::hex(&crate::harness::folder::random::<6>()?);
        let file = self.folder().join("password");
        std::fs::write(&file, &password)?;
        let mut command = tokio::process::Command::new(Tool::SyncServer.path()?);
        command.args(["enrol", "--console", "--password-file"]).arg(&file).arg(code);
        let output = command.env("LIANXIN_DATA", self.township.server.data()).output().await?;
        ensure!(output.status.success(), "enrol --console: {}", String::from_utf8_lossy(&output.stderr));
        Ok(password)
    }

    /// The same as a link, as an administrator sends it.
    pub async fn link(&self, index: usize, server: &str) -> anyhow::Result<String> {
        Ok(EnrolLink { server: server.to_owned(), code: self.code(index).await? }.to_text())
    }
}

/// Opens a phone's store without its app, which must be closed: for what no screen shows.
pub async fn inside(home: &Path, pin: &str) -> anyhow::Result<Device> {
    let device = device::start(Paths { dir: Some(home.to_owned()) }, Options { automatic: false })?;
    device.unlock(pin).await?;
    Ok(device)
}
