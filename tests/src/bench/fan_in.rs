//! Many devices at once: single visits, then the whole city in one burst, and the memory that the server needs.

use super::{
    Backend, Stage,
    peer::Baseline,
    table::{Table, Target, per_second},
};
use crate::{
    city::{Entry, Shape, deeds, dice::Dice, plan},
    harness::recorder::{Recorder, now_ms},
};
use anyhow::Context;
use device_core::client::{HttpClient, ServerAddress};
use futures_util::{StreamExt, stream};
use shared::{Day, Moment};
use std::time::Instant;

/// Devices that push single visits at the same time, and how often each does.
const AT_ONCE: usize = 64;
const EACH: usize = 100;
/// Visits of each device in the burst.
const BURST: usize = 5;
/// 2,000 connections in the burst: eight times what the server serves at once, so that it must answer "later".
const BURST_AT_ONCE: usize = 2_000;

/// Runs both, and returns the server and the city's devices for the next part.
pub async fn run(backend: &Backend, baseline: &Baseline, table: &mut Table) -> anyhow::Result<(Stage, Vec<Recorder>)> {
    let today = Day::of_utc_ms(now_ms());
    let mut stage = Stage::new(backend, Shape::city(2026, today.plus(-1))).await?;
    let codes: Vec<String> = {
        let carers: Vec<usize> = stage.plan.carers().collect();
        let mut codes = Vec::new();
        let known = carers.iter().map(|w| stage.plan.workers[*w].code.as_str());
        codes.extend(stage.server.codes_before_start(known).await?);
        codes
    };
    stage.server.start().await?;
    let client = HttpClient::new(ServerAddress::parse(&stage.server.url())?)?;
    let enrolling = Instant::now();
    let mut recorders: Vec<Recorder> = Vec::with_capacity(codes.len());
    let mut enrolments =
        stream::iter(codes.iter().map(|code| Recorder::enrol(&client, code, "bench"))).buffered(AT_ONCE);
    while let Some(recorder) = enrolments.next().await {
        recorders.push(recorder?);
    }
    drop(enrolments);
    table.title("many devices at once, clients without a store on the same two cores");
    table.note("enrolments", per_second(recorders.len(), enrolling.elapsed()), "1/s");

    single(&stage, &client, &mut recorders[..AT_ONCE], baseline, table).await?;
    burst(&stage, &client, &mut recorders, table).await?;
    let memory = stage.server.peak_memory()? as f64 / f64::from(1 << 20);
    table.hold("server's memory with the city and the burst", memory, "MiB", Target::AtMost(256.0));
    Ok((stage, recorders))
}

/// `n` visits of one worker; the last is `ago` days before today.
pub fn visits_of(stage: &Stage, carer: usize, n: usize, ago: i64) -> anyhow::Result<Vec<Entry>> {
    let worker = stage.plan.carers().nth(carer).context("there is a carer for each device")?;
    let pairs = stage.plan.pairs_of(worker);
    let mut dice = Dice::new(11 + ago as u64, carer as u64);
    let now = now_ms();
    let one = |n: usize| {
        let recipient = &stage.plan.recipients[pairs[n % pairs.len()].recipient];
        let about = deeds::About { recipient: plan::recipient_id(recipient), category: &recipient.category };
        let day = ago + (n / pairs.len()) as i64;
        deeds::home_visit(&mut dice, about, Moment::shanghai(now - day * 86_400_000 - 7_200_000))
    };
    Ok(if pairs.is_empty() { Vec::new() } else { (0..n).map(one).collect() })
}

async fn single(
    stage: &Stage,
    client: &HttpClient,
    recorders: &mut [Recorder],
    baseline: &Baseline,
    table: &mut Table,
) -> anyhow::Result<()> {
    let mut work = Vec::new();
    for (carer, recorder) in recorders.iter_mut().enumerate() {
        let visits = visits_of(stage, carer, EACH, 400)?;
        work.push(async move {
            for visit in visits.chunks(1) {
                recorder.push(client, visit).await?;
            }
            anyhow::Ok(visits.len())
        });
    }
    let began = Instant::now();
    let done: Vec<usize> = futures_util::future::try_join_all(work).await?;
    let rate = per_second(done.iter().sum(), began.elapsed());
    table.hold("single-visit pushes from 64 devices, durable", rate, "pushes/s", Target::AtLeast(3_000.0));
    table.note("  beside bare single commits", rate / baseline.single, "x");
    Ok(())
}

async fn burst(
    stage: &Stage,
    client: &HttpClient,
    recorders: &mut [Recorder],
    table: &mut Table,
) -> anyhow::Result<()> {
    let mut work = Vec::new();
    for (carer, recorder) in recorders.iter_mut().enumerate() {
        let visits = visits_of(stage, carer, BURST, 1)?;
        work.push(async move {
            recorder.push(client, &visits).await?;
            anyhow::Ok((visits.len(), recorder.refused, recorder.unguided))
        });
    }
    let began = Instant::now();
    let mut pushes = stream::iter(work).buffer_unordered(BURST_AT_ONCE);
    let (mut devices, mut visits, mut later, mut unguided) = (0, 0, 0, 0);
    while let Some(done) = pushes.next().await {
        let (n, refused, without) = done?;
        (devices, visits, later, unguided) = (devices + 1, visits + n, later + refused, unguided + without);
    }
    let took = began.elapsed();
    let what = format!("burst: {devices} devices, {visits} visits, all accepted after");
    table.hold(&what, took.as_secs_f64(), "s", Target::AtMost(60.0));
    table.note("  visits", per_second(visits, took), "visits/s");
    table.note("  asked to come later, with Retry-After", (later - unguided) as f64, "times");
    table.hold("  refused without Retry-After", unguided as f64, "times", Target::AtMost(0.0));
    Ok(())
}
