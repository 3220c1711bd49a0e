//! Reports over a growing history: with a million visits they must be as fast as with a tenth of that.

use super::{
    Stage,
    fan_in::visits_of,
    table::{Table, Target, ms, per_second, percentile},
};
use crate::harness::recorder::Recorder;
use anyhow::Context;
use device_core::client::{HttpClient, ServerAddress};
use futures_util::{StreamExt, stream};
use shared::{protocol::SyncProtocol, wire::ReportRequest};
use std::time::{Duration, Instant};

/// Numbers of visits at which the city's report is measured.
const STAGES: [usize; 3] = [100_000, 300_000, 1_000_000];
/// Requests of a report.
const REPORTS: usize = 50;
const AT_ONCE: usize = 32;

pub async fn run(stage: &mut Stage, recorders: &mut [Recorder], table: &mut Table) -> anyhow::Result<()> {
    let client = HttpClient::new(ServerAddress::parse(&stage.server.url())?)?;
    let city = stage.plan.workers.get(crate::city::Plan::CITY_SUPERVISOR).context("the city has a supervisor")?;
    let code = stage.server.code_for(&city.code).await?;
    let supervisor = Recorder::enrol(&client, &code, "bench").await?;
    table.title("city report over a growing history");
    // Visits of the burst.
    let mut there = recorders.len() * 5;
    let mut ago = 500;
    for wanted in STAGES {
        let each = wanted.saturating_sub(there).div_ceil(recorders.len());
        if each > 0 {
            let began = Instant::now();
            let added = grow(stage, &client, recorders, each, ago).await?;
            there += added;
            // Days without a visit, so that each new visit counts.
            ago += each as i64 + 1;
            table.note(&format!("  {added} visits more, pushed"), per_second(added, began.elapsed()), "visits/s");
        }
        let took = measure(stage, &client, &supervisor).await?;
        let what = format!("city report since 2023 with {there} visits, median");
        table.hold(&what, ms(percentile(&took, 0.5)), "ms", Target::AtMost(20.0));
        table.note("  p99", ms(percentile(&took, 0.99)), "ms");
    }
    let memory = stage.server.peak_memory()? as f64 / f64::from(1 << 20);
    table.note("server's memory with a million visits", memory, "MiB");
    Ok(())
}

async fn grow(
    stage: &Stage,
    client: &HttpClient,
    recorders: &mut [Recorder],
    each: usize,
    ago: i64,
) -> anyhow::Result<usize> {
    let mut work = Vec::with_capacity(recorders.len());
    for (carer, recorder) in recorders.iter_mut().enumerate() {
        // Generated inside the future: a million visits at once would fill the memory.
        work.push(async move {
            let visits = visits_of(stage, carer, each, ago)?;
            recorder.push(client, &visits).await?;
            anyhow::Ok(visits.len())
        });
    }
    let mut pushes = stream::iter(work).buffer_unordered(AT_ONCE);
    let mut added = 0;
    while let Some(n) = pushes.next().await {
        added += n?;
    }
    Ok(added)
}

async fn measure(stage: &Stage, client: &HttpClient, supervisor: &Recorder) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::with_capacity(REPORTS);
    for _ in 0..REPORTS {
        let request = ReportRequest { area: stage.plan.shape.city, period: "since-2023".parse()?, category: None };
        let began = Instant::now();
        client.report(&supervisor.token, request).await?;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    Ok(took)
}
