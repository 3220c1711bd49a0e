//! The township: one invented township, imported as an office would, with a history that reached the server by the same
//! pushes as everything else, and a server process that can be killed.

use super::narrator::Narrator;
use crate::{
    city::{Plan, Shape, WorkerLog, cadence, office, roster, rows::rows},
    harness::{
        Folder, Proxy,
        recorder::{Recorder, now_ms},
        server::Server,
    },
};
use anyhow::{Context, ensure};
use device_core::{
    Device,
    client::{HttpClient, ServerAddress},
};
use shared::{
    Day, Month,
    indicators::{Figures, facts},
};
use std::{path::PathBuf, sync::Mutex};

/// 2026: any seed gives a whole township, this one gives the township of the pictures.
const SEED: u64 = 2026;

/// DayPaths things are.
pub struct DayPaths {
    /// The `demo` program, which is a phone as well.
    pub program: PathBuf,
    /// The server's program.
    pub server: PathBuf,
    pub folder: Folder,
    pub today: Day,
}

pub struct Township {
    pub plan: Plan,
    pub logs: Vec<WorkerLog>,
    pub server: Server,
    /// Lines not taken by a phone yet.
    pub lines: Mutex<Vec<Proxy>>,
    /// The month of the day on which the history ends. It has no records yet where that day is its first.
    pub month: Month,
    /// Log-in name and password of the administrator.
    pub console: (String, String),
}

impl Township {
    pub async fn set(paths: &DayPaths, narrator: &mut Narrator) -> anyhow::Result<Self> {
        narrator.step("准备一个虚构的乡镇", "an invented township");
        let plan = Plan::new(Shape::township(SEED, paths.today));
        let lists = paths.folder.join("lists");
        std::fs::create_dir_all(&lists)?;
        roster::write(&plan, &lists)?;
        let data = paths.folder.join("server");
        let mut server = Server::new(paths.server.clone(), data);
        server.import(&lists).await?;
        let (workers, recipients) = (plan.workers.len(), plan.recipients.len());
        narrator.check(
            true,
            &format!("导入区划、单位、干部 {workers} 人、关爱对象 {recipients} 人及结对关系"),
            &format!("imported areas, units, {workers} workers, {recipients} recipients and who cares for whom"),
        );
        server.import(&lists).await?;
        narrator.check(true, "再导入一次,没有变化也没有出错", "importing the same lists again changes nothing");

        let logs = cadence::logs(&plan);
        let codes = server.codes_before_start(logs.iter().map(|l| plan.workers[l.worker].code.as_str())).await?;
        let office_at = plan.workers.iter().position(|w| w.area.level() == shared::AreaLevel::Township);
        let office_at = &plan.workers[office_at.context("a township has a supervisor")?];
        let office_code = server.codes_before_start([office_at.code.as_str()]).await?;
        let console = &plan.workers[Plan::ADMINISTRATOR].code;
        let console = (console.clone(), server.password_before_start(console).await?);
        server.start().await?;
        narrator.note(&format!("服务器已启动 {}", server.url()), &format!("the server is up at {}", server.url()));

        let client = HttpClient::new(ServerAddress::parse(&server.url())?)?;
        let mut records = 0;
        for (log, code) in logs.iter().zip(&codes) {
            let mut recorder = Recorder::enrol(&client, code, "Android 11, demo phone").await?;
            let outcomes = recorder.push(&client, &log.entries).await?;
            ensure!(outcomes.is_empty(), "the history is not simply applied: {:?}", outcomes[0]);
            records += log.entries.len();
        }
        let mut recorder = Recorder::enrol(&client, &office_code[0], "Android 13, demo phone").await?;
        let papers = office::notices_and_tasks(SEED, office_at.areas[0], paths.today);
        let outcomes = recorder.push(&client, &papers).await?;
        ensure!(outcomes.is_empty(), "the office's notices are not simply applied: {:?}", outcomes[0]);
        let (tasks, days) = (papers.len(), 130);
        narrator.check(
            true,
            &format!("{} 名干部近 {days} 天的 {records} 条记录与 {tasks} 份通知任务,经真实同步接口送达", logs.len()),
            &format!(
                "{records} records of {} workers and {tasks} notices and tasks came in by real pushes",
                logs.len()
            ),
        );

        let mut lines = Vec::new();
        for _ in 0..2 {
            lines.push(Proxy::start(server.address()?).await?);
        }
        Ok(Self { plan, logs, server, lines: Mutex::new(lines), month: paths.today.month(), console })
    }

    /// The month in which the day began, and the next one too once the clock has passed midnight into it: what is
    /// recorded during a day lies in these.
    pub fn months(&self) -> impl Iterator<Item = Month> + use<> {
        let last = Day::of_utc_ms(now_ms()).month();
        (self.month.number()..=last.number()).map(Month::from_number)
    }

    /// The last month that is over. The history reaches back far enough to fill it on any day.
    pub fn full_month(&self) -> Month {
        Month::from_number(self.month.number() - 1)
    }

    /// What the invented history of all workers but `except` counts for in `months`.
    pub fn history_figures(&self, except: &[usize], months: impl IntoIterator<Item = Month>) -> Figures {
        let months: Vec<Month> = months.into_iter().collect();
        let mut figures = Figures::default();
        for log in self.logs.iter().filter(|l| !except.contains(&l.worker)) {
            let facts: Vec<_> = rows(&self.plan, log).iter().flat_map(facts).collect();
            figures.merge(&Figures::sum(facts.iter().filter(|f| months.contains(&f.day.month()))));
        }
        figures
    }
}

/// What a phone says of `months` together: confirmed and waiting.
pub async fn phone_figures(
    device: &Device,
    months: impl IntoIterator<Item = Month>,
) -> anyhow::Result<(Figures, Figures)> {
    let (mut confirmed, mut waiting) = (Figures::default(), Figures::default());
    for month in months {
        let view = device.my_month(month).await?;
        confirmed.merge(&view.confirmed);
        waiting.merge(&view.waiting);
    }
    Ok((confirmed, waiting))
}
