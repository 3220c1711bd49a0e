//! Loads the whole demo city through the real push path, prints how fast that was, and compares the six headline
//! figures with the published ones.

use anyhow::{Context, ensure};
use clap::Parser;
use device_core::client::{HttpClient, ServerAddress};
use shared::{Change, Day, Kind, protocol::SyncProtocol, records::Role, wire::ReportRequest};
use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};
use tests::{
    city::{
        Entry, History, Plan, Shape, Totals, WorkerLog, roster,
        shape::{PUBLISHED_2025, PUBLISHED_SINCE_2023, city_end},
    },
    harness::{
        Folder, Tool,
        interrupt::to_the_end,
        recorder::{Recorder, now_ms},
        server::{Server, peak_memory},
    },
};
use tokio::sync::{Mutex, mpsc};

#[derive(Parser)]
#[command(about = "Loads the demo city through the real push path and compares its figures with the published ones")]
struct Arguments {
    /// Keeps the lists and the server's data in this folder instead of a temporary one.
    #[arg(long)]
    keep: Option<PathBuf>,
    #[arg(long, default_value_t = 2026)]
    seed: u64,
    /// Devices that push at the same time.
    #[arg(long, default_value_t = 64)]
    devices: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    to_the_end("city", run(Arguments::parse())).await
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let folder = match &arguments.keep {
        Some(path) => Folder::kept(path.clone())?,
        None => Folder::temporary("city")?,
    };
    let yesterday = Day::of_utc_ms(now_ms()).plus(-1);
    ensure!(yesterday >= "2026-02-01".parse()?, "this machine's clock says {yesterday}; the demo city lasts into 2026");

    let began = Instant::now();
    let plan = Arc::new(Plan::new(Shape::city(arguments.seed, city_end().min(yesterday))));
    println!(
        "city: {} areas, {} units, {} workers, {} recipients, {} pairings (seed {})",
        plan.areas.len(),
        plan.units.len(),
        plan.workers.len(),
        plan.recipients.len(),
        plan.pairs.len(),
        arguments.seed
    );
    roster::write(&plan, folder.path())?;
    let mut server = Server::new(Tool::SyncServer.path()?, folder.join("data"));
    let importing = Instant::now();
    server.import(folder.path()).await?;
    println!("city: roster imported by `sync-server import` in {:.1} s", importing.elapsed().as_secs_f64());

    let issuing = Instant::now();
    let carers: Vec<usize> = plan.carers().collect();
    let city = plan.workers.get(Plan::CITY_SUPERVISOR).filter(|w| w.role == Role::Supervisor);
    let city = city.context("the plan has a supervisor of the city")?;
    let workers = carers.iter().map(|w| plan.workers[*w].code.as_str()).chain([city.code.as_str()]);
    let mut codes = server.codes_before_start(workers).await?;
    println!(
        "city: {} one-time codes issued in one call of the core before the server starts, in {:.1} s; each device then \
         enrols through the real endpoint",
        codes.len(),
        issuing.elapsed().as_secs_f64()
    );
    server.start().await?;
    let client = HttpClient::new(ServerAddress::parse(&server.url())?)?;
    let mut supervisor =
        Recorder::enrol(&client, &codes.pop().context("the last code is the supervisor's")?, "city").await?;

    let loaded = load(&plan, codes, &client, arguments.devices).await?;
    println!("city: {} bytes a visit in a push of 50 visits, compressed", bytes_a_visit(&plan, &mut supervisor)?);
    loaded.print(server.peak_memory()?, server.cpu_seconds()?);

