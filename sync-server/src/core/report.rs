//! Reports, read from the figures that every change keeps in step: as fast after ten years as after one.

use super::{CoreError, ServerCore, Viewer, auth, effects::Open, error::refuse, scopes::supervises};
use crate::store::{
    Job, Store, Stored, TallyRow, Txn,
    tables::{self, Area, OpenCount},
};
use shared::{
    AreaCode, AreaLevel, Day, Fen, Moment, Month,
    indicators::{Figures, Indicator, Tally},
    records::Category,
    wire::{ErrorCode, Report, ReportLine, ReportRequest, Token, report::Attention},
};
use std::collections::BTreeMap;

const DAY_MS: i64 = 86_400_000;

impl<S: Store> ServerCore<S> {
    /// The report for somebody at the console; `NotAllowed` outside their areas.
    pub async fn report_for(&self, viewer: &Viewer, request: ReportRequest) -> Result<Report, CoreError> {
        if !viewer.may_see(&request.area) {
            return Err(CoreError::NotAllowed);
        }
        self.inner.store.read(self.make(None, request)).await
    }

    pub(super) async fn report_step(&self, token: &Token, request: ReportRequest) -> Result<Report, CoreError> {
        self.inner.store.read(self.make(Some(auth::token_hash(token)), request)).await
    }

    fn make(&self, token_hash: Option<Vec<u8>>, request: ReportRequest) -> Make {
        let silent_ms = i64::from(self.inner.settings.silent_days) * DAY_MS;
        Make { token_hash, request, now_ms: self.now_ms(), silent_ms }
    }
}

struct Make {
    /// The device that asks; absent for the console, which has asked already.
    token_hash: Option<Vec<u8>>,
    request: ReportRequest,
    now_ms: i64,
    silent_ms: i64,
}

impl Job for Make {
    type Out = Report;
    type Err = CoreError;

    async fn run<T: Txn>(self, txn: &mut T) -> Result<Report, CoreError> {
        let ReportRequest { area, period, category } = self.request.clone();
        if let Some(token_hash) = &self.token_hash {
            let asks = auth::device(txn, token_hash).await?.worker;
            if !supervises(&asks, &area) {
                return refuse(ErrorCode::NotAllowed);
            }
        }
        let (from, to) = period.months();
        let wanted = |row: &TallyRow| category.as_ref().is_none_or(|c| c.word() == row.category);
        let below = tables::figures::tally(txn, area.as_str(), from, to).await?;
        // Figures are kept up to the city; a province is the sum of its cities.
        let own: Vec<TallyRow> = match area.parent() {
            Some(parent) => tables::figures::tally(txn, parent.as_str(), from, to)
                .await?
                .into_iter()
                .filter(|r| r.area == area.as_str())
                .collect(),
            None => below.clone(),
        };
        let (mut total, mut by_category, mut by_month) =
            (Figures::default(), BTreeMap::<String, Figures>::new(), BTreeMap::<Month, Figures>::new());
        for row in own.iter().filter(|r| wanted(r)) {
            add(&mut total, row);
            add(by_category.entry(row.category.clone()).or_default(), row);
            add(by_month.entry(row.month).or_default(), row);
        }
        let mut lines: BTreeMap<String, Figures> = BTreeMap::new();
        let named = names(txn, area).await?;
        // An area without figures is a line too: nothing done is what a supervisor looks for.
        lines.extend(named.keys().filter(|code| is_child(area, code)).map(|code| (code.clone(), Figures::default())));
        for row in below.iter().filter(|r| wanted(r)) {
            add(lines.entry(row.area.clone()).or_default(), row);
        }
        let name = |code: &str| named.get(code).cloned().unwrap_or_else(|| code.to_owned());
        let line = |(code, figures): (String, Figures)| {
            Some(ReportLine { area: code.parse().ok()?, name: name(&code), figures: tidy(figures) })
        };
        let attention = self.attention(txn, area).await?;
        let category_line = |(word, figures): (String, Figures)| {
            let figures = tidy(figures);
            (!word.is_empty() && !figures.0.is_empty()).then(|| (Category::from(word.as_str()), figures))
        };
        let month_line =
            |(month, figures)| Some((month, tidy(figures))).filter(|(_, f): &(_, Figures)| !f.0.is_empty());
        Ok(Report {
            area,
            area_name: name(area.as_str()),
            period,
            total: tidy(total),
            by_area: lines.into_iter().filter_map(line).collect(),
            by_category: by_category.into_iter().filter_map(category_line).collect(),
            by_month: by_month.into_iter().filter_map(month_line).collect(),
            attention,
            as_of: Moment::shanghai(self.now_ms),
            category,
        })
    }
}

impl Make {
    async fn attention<T: Txn>(&self, txn: &mut T, area: AreaCode) -> Stored<Attention> {
        let today = Day::of_utc_ms(self.now_ms).number();
        let open = txn.with_prefix::<OpenCount>("area_feed", area.as_str()).await?;
        let count = |what: Open| open.iter().filter(|s| s.what == what as i64).map(|s| s.n).sum();
        Ok(Attention {
            overdue: tables::people::overdue(txn, area.as_str(), today).await?,
            reviews: count(Open::Reviews),
            photos_missing: count(Open::Photos),
            needs_open: count(Open::Needs),
            silent_devices: tables::devices::silent_devices(txn, area.as_str(), self.now_ms - self.silent_ms).await?,
        })
    }
}

/// Names of the area and of those right below it.
async fn names<T: Txn>(txn: &mut T, area: AreaCode) -> Stored<BTreeMap<String, String>> {
    let all = txn.with_prefix::<Area>("code", area.as_str()).await?;
    let near = all.into_iter().filter(|a| a.code == area || a.code.parent() == Some(area));
    Ok(near.map(|a| (a.code.as_str().to_owned(), a.name)).collect())
}

fn is_child(area: AreaCode, code: &str) -> bool {
    area.level() != AreaLevel::Village && code != area.as_str()
}

fn add(figures: &mut Figures, row: &TallyRow) {
    if let Some(indicator) = Indicator::from_number(row.indicator) {
        figures.add(&indicator, Tally { n: row.n, fen: Fen(row.fen) });
    }
}

/// Without what came to nothing: an absent indicator is zero.
fn tidy(mut figures: Figures) -> Figures {
    figures.0.retain(|_, tally| *tally != Tally::default());
    figures
}
