//! Compares the figures of the report, the open counts and the days of last contact with a recount over all records.

use super::dump::Dump;
use crate::sim::{
    fixture::{TOWNSHIP, place},
    simulation::Simulation,
};
use anyhow::Context;
use shared::{
    AreaCode, AreaLevel, Month, Period, RecipientId, WorkerId,
    indicators::{Figures, Indicator, Tally, facts},
    records::{Kind, NeedStatus, ReviewStatus},
    wire::ReportRequest,
};
use std::collections::BTreeMap;

const REPORT: &str = "the report is the recount of all records";
const OPEN: &str = "what is counted as open is open";
const SEEN: &str = "who was seen last is recounted";

type Key = (String, Month, String, u8);
/// What counts once a day, with the area and category of each record behind it.
type Daily = BTreeMap<(RecipientId, i32, WorkerId, u8), Vec<(Option<AreaCode>, String)>>;

impl Simulation {
    pub(super) fn figures(&mut self, dump: &Dump) {
        let mut want: BTreeMap<Key, (i64, i64)> = BTreeMap::new();
        let mut book = |area: AreaCode, month: Month, category: &str, indicator: u8, n: i64, fen: i64| {
            for area in area.ancestry().take_while(|a| a.level() > AreaLevel::Province) {
                let sum = want.entry((area.to_string(), month, category.to_owned(), indicator)).or_default();
                sum.0 += n;
                sum.1 += fen;
            }
        };
        let mut daily = Daily::new();
        for row in dump.rows.values() {
            let category = row.category.as_ref().map_or("", |c| c.word()).to_owned();
            for fact in facts(row) {
                let Some(indicator) = fact.indicator.number() else { continue };
                match (fact.daily_key, row.area) {
                    (Some(key), area) => daily
                        .entry((key.recipient, key.day.number(), key.worker, indicator))
                        .or_default()
                        .push((area, category.clone())),
                    (None, Some(area)) => book(area, fact.day.month(), &category, indicator, fact.n, fact.fen.0),
                    (None, None) => {}
                }
            }
        }
        let mut problems: Vec<String> = Vec::new();
        for stored in &dump.daily_counts {
            for (indicator, n) in contributions(&stored.contributions) {
                let behind =
                    daily.remove(&(stored.recipient, stored.day, stored.worker, indicator)).unwrap_or_default();
                if behind.len() as i64 != n {
                    problems.push(format!("{n} records counted behind one day, {} are there", behind.len()));
                }
                if let Ok(area) = stored.area.parse::<AreaCode>() {
                    book(area, shared::Day::from_number(stored.day).month(), &stored.category, indicator, 1, 0);
                }
            }
        }
        if let Some(key) = daily.keys().next() {
            problems.push(format!("a day of {} is not counted", key.0));
        }
        for row in &dump.tally {
            let key = (row.area.clone(), row.month, row.category.clone(), row.indicator);
            let is = want.remove(&key).unwrap_or_default();
            if is != (row.n, row.fen) {
                let name = Indicator::from_number(row.indicator).map(|i| i.word().to_owned()).unwrap_or_default();
                problems.push(format!(
                    "{name} in {} {} says {} and {} fen, the records say {} and {}",
                    row.area, row.month, row.n, row.fen, is.0, is.1
                ));
            }
        }
        want.retain(|_, sum| *sum != (0, 0));
        problems.extend(want.keys().next().map(|key| format!("{key:?} is in no report")));
        self.expect(REPORT, &[], problems.pop().map_or(Ok(()), Err));
        self.open_counts(dump);
        self.last_seen(dump);
    }

    /// The report that the console shows a supervisor.
    pub(super) async fn shown_report(&mut self, dump: &Dump) -> anyhow::Result<()> {
        let Some(supervisor) = self.fixture.people.iter().find(|p| p.code == "S1").map(|p| p.id) else { return Ok(()) };
        let process = &self.server.processes[0];
        let Some(viewer) = process.viewer_by_worker(supervisor).await? else { return Ok(()) };
        let area: AreaCode = TOWNSHIP.parse().context("the township's code")?;
        let request = ReportRequest { area, period: Period::Since(2023), category: None };
        let report = process.report_for(&viewer, request).await?;
        let mut want = Figures::default();
        for row in dump.tally.iter().filter(|row| row.area == TOWNSHIP) {
            if let Some(indicator) = Indicator::from_number(row.indicator) {
                want.add(&indicator, Tally { n: row.n, fen: shared::Fen(row.fen) });
            }
        }
        let (shown, want) = (nonzero(report.total), nonzero(want));
        let holds = if shown == want { Ok(()) } else { Err(format!("it shows {shown:?}, the figures are {want:?}")) };
        self.expect(REPORT, &[], holds);
        Ok(())
    }

    fn open_counts(&mut self, dump: &Dump) {
        let mut open: BTreeMap<(String, i64), i64> = BTreeMap::new();
        for row in dump.rows.values().filter(|r| !r.is_void()) {
            let status = row.fields.text("status").unwrap_or_default();
            let what = match row.kind {
                Kind::Need if !NeedStatus::from(status).is_end() => 0,
                Kind::Review if ReviewStatus::from(status) == ReviewStatus::Open => 1,
                Kind::Photo if dump.photos.iter().any(|p| p.row == row.id && p.missing) => 2,
                _ => continue,
            };
            let area_feed = place(row).map(|p| p.to_string()).unwrap_or_default();
            *open.entry((area_feed, what)).or_default() += 1;
        }
        let mut problem = None;
        for stored in &dump.open_counts {
            let is = open.remove(&(stored.area_feed.clone(), stored.what)).unwrap_or(0);
            if is != stored.n {
                problem = Some(format!(
                    "{} of kind {} are counted in {}, {is} are open",
                    stored.n, stored.what, stored.area_feed
                ));
            }
        }
        let problem = problem.or_else(|| open.keys().next().map(|key| format!("{key:?} is open and not counted")));
        self.expect(OPEN, &[], problem.map_or(Ok(()), Err));
    }

    fn last_seen(&mut self, dump: &Dump) {
        let mut last: BTreeMap<(RecipientId, u8), i32> = BTreeMap::new();
        for fact in dump.rows.values().flat_map(facts) {
            if let (Some(once), Some(indicator)) = (fact.daily_key, fact.indicator.number()) {
                let day = last.entry((once.recipient, indicator)).or_insert(i32::MIN);
                *day = (*day).max(once.day.number());
            }
        }
        let of = |id, indicator: Indicator| indicator.number().and_then(|n| last.get(&(id, n)).copied());
        let problem = dump.recipients.iter().find_map(|p| {
            let is = (of(p.id, Indicator::HomeVisit), of(p.id, Indicator::Contact));
            (is != (p.last_visit, p.last_contact)).then(|| {
                format!(
                    "{}: visited on {:?}, called on {:?}, the records say {is:?}",
                    p.id, p.last_visit, p.last_contact
                )
            })
        });
        self.expect(SEEN, &[], problem.map_or(Ok(()), Err));
    }
}

pub(super) fn nonzero(mut figures: Figures) -> Figures {
    figures.0.retain(|_, tally| *tally != Tally::default());
    figures
}

fn contributions(bytes: &[u8]) -> Vec<(u8, i64)> {
    let entry = |chunk: &[u8]| match chunk {
        [indicator, a, b, c, d] => Some((*indicator, i64::from(u32::from_le_bytes([*a, *b, *c, *d])))),
        _ => None,
    };
    bytes.chunks(5).filter_map(entry).collect()
}
