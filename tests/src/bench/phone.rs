//! The device alone: saving, searching and opening, on a store that holds a city's recipients.

use super::{
    Backend, Stage,
    device::BenchDevice,
    table::{Table, Target, ms, percentile},
    township,
};
use crate::harness::recorder::now_ms;
use anyhow::{Context, bail};
use device_core::{
    Command, Reply,
    command::{NewVisit, RecipientQuery},
};
use shared::{
    Day, RecipientId,
    records::{Presence, Role, VisitMode},
};
use std::time::{Duration, Instant};

/// As many recipients as the published city has, all in one township, so that one supervisor's device holds them.
const RECIPIENTS: u32 = 22_427;
const SAVES: usize = 1_000;

pub async fn run(table: &mut Table) -> anyhow::Result<()> {
    let today = Day::of_utc_ms(now_ms());
    let mut stage = Stage::new(&Backend::Sqlite, township(200, RECIPIENTS, today)).await?;
    stage.server.start().await?;
    let url = stage.server.url();
    let of_township = |w: &&shared::records::Worker| w.role == Role::Supervisor && w.area.as_str().len() == 9;
    let supervisor = stage.plan.workers.iter().find(of_township).context("the township has a supervisor")?;
    let code = stage.server.code_for(&supervisor.code).await?;
    let home = stage.home("device");
    let mut device = BenchDevice::open(&home, &url)?;
    device.enrol(&url, &code).await?;
    let first = device.sync().await?;
    table.title("the device alone, on an encrypted store with 22 427 recipients");
    table.note("first sync of all that", first.time("pull").as_secs_f64(), "s");

    let people: Vec<RecipientId> = stage.plan.recipients.iter().map(crate::city::plan::recipient_id).collect();
    let mut saves = Vec::with_capacity(SAVES);
    for n in 0..SAVES {
        let began = Instant::now();
        device.save(Command::SaveVisit(routine(people[n * 17 % people.len()])))?;
        saves.push(began.elapsed());
        // Between saves a screen queries, and the driver is idle.
        device.core.handle(Command::Today);
        device.core.idle();
    }
    saves.sort_unstable();
    table.hold("save a visit, encrypted and durable, p99", ms(percentile(&saves, 0.99)), "ms", Target::AtMost(2.0));
    table.note("  median", ms(percentile(&saves, 0.5)), "ms");

    let mut searches = Vec::new();
    for text in ["w", "wj", "张", "王秀", "lg", "z", "zx", "李", "chen", "620", "x"] {
        for end in 1..=text.chars().count() {
            let search: String = text.chars().take(end).collect();
            let began = Instant::now();
            match device.core.handle(Command::Recipients(RecipientQuery { search, ..RecipientQuery::default() })) {
                Reply::Recipients(_) => searches.push(began.elapsed()),
                other => bail!("the search says {other:?}"),
            }
        }
    }
    searches.sort_unstable();
    table.hold("search as you type, slowest of all", ms(percentile(&searches, 1.0)), "ms", Target::AtMost(10.0));
    table.note("  median", ms(percentile(&searches, 0.5)), "ms");

    drop(device);
    let mut opens = Vec::new();
    let mut unlocks = Vec::new();
    for _ in 0..5 {
        let began = Instant::now();
        let mut device = BenchDevice::open(&home, &url)?;
        unlocks.push(began.elapsed());
        let Reply::Today(_) = device.core.handle(Command::Today) else { bail!("no first screen") };
        opens.push(began.elapsed());
    }
    opens.sort_unstable();
    unlocks.sort_unstable();
    table.hold("open, unlock and answer the first screen", median(&opens), "s", Target::AtMost(0.5));
    table.note("  of it the PIN, which is meant to be slow, and the store", median(&unlocks), "s");
    stage.server.kill().await
}

fn median(sorted: &[Duration]) -> f64 {
    percentile(sorted, 0.5).as_secs_f64()
}

fn routine(recipient: RecipientId) -> NewVisit {
    NewVisit {
        recipients: vec![recipient],
        mode: VisitMode::Home,
        presence: Presence::Found,
        happened: None,
        findings: Vec::new(),
        services: Vec::new(),
        note: None,
        follow_up: None,
        need: None,
        draft: None,
    }
}
