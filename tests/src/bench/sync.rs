//! One device and the server: 10,000 visits up, down on a second device, then nothing to do.

use super::{
    Backend, Stage,
    device::BenchDevice,
    peer::Baseline,
    table::{Table, Target, per_second},
    township,
};
use crate::{
    city::{Entry, deeds, dice::Dice, plan},
    harness::recorder::{Recorder, now_ms},
};
use anyhow::{Context, ensure};
use device_core::{
    Command,
    client::{HttpClient, ServerAddress},
    command::NewVisit,
};
use shared::{
    Day, Moment,
    protocol::SyncProtocol,
    records::{Presence, Recipient, VisitMode},
};
use std::time::Instant;

const VISITS: usize = 10_000;
/// Recipients of each of two workers: one whose devices are timed, and one who warms up the server.
const RECIPIENTS: u32 = 100;
const IDLE: u32 = 2_000;

pub async fn run(backend: &Backend, baseline: &Baseline, table: &mut Table) -> anyhow::Result<()> {
    let today = Day::of_utc_ms(now_ms());
    let mut stage = Stage::new(backend, township(2, 2 * RECIPIENTS, today)).await?;
    let mut carers = stage.plan.carers();
    let (worker, other) = carers.next().zip(carers.next()).context("the plan has two who care")?;
    drop(carers);
    let code = stage.plan.workers[worker].code.clone();
    stage.server.start().await?;
    let url = stage.server.url();
    let (one, two) = (stage.server.code_for(&code).await?, stage.server.code_for(&code).await?);
    let mut first = BenchDevice::open(&stage.home("first"), &url)?;
    first.enrol(&url, &one).await?;
    first.sync().await?;
    let mut second = BenchDevice::open(&stage.home("second"), &url)?;
    second.enrol(&url, &two).await?;
    second.sync().await?;

    // First, so that the server's memory is warm for the next rows.
    table.title("one device over HTTP, first as a client without a store, then a real core with an encrypted store");
    server_alone(&stage, other, &url, table).await?;

    record(&stage, worker, &mut first)?;
    let up = first.sync().await?;
    let pushed = per_second(VISITS, up.time("push"));
    table.hold("push of 10 000 visits, durable on both sides", pushed, "visits/s", Target::AtLeast(40_000.0));
    table.note("  beside bare SQLite", pushed / baseline.batched, "x");
    table.note("  pushes", f64::from(up.calls["push"]), "calls");
    table.note("  bytes a visit, headers included", up.up as f64 / VISITS as f64, "bytes");
    let own = per_second(VISITS, up.time("pull"));
    table.note("its own pull of the same afterwards", own, "rows/s");

    let down = second.sync().await?;
    let pulled = per_second(VISITS, down.time("pull"));
    table.hold("pull of the same by a second device", pulled, "rows/s", Target::AtLeast(60_000.0));

    idle(&stage, &mut second, table).await?;
    wire(&stage, worker, &url, table).await?;
    stage.server.kill().await
}

/// Saves visits of the last hundred days through the core.
fn record(stage: &Stage, worker: usize, device: &mut BenchDevice) -> anyhow::Result<()> {
    let people: Vec<_> = in_care(stage, worker).iter().map(|r| plan::recipient_id(r)).collect();
    let now = now_ms();
    for n in 0..VISITS {
        let ago = (n / people.len()) as i64;
        device.save(Command::SaveVisit(NewVisit {
            recipients: vec![people[n % people.len()]],
            mode: VisitMode::Home,
            presence: Presence::Found,
            happened: Some(Moment::shanghai(now - ago * 86_400_000 - 3_600_000)),
            findings: Vec::new(),
            services: Vec::new(),
            note: Some("炉子、炕都看过，药还够两个星期。".to_owned()),
            follow_up: None,
            need: None,
            draft: None,
        }))?;
    }
    // As the driver does between two saves.
    device.core.idle();
    Ok(())
}

fn in_care(stage: &Stage, worker: usize) -> Vec<&Recipient> {
    stage.plan.pairs_of(worker).iter().map(|pair| &stage.plan.recipients[pair.recipient]).collect()
}

/// The server's own share of a push, with a client without a store.
async fn server_alone(stage: &Stage, worker: usize, url: &str, table: &mut Table) -> anyhow::Result<()> {
    let code = stage.server.code_for(&stage.plan.workers[worker].code).await?;
    let client = HttpClient::new(ServerAddress::parse(url)?)?;
    let mut recorder = Recorder::enrol(&client, &code, "bench").await?;
    let entries = visits(stage, worker, VISITS);
    let before = stage.server.cpu_seconds()?;
    let began = Instant::now();
    recorder.push(&client, &entries).await?;
    let took = began.elapsed();
    table.note("push of 10 000 visits by a client without a store", per_second(VISITS, took), "visits/s");
    table.note(
        "  the server's processor time",
        (stage.server.cpu_seconds()? - before) * 1e6 / VISITS as f64,
        "us/visit",
    );
    Ok(())
}

fn visits(stage: &Stage, worker: usize, n: usize) -> Vec<Entry> {
    let mut dice = Dice::new(7, n as u64);
    let (now, people) = (now_ms(), in_care(stage, worker));
    let one = |n: usize| {
        let recipient = people[n % people.len()];
        let about = deeds::About { recipient: plan::recipient_id(recipient), category: &recipient.category };
        let at = Moment::shanghai(now - (n / people.len()) as i64 * 86_400_000 - 7_200_000);
        deeds::home_visit(&mut dice, about, at)
    };
    (0..n).map(one).collect()
}

async fn idle(stage: &Stage, device: &mut BenchDevice, table: &mut Table) -> anyhow::Result<()> {
    let cost = device.sync().await?;
    table.hold("sync with nothing to do: round trips", f64::from(cost.calls()), "calls", Target::AtMost(1.0));
    table.hold("  bytes up, headers included", cost.up as f64, "bytes", Target::AtMost(500.0));
    table.hold("  bytes down, headers included", cost.down as f64, "bytes", Target::AtMost(500.0));
    let device_core::Step::Pull { token, request } = device.first_step()? else {
        anyhow::bail!("a sync with nothing to send begins with a pull");
    };
    let before = stage.server.cpu_seconds()?;
    let began = Instant::now();
    for _ in 0..IDLE {
        device.client.pull(&token, request.clone()).await?;
    }
    let each = began.elapsed() / IDLE;
    let cpu = (stage.server.cpu_seconds()? - before) * 1000.0 / f64::from(IDLE);
    table.hold("  the server's processor time", cpu, "ms", Target::AtMost(1.0));
    table.note("  from request to reply", each.as_secs_f64() * 1000.0, "ms");
    Ok(())
}

async fn wire(stage: &Stage, worker: usize, url: &str, table: &mut Table) -> anyhow::Result<()> {
    let client = HttpClient::new(ServerAddress::parse(url)?)?;
    let code = stage.server.code_for(&stage.plan.workers[worker].code).await?;
    let mut recorder = Recorder::enrol(&client, &code, "bench").await?;
    let fifty = visits(stage, worker, 50);
    ensure!(fifty.len() == 50, "fifty visits");
    let each = recorder.packed_bytes(&fifty)? as f64 / 50.0;
    table.hold("bytes a visit in a push of 50", each, "bytes", Target::AtMost(200.0));
    Ok(())
}
