//! The console in a real browser, on the real server, over the demo township.
#![allow(clippy::unwrap_used)]

use serde_json::json;
use shared::Period;
use std::collections::BTreeMap;
use tests::{
    city::{Plan, Totals},
    ui::{Browser, Contest, Fixture},
};

const DESK: (u32, u32) = (1290, 892);

/// The six figures that the cards show, by their labels' order.
async fn cards(browser: &Browser) -> Vec<String> {
    let script = "const cards = [...document.querySelectorAll('section.figures .value')].map(e => e.innerText.trim());
                  return cards.length === 6 && cards";
    let cards = browser.until("six figures", script, Vec::new()).await.unwrap();
    serde_json::from_value(cards).unwrap()
}

/// The rows of the table by area: name → its six figures, the last line being the sum.
async fn rows(browser: &Browser) -> Vec<(String, Vec<String>)> {
    let script = "const table = document.querySelector('section.table table');
        return table && [...table.querySelectorAll('tbody tr, tfoot tr')].map(tr =>
            [tr.querySelector('th').innerText.trim(), [...tr.querySelectorAll('td')].map(td => td.innerText.trim())])";
    serde_json::from_value(browser.until("a table", script, Vec::new()).await.unwrap()).unwrap()
}

fn number(text: &str) -> f64 {
    text.replace(',', "").parse().unwrap()
}

/// What a sheet's line says: `(what, code, name)` and its figures.
struct Line {
    what: String,
    code: String,
    name: String,
    figures: Vec<String>,
}

