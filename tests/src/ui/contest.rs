//! Two people who both correct one person's name without a connection: the first to arrive stands, the second waits for
//! a supervisor.

use super::Fixture;
use crate::day::people::PIN;
use anyhow::{Context, ensure};
use device_core::{
    Device, Paths,
    device::{self, Options},
    views::OutboxItem,
};
use shared::{Fields, RecipientId};

pub struct Contest {
    pub who: RecipientId,
    /// What the person was called before.
    pub before: String,
    /// Whose name stands.
    pub first: Device,
    /// Whose name waits.
    pub second: Device,
    pub stands: String,
    pub waits: String,
}

impl Contest {
    /// On the `n`th person whom two people care for, with phones of their own.
    pub async fn between(fixture: &Fixture, n: usize) -> anyhow::Result<Self> {
        let (one, two, who) = fixture.cared_for_by_two(n)?;
        let mut phones = Vec::new();
        for (worker, name) in [(one, "first"), (two, "second")] {
            let dir = fixture.folder().join(&format!("contest-{n}-{name}"));
            let device = device::start(Paths { dir: Some(dir) }, Options { automatic: false })?;
            device.create_vault(PIN).await?;
            device.enrol(&fixture.township.server.url(), &fixture.code(worker).await?).await?;
            device.sync_now().await?;
            phones.push(device);
        }
        let (second, first) = (phones.pop().context("two phones")?, phones.pop().context("two phones")?);
        let before = first.card(who).await?.item.name;
        let (stands, waits) = (format!("{before}甲"), format!("{before}乙"));
        for (device, name) in [(&first, &stands), (&second, &waits)] {
            device.edit_recipient(who, Fields::new().with("name", name.as_str())).await?;
        }
        for device in [&first, &second] {
            ensure!(device.sync_now().await?.waiting_total == 0, "everything was sent");
        }
        Ok(Self { who, before, first, second, stands, waits })
    }

    /// What the second one's phone asks them to look at, after a sync.
    pub async fn told(&self) -> anyhow::Result<OutboxItem> {
        let view = self.second.sync_now().await?;
        view.attention.into_iter().next().context("the second one is told")
    }
}