    println!("\n    {:>14}{:>14}", "report", "published");
    let mut equal = true;
    for (title, period, published) in
        [("2025", "2025", PUBLISHED_2025), ("since 2023", "since-2023", PUBLISHED_SINCE_2023)]
    {
        let request = ReportRequest { area: plan.shape.city, period: period.parse()?, category: None };
        let asking = Instant::now();
        let report = client.report(&supervisor.token, request).await?;
        let took = asking.elapsed();
        equal &= compare(title, &Totals::from(&report.total), &published);
        let mut counties = Totals::default();
        report.by_area.iter().for_each(|line| counties += Totals::from(&line.figures));
        let adds_up = counties == Totals::from(&report.total);
        println!(
            "  {} counties {} the city; answered in {:.1} ms",
            report.by_area.len(),
            if adds_up { "add up to" } else { "DO NOT ADD UP to" },
            took.as_secs_f64() * 1000.0
        );
        equal &= adds_up && report.by_area.len() == 7;
    }
    server.kill().await?;
    println!(
        "\ncity: this program's peak memory {} MiB: the city is made while it is sent",
        peak_memory("self")? >> 20
    );
    ensure!(equal, "the figures differ from the published ones");
    println!(
        "city: {} operations of {} devices loaded, all figures equal the published ones, {:.0} s in all.",
        loaded.operations,
        loaded.devices,
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

struct Loaded {
    devices: u64,
    operations: u64,
    seconds: f64,
    up: u64,
    enrol_seconds: f64,
    refused: u64,
}

impl Loaded {
    fn print(&self, peak: u64, cpu: f64) {
        println!(
            "city: {} devices enrolled in {:.1} s ({:.0}/s)",
            self.devices,
            self.enrol_seconds,
            self.devices as f64 / self.enrol_seconds
        );
        println!(
            "city: {} operations pushed in {:.1} s: {:.0} records/s, {:.0} pushes/s, durable, {} asked to wait",
            self.operations,
            self.seconds,
            self.operations as f64 / self.seconds,
            self.devices as f64 / self.seconds,
            self.refused
        );
        let each = self.up as f64 / self.operations as f64;
        println!(
            "city: {:.1} MB up, {each:.0} bytes an operation (headers included, one push a device)",
            self.up as f64 / 1e6
        );
        println!("city: server's peak memory {} MiB, processor {cpu:.0} s", peak >> 20);
    }
}

/// Enrols a device for every carer, then pushes their histories, many at a time. A history is generated while others
/// are sent.
async fn load(plan: &Arc<Plan>, codes: Vec<String>, client: &HttpClient, at_once: usize) -> anyhow::Result<Loaded> {
    let enrolling = Instant::now();
    let mut recorders: Vec<Recorder> = Vec::with_capacity(codes.len());
    let mut enrolments = futures_util::StreamExt::buffered(
        futures_util::stream::iter(codes.into_iter().map(|code| {
            let client = client.clone();
            async move { Recorder::enrol(&client, &code, "demo city").await }
        })),
        at_once,
    );
    while let Some(recorder) = futures_util::StreamExt::next(&mut enrolments).await {
        recorders.push(recorder?);
        if recorders.len().is_multiple_of(5000) {
            println!("city: {} devices enrolled", recorders.len());
        }
    }
    let devices = recorders.len() as u64;
    let enrol_seconds = enrolling.elapsed().as_secs_f64();

    client.traffic().take();
    let pushing = Instant::now();
    let (logs, inbox) = mpsc::channel::<(Recorder, WorkerLog)>(at_once * 2);
    let making = {
        let plan = plan.clone();
        tokio::task::spawn_blocking(move || {
            let mut recorders = recorders.into_iter();
            for log in History::new(&plan).filter(|l| plan.workers[l.worker].role == Role::Worker) {
                let Some(recorder) = recorders.next() else { break };
                // The receiver is gone after a failed push, whose error is reported.
                if logs.blocking_send((recorder, log)).is_err() {
                    return;
                }
            }
        })
    };
    let inbox = Arc::new(Mutex::new(inbox));
    let (operations, refused) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut pushers = tokio::task::JoinSet::new();
    for _ in 0..at_once {
        let (inbox, client) = (inbox.clone(), client.clone());
        let (operations, refused) = (operations.clone(), refused.clone());
        pushers.spawn(async move {
            loop {
                let Some((mut recorder, log)) = inbox.lock().await.recv().await else { return anyhow::Ok(()) };
                let outcomes = recorder.push(&client, &log.entries).await?;
                let bad = outcomes.iter().find(|o| !counts(&o.outcome));
                ensure!(bad.is_none(), "an operation of worker {} was not applied: {bad:?}", log.worker);
                refused.fetch_add(recorder.refused, Relaxed);
                let before = operations.fetch_add(log.entries.len() as u64, Relaxed);
                let after = before + log.entries.len() as u64;
                if before / 100_000 != after / 100_000 {
                    let rate = after as f64 / pushing.elapsed().as_secs_f64();
                    println!("city: {after} operations pushed ({rate:.0}/s)");
                }
            }
        });
    }
    while let Some(done) = pushers.join_next().await {
        done.context("a pusher panicked")??;
    }
    making.await.context("the generator panicked")?;
    Ok(Loaded {
        devices,
        operations: operations.load(Relaxed),
        seconds: pushing.elapsed().as_secs_f64(),
        up: client.traffic().take().0,
        enrol_seconds,
        refused: refused.load(Relaxed),
    })
}

/// True for an operation in force: as sent, or in review (the same goods given twice on a day, by chance).
fn counts(outcome: &shared::op::Outcome) -> bool {
    matches!(outcome, shared::op::Outcome::InReview { applied: true, .. })
}

/// Bytes per visit in a push of 50, compressed as the client sends it. The push is not sent.
fn bytes_a_visit(plan: &Plan, recorder: &mut Recorder) -> anyhow::Result<usize> {
    let is_visit = |e: &&Entry| e.kind == Kind::Visit && matches!(e.change, Change::Create(_));
    let visits = |log: WorkerLog| log.entries.iter().filter(is_visit).take(50).cloned().collect::<Vec<_>>();
    let fifty = History::new(plan).map(visits).find(|v| v.len() == 50).context("nobody made 50 visits")?;
    Ok(recorder.packed_bytes(&fifty)? / 50)
}

/// Prints the six figures beside the published ones; true when all are equal.
fn compare(title: &str, got: &Totals, published: &Totals) -> bool {
    let yuan = |fen: shared::Fen| fen.to_yuan_string();
    println!("{title}");
    let lines = [
        ("走访探视 visits", got.visits.to_string(), published.visits.to_string()),
        ("联系交流 contacts", got.contacts.to_string(), published.contacts.to_string()),
        ("政策落实 policies", got.policies.to_string(), published.policies.to_string()),
        ("解决困难 solved", got.solved.to_string(), published.solved.to_string()),
        ("帮办实事 deeds", got.deeds.to_string(), published.deeds.to_string()),
        ("资助资金 aid, yuan", yuan(got.aid), yuan(published.aid)),
    ];
    for (name, got, published) in &lines {
        let sign = if got == published { "✓" } else { "✗" };
        println!("  {sign} {got:>14}{published:>14}  {name}");
    }
    lines.iter().all(|(_, got, published)| got == published)
}
