//! Kills the server again and again while many devices push, then checks that each acknowledged operation is there,
//! once.

use crate::{
    bench::{Backend, Stage, township},
    city::{deeds, dice::Dice, plan},
    harness::recorder::{Recorder, now_ms},
};
use anyhow::{Context, ensure};
use device_core::client::{HttpClient, ServerAddress};
use shared::{Day, Moment, RowId, protocol::SyncProtocol, wire::ReportRequest};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use sync_server::core::{Settings, SystemEnv};

/// Devices that push without a pause.
const DEVICES: u32 = 16;
/// 1 to 5 visits a push, as after a morning.
const VISITS: u64 = 5;

/// What the rounds counted.
#[derive(Debug, Default)]
pub struct KillReport {
    pub rounds: u32,
    /// Operations acknowledged over all rounds.
    pub acknowledged: usize,
    /// Pushes whose connection broke and that were sent again.
    pub broken: u64,
    pub lost: usize,
    /// Visits in the report beyond those that were sent.
    pub doubled: i64,
}

/// Runs rounds of: load, SIGKILL at a moment that the seed chooses, start.
///
/// # Errors
/// Where the server cannot be started, or a push fails for another reason than a broken connection.
pub async fn rounds(backend: &Backend, rounds: u32, seed: u64) -> anyhow::Result<KillReport> {
    let today = Day::of_utc_ms(now_ms());
    let mut stage = Stage::new(backend, township(DEVICES, DEVICES * 4, today)).await?;
    let carers: Vec<usize> = stage.plan.carers().collect();
    let known = carers.iter().map(|w| stage.plan.workers[*w].code.as_str());
    let codes = stage.server.codes_before_start(known).await?;
    stage.server.start().await?;
    let client = HttpClient::new(ServerAddress::parse(&stage.server.url())?)?;

    let over = Arc::new(AtomicBool::new(false));
    let broken = Arc::new(AtomicU64::new(0));
    let mut pushers = tokio::task::JoinSet::new();
    for (carer, code) in codes.into_iter().enumerate() {
        let recorder = Recorder::enrol(&client, &code, "kill").await?;
        let people: Vec<_> = stage.plan.pairs_of(carers[carer]).iter().map(|p| p.recipient).collect();
        let people: Vec<_> = people.into_iter().map(|r| stage.plan.recipients[r].clone()).collect();
        let pusher = Pusher { client: client.clone(), recorder, people, dice: Dice::new(seed, carer as u64 + 1) };
        pushers.spawn(pusher.run(over.clone(), broken.clone()));
    }
    let mut dice = Dice::new(seed, 0);
    for _ in 0..rounds {
        // Between the first push after a start and some dozens later.
        tokio::time::sleep(Duration::from_millis(dice.between(20, 300) as u64)).await;
        stage.server.kill().await?;
        stage.server.start().await?;
    }
    over.store(true, Relaxed);
    let mut sent: Vec<RowId> = Vec::new();
    while let Some(done) = pushers.join_next().await {
        sent.extend(done.context("a pusher panicked")??);
    }
    let mut report =
        KillReport { rounds, acknowledged: sent.len(), broken: broken.load(Relaxed), ..KillReport::default() };
    count(&mut stage, &client, sent, &mut report).await?;
    Ok(report)
}

struct Pusher {
    client: HttpClient,
    recorder: Recorder,
    people: Vec<shared::records::Recipient>,
    dice: Dice,
}

impl Pusher {
    /// Pushes until `over` is set; returns the rows that were acknowledged.
    async fn run(mut self, over: Arc<AtomicBool>, broken: Arc<AtomicU64>) -> anyhow::Result<Vec<RowId>> {
        let mut rows = Vec::new();
        let mut ago = 0;
        while !over.load(Relaxed) {
            let mut visits = Vec::new();
            for _ in 0..=self.dice.below(VISITS) {
                let recipient = &self.people[ago as usize % self.people.len()];
                let about = deeds::About { recipient: plan::recipient_id(recipient), category: &recipient.category };
                // Each with another recipient or day, so that every visit counts in the report.
                let day = ago / self.people.len() as i64;
                let at = Moment::shanghai(now_ms() - day * 86_400_000 - 3_600_000);
                visits.push(deeds::home_visit(&mut self.dice, about, at));
                ago += 1;
            }
            broken.fetch_add(self.recorder.push_stubbornly(&self.client, &visits).await?, Relaxed);
            rows.extend(visits.iter().map(|v| v.row));
        }
        Ok(rows)
    }
}

/// Counts what the report and the store hold.
async fn count(
    stage: &mut Stage,
    client: &HttpClient,
    sent: Vec<RowId>,
    report: &mut KillReport,
) -> anyhow::Result<()> {
    let supervisor = &stage.plan.workers[crate::city::Plan::CITY_SUPERVISOR].code;
    let code = stage.server.code_for(supervisor).await?;
    let asks = Recorder::enrol(client, &code, "kill").await?;
    let request = ReportRequest { area: stage.plan.shape.city, period: "since-2023".parse()?, category: None };
    let visits_reported = client.report(&asks.token, request).await?.total.visits();
    stage.server.kill().await?;
    let data = stage.server.folder()?;
    let _lock = data.lock()?;
    let core = data.open(Arc::new(SystemEnv), Settings::default()).await?;
    for page in sent.chunks(5_000) {
        report.lost += page.len() - core.rows(page.to_vec()).await?.len();
    }
    report.doubled = visits_reported - sent.len() as i64;
    ensure!(!sent.is_empty(), "nothing was acknowledged: there was no load");
    Ok(())
}
