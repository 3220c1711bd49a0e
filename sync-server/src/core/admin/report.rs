//! Reports, read from figures that are kept in step with every change, so that the time does not grow with the number
//! of records.

use super::accounts::Viewer;
use crate::{
    core::{
        apply::{effects::figures::OpenKind, scopes::supervises},
        auth,
        error::{CoreError, refuse},
        server::ServerCore,
    },
    store::{
        Job, Store, Stored, TallyRow, Txn,
        tables::{self, Area, OpenCount},
    },
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
    /// The report for a viewer of the console.
    ///
    /// # Errors
    ///
    /// [`CoreError::NotAllowed`] outside the viewer's areas, or the store failed.
    pub async fn report_for(&self, viewer: &Viewer, request: ReportRequest) -> Result<Report, CoreError> {
        if !viewer.may_see(&request.area) {
            return Err(CoreError::NotAllowed);
        }
        self.inner.store.read(self.report_job(None, request)).await
    }

    #[tracing::instrument(name = "report", skip_all, fields(area = %request.area))]
    pub(in crate::core) async fn report_step(
        &self,
        token: &Token,
        request: ReportRequest,
    ) -> Result<Report, CoreError> {
        self.inner.store.read(self.report_job(Some(auth::token_hash(token)), request)).await
    }

    fn report_job(&self, token_hash: Option<Vec<u8>>, request: ReportRequest) -> BuildReport {
        let silent_ms = i64::from(self.inner.settings.silent_days) * DAY_MS;
        BuildReport { token_hash, request, now_ms: self.now_ms(), silent_ms }
    }
}

struct BuildReport {
    /// The token of the device that asks; absent for the console, whose caller has checked the viewer.
    token_hash: Option<Vec<u8>>,
    request: ReportRequest,
    now_ms: i64,
    silent_ms: i64,
}

impl Job for BuildReport {
    type Out = Report;
    type Err = CoreError;

    async fn run<T: Txn>(self, txn: &mut T) -> Result<Report, CoreError> {
        let ReportRequest { area, period, category } = self.request.clone();
        if let Some(token_hash) = &self.token_hash {
            let author = auth::device(txn, token_hash).await?.worker;
            if !supervises(&author, &area) {
                return refuse(ErrorCode::NotAllowed);
            }
        }
        let (from, to) = period.months();
        let in_category = |row: &TallyRow| category.as_ref().is_none_or(|c| c.word() == row.category);
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
        for row in own.iter().filter(|r| in_category(r)) {
            add(&mut total, row);
            add(by_category.entry(row.category.clone()).or_default(), row);
            add(by_month.entry(row.month).or_default(), row);
        }
        let mut lines: BTreeMap<String, Figures> = BTreeMap::new();
        let area_names = names(txn, area).await?;
        // An area without figures gets a line, too: a supervisor looks for areas where nothing was done.
        lines.extend(
            area_names.keys().filter(|code| is_child(area, code)).map(|code| (code.clone(), Figures::default())),
        );
        for row in below.iter().filter(|r| in_category(r)) {
            add(lines.entry(row.area.clone()).or_default(), row);
        }
        let name_of = |code: &str| area_names.get(code).cloned().unwrap_or_else(|| code.to_owned());
        let line = |(code, figures): (String, Figures)| {
            Some(ReportLine { area: code.parse().ok()?, name: name_of(&code), figures: without_zeros(figures) })
        };
        let attention = self.attention(txn, area).await?;
        let category_line = |(word, figures): (String, Figures)| {
            let figures = without_zeros(figures);
            (!word.is_empty() && !figures.0.is_empty()).then(|| (Category::from(word.as_str()), figures))
        };
        let month_line =
            |(month, figures)| Some((month, without_zeros(figures))).filter(|(_, f): &(_, Figures)| !f.0.is_empty());
        Ok(Report {
            area,
            area_name: name_of(area.as_str()),
            period,
            total: without_zeros(total),
            by_area: lines.into_iter().filter_map(line).collect(),
            by_category: by_category.into_iter().filter_map(category_line).collect(),
            by_month: by_month.into_iter().filter_map(month_line).collect(),
            attention,
            as_of: Moment::shanghai(self.now_ms),
            category,
        })
    }
}

impl BuildReport {
    async fn attention<T: Txn>(&self, txn: &mut T, area: AreaCode) -> Stored<Attention> {
        let today = Day::of_utc_ms(self.now_ms).number();
        let open = txn.with_prefix::<OpenCount>("area_feed", area.as_str()).await?;
        let count = |what: OpenKind| open.iter().filter(|s| s.what == what as i64).map(|s| s.n).sum();
        Ok(Attention {
            overdue: tables::people::overdue(txn, area.as_str(), today).await?,
            reviews: count(OpenKind::Reviews),
            photos_missing: count(OpenKind::Photos),
            needs_open: count(OpenKind::Needs),
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

/// Figures without indicators that are zero.
fn without_zeros(mut figures: Figures) -> Figures {
    figures.0.retain(|_, tally| *tally != Tally::default());
    figures
}
