//! A supervisor asks for the month's figures, and they are what the phones said.

use super::{DayPaths, Narrator, People, Township, people::PIN, township::phone_figures};
use crate::{city::Totals, harness::phone::Phone};
use anyhow::Context;
use shared::{
    AreaLevel, Month, Period,
    indicators::Indicator,
    records::Role,
    wire::{Report, ReportRequest},
};

pub async fn play(
    township: &Township,
    paths: &DayPaths,
    people: &mut People,
    narrator: &mut Narrator,
) -> anyhow::Result<Report> {
    narrator.step("乡镇督导查看本月报表", "the township's supervisor looks at the month");
    let supervisor = township
        .plan
        .workers
        .iter()
        .find(|w| w.role == Role::Supervisor && w.area.level() == AreaLevel::Township)
        .context("the township has a supervisor")?;
    let phone = Phone::start(&paths.program, &paths.folder.join("phone-supervisor"))?;
    let device = phone.device();
    device.create_vault(PIN).await?;
    let code = township.server.code_for(&supervisor.code).await?;
    device.enrol(&township.server.url(), &code).await?;
    let months: Vec<Month> = township.months().collect();
    let (first, last) = (months[0], months[months.len() - 1]);
    let period = if first == last { Period::Month(first) } else { Period::Range { from: first, to: last } };
    let request = ReportRequest { area: supervisor.area, period, category: None };
    let (report, fresh) = device.report(request.clone()).await?;
    narrator.check(fresh, "数字来自服务器,刚刚取到", "the figures are fresh from the server");

    let mut said = township.history_figures(&[people.a.index, people.b.index], months.iter().copied());
    for actor in [&people.a, &people.b] {
        said.merge(&phone_figures(actor.phone.device(), months.iter().copied()).await?.0);
    }
    let (got, wanted) = (Totals::from(&report.total), Totals::from(&said));
    for (zh, en, got, wanted) in [
        ("走访探视", "home visits", got.visits, wanted.visits),
        ("联系交流", "contacts", got.contacts, wanted.contacts),
        ("政策落实", "policy", got.policies, wanted.policies),
        ("解决困难", "needs solved", got.solved, wanted.solved),
        ("帮办实事", "deeds", got.deeds, wanted.deeds),
        ("资助资金(分)", "aid (fen)", got.aid.0, wanted.aid.0),
    ] {
        narrator.same(
            &got,
            &wanted,
            &format!("{zh} {got}:报表与手机一致"),
            &format!("{en} {got}: report and phones agree"),
        );
    }
    let mut by_area = Totals::default();
    report.by_area.iter().for_each(|line| by_area += Totals::from(&line.figures));
    narrator.same(&by_area, &got, "各村相加等于全乡", "the villages add up to the township");
    narrator.check(
        report.total.get(Indicator::AidGoods).n >= 10 && report.attention.photos_missing == 0,
        "发放的照片都已入库核验",
        "all photos of the hand-out have arrived and were verified",
    );
    let worker = people.a.phone.device().report(request).await;
    narrator.check(worker.is_err(), "普通干部看不到全乡报表", "a worker may not see the township's report");

    let period = Period::Month(township.full_month());
    let (last, _) = device.report(ReportRequest { area: supervisor.area, period, category: None }).await?;
    narrator.check(
        last.total.visits() > 0,
        &format!("上月走访 {} 人次,也查得到", last.total.visits()),
        &format!("last month's {} visits are there as well", last.total.visits()),
    );
    Ok(report)
}