fn sheet(bytes: &[u8]) -> Vec<Line> {
    let text = std::str::from_utf8(bytes).unwrap().strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    // Title and heading first.
    let lines = reader.records().skip(2).map(|line| {
        let cells: Vec<String> = line.unwrap().iter().map(str::to_owned).collect();
        Line { what: cells[0].clone(), code: cells[1].clone(), name: cells[2].clone(), figures: cells[3..9].to_vec() }
    });
    lines.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_logs_in_reads_the_report_drills_down_and_takes_it_home() {
    let fixture = Fixture::build().await.unwrap();
    let url = fixture.township.server.url();
    let (name, password) = fixture.township.console.clone();
    let browser = Browser::open(DESK).await.unwrap();

    // A wrong password says so and shows nothing.
    browser.log_in(&url, &name, "not the password").await.unwrap();
    browser.shows("账号或密码不对").await.unwrap();
    assert_eq!(browser.path().await.unwrap(), "/console/login");
    browser.go(&format!("{url}/console/report")).await.unwrap();
    browser.at("/console/login").await.unwrap();

    browser.log_in(&url, &name, &password).await.unwrap();
    browser.at("/console/report").await.unwrap();

    // The year as a chart, and the same in words and numbers for whoever cannot see it.
    let script = "const lines = [...document.querySelectorAll('figure.chart svg[role=img] polyline')]
                    .filter(line => line.getClientRects().length > 0);
                  return lines.length === 2 && Math.min(...lines.map(line => line.points.length))";
    let points = browser.until("two lines of a chart", script, Vec::new()).await.unwrap().as_i64().unwrap();
    assert_eq!(points, i64::from(fixture.township.month.month), "a point for each month of the year so far");
    let months = "return document.querySelectorAll('figure.chart details tbody tr').length";
    assert_eq!(browser.run(months, Vec::new()).await.unwrap().as_i64().unwrap(), points);

    // By area and period: the last whole month of the one township, chosen in the form and in the table. The month
    // that has just begun may hold no record.
    let full_month = fixture.township.full_month();
    let month = Period::Month(full_month).to_string();
    browser.choose("select[name=period]", &month).await.unwrap();
    browser.click("form.filters button:not(.line)").await.unwrap();
    let here = "return document.readyState === 'complete' && new URLSearchParams(location.search).get('period') === arguments[0]";
    browser.until("the month", here, vec![json!(month)]).await.unwrap();
    let chosen = browser.run("return document.querySelector('select[name=period]').value", vec![]).await.unwrap();
    assert_eq!(chosen, json!(month));

    // What the generator knows it pushed is what the page shows.
    let wanted = Totals::from(&fixture.township.history_figures(&[], [full_month]));
    assert!(wanted.visits > 0 && wanted.contacts > 0, "an empty month proves nothing: {wanted:?}");
    let shown = cards(&browser).await;
    let counts: Vec<i64> = shown[..5].iter().map(|text| number(text) as i64).collect();
    assert_eq!(counts, [wanted.visits, wanted.contacts, wanted.policies, wanted.solved, wanted.deeds]);
    // Ten thousands of yuan with two decimals.
    assert_eq!((number(&shown[5]) * 100.0).round() as i64, (wanted.aid.0 + 5_000) / 10_000);

    // Down, level by level, to the township: the figures stay the same, because only one county and township exist.
    let top = rows(&browser).await;
    for level in ["county", "township"] {
        let lines = rows(&browser).await;
        let (first, sum) = (&lines[0], lines.last().unwrap());
        assert_eq!(first.1, sum.1, "the only {level} has the figures of the whole");
        browser.click("section.table tbody th a").await.unwrap();
        let script = "return document.readyState === 'complete' && document.querySelector('h1').innerText.includes(arguments[0])";
        browser.until(&first.0, script, vec![json!(first.0)]).await.unwrap();
        assert_eq!(cards(&browser).await, shown);
    }
    let villages = rows(&browser).await;
    assert!(villages.len() > 8, "eight villages and their sum: {villages:?}");
    assert_ne!(top, villages);
    for at in 0..5 {
        let sum: f64 = villages[..villages.len() - 1].iter().map(|(_, figures)| number(&figures[at])).sum();
        assert_eq!(sum, number(&shown[at]), "column {at} adds up");
    }

    // The file holds what the page shows, for the whole and for each village.
    browser.click("form.filters button.line").await.unwrap();
    let file = browser.downloaded(".csv").await.unwrap();
    let plan = &fixture.township.plan;
    let township = plan.workers[fixture.supervisor().unwrap()].area;
    assert_eq!(file.file_name().unwrap().to_str().unwrap(), format!("lianxin-{township}-{month}.csv"));
    let lines = sheet(&std::fs::read(file).unwrap());
    let plain = |figures: &[String]| figures.iter().map(|f| f.replace(',', "")).collect::<Vec<_>>();
    assert_eq!(lines[0].figures, plain(&shown));
    assert_eq!(lines[0].code, township.to_string());
    let by_name: BTreeMap<&str, &Line> =
        lines.iter().filter(|l| l.what == "区划").map(|l| (l.name.as_str(), l)).collect();
    for (village, figures) in &villages[..villages.len() - 1] {
        let line = by_name.get(village.as_str()).unwrap_or_else(|| panic!("no line for {village}"));
        assert_eq!(line.figures, plain(figures), "{village}");
    }
    assert_eq!(by_name.len(), villages.len() - 1);

    // Logged out is logged out: going back or on leads to the log-in.
    browser.click("header form button[type=submit]").await.unwrap();
    browser.at("/console/login").await.unwrap();
    browser.go(&format!("{url}/console/report.csv")).await.unwrap();
    browser.at("/console/login").await.unwrap();
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_of_a_township_sees_that_township_and_nothing_above_it() {
    let fixture = Fixture::build().await.unwrap();
    let supervisor = fixture.person(fixture.supervisor().unwrap());
    assert_ne!(supervisor.code, fixture.person(Plan::ADMINISTRATOR).code);
    let password = fixture.password(&supervisor.code).await.unwrap();
    let browser = Browser::open(DESK).await.unwrap();
    let url = fixture.township.server.url();
    browser.log_in(&url, &supervisor.code, &password).await.unwrap();
    browser.at("/console/report").await.unwrap();
    assert_eq!(rows(&browser).await.len(), 9, "eight villages and their sum");
    let county = supervisor.area.county().unwrap();
    browser.go(&format!("{url}/console/report?area={county}")).await.unwrap();
    let figures =
        browser.run("return document.querySelectorAll('section.figures .value').length", vec![]).await.unwrap();
    assert_eq!(figures, json!(0), "a county's figures are not a township's to see");
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_names_are_decided_in_the_browser_and_the_phones_learn_of_it() {
    let fixture = Fixture::build().await.unwrap();
    let contest = Contest::between(&fixture, 0).await.unwrap();
    assert!(contest.told().await.unwrap().decided.is_none());
    let supervisor = fixture.person(fixture.supervisor().unwrap());
    let password = fixture.password(&supervisor.code).await.unwrap();
    let browser = Browser::open(DESK).await.unwrap();
    browser.log_in(&fixture.township.server.url(), &supervisor.code, &password).await.unwrap();
    browser.at("/console/report").await.unwrap();
    browser.click("ul.attention a").await.unwrap();
    browser.at("/console/reviews").await.unwrap();
    browser.click("a.case").await.unwrap();
    for name in [&contest.stands, &contest.waits] {
        browser.shows(name).await.unwrap();
    }
    // Without a reason nothing is decided, and the page says what is missing.
    browser.click("button[value=accept]").await.unwrap();
    browser.shows("请选一个原因").await.unwrap();
    browser.click("input[name=quick]").await.unwrap();
    browser.click("button[value=accept]").await.unwrap();
    browser.shows("看过证件").await.unwrap();
    let decided =
        "return document.readyState === 'complete' && document.querySelector('button[value=accept]') === null";
    browser.until("the decision", decided, Vec::new()).await.unwrap();
    browser.shows(&supervisor.name).await.unwrap();
    browser.close().await.unwrap();

    let told = contest.told().await.unwrap().decided.expect("its author is told");
    assert!(told.accepted);
    assert_eq!((told.by.as_deref(), told.reason.as_str()), (Some(supervisor.name.as_str()), "看过证件"));
    contest.first.sync_now().await.unwrap();
    let card = contest.first.card(contest.who).await.unwrap();
    assert_eq!(card.item.name, contest.waits);
    let former: Vec<_> = card.former.iter().map(|f| f.value.as_str().unwrap_or_default()).collect();
    assert!(former.contains(&contest.stands.as_str()), "what lost stays readable: {former:?}");
}
