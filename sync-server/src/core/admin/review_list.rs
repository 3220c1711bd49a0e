//! Reviews as the office reads them: lists by area, one review with both values and the history of its record, and
//! deciding. A decision is an operation like any other: it is evaluated and logged.

pub use super::review_history::{Attribution, HistoryEntry};
use super::{
    accounts::Viewer,
    office_changes::OfficeChange,
    review_history::{history, worker_names},
};
use crate::{
    core::{
        apply::{
            effects::lookups::{DONE, OPEN},
            working_set::parse_row,
        },
        error::CoreError,
        server::ServerCore,
    },
    store::{
        Job, Store, Stored, Txn,
        tables::{Area, Record, ReviewIndex},
    },
};
use serde_json::Value;
use shared::{
    AreaCode, Change, Day, Hlc, Kind, RecipientId, ReviewId, Row, RowId, WorkerId,
    merge::review::{ProposedValue, ReviewDecision, current_author, decision_of, proposed_values},
    records::{Recipient, Review, ReviewStatus},
};
use std::collections::{BTreeSet, HashMap};

/// 20 reviews a page: as many as a person works through at a stretch.
pub const REVIEWS_PER_PAGE: usize = 20;
/// A review with the names and values that a person needs to decide it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewCase {
    pub id: ReviewId,
    pub area: Option<AreaCode>,
    pub area_name: Option<String>,
    pub recipient: Option<RecipientId>,
    pub recipient_name: Option<String>,
    pub minor: bool,
    pub review: Review,
    pub values: Vec<ProposedValue>,
    pub proposed: Attribution,
    pub standing: Option<Attribution>,
    /// The author's reason, if the change has one.
    pub given_reason: Option<String>,
    pub filed: Hlc,
    pub decided: Option<ReviewDecision>,
}

impl ReviewCase {
    /// True until it is decided.
    pub fn is_open(&self) -> bool {
        self.review.status == ReviewStatus::Open
    }
}

/// A page of open reviews, oldest first, and of decided ones, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReviewPage {
    pub open: Vec<ReviewCase>,
    pub open_total: usize,
    pub done: Vec<ReviewCase>,
    pub done_total: usize,
}

impl<S: Store> ServerCore<S> {
    /// Reviews of the viewer's areas, or of `area` alone. Pages count from 0.
    ///
    /// # Errors
    ///
    /// [`CoreError::NotAllowed`] if `area` is outside the viewer's areas, or the store failed.
    pub async fn reviews_for(
        &self,
        viewer: &Viewer,
        area: Option<AreaCode>,
        (open, done): (usize, usize),
    ) -> Result<ReviewPage, CoreError> {
        let areas = match area {
            Some(area) if viewer.may_see(&area) => vec![area],
            Some(_) => return Err(CoreError::NotAllowed),
            None => viewer.areas.iter().copied().filter(|a| viewer.may_see(a)).collect(),
        };
        self.inner.store.read(ListReviews { areas, open, done, today: self.today() }).await
    }

    /// One review with the history of its record, oldest first.
    ///
    /// # Errors
    ///
    /// [`CoreError::NotFound`] if there is none in the viewer's areas, or the store failed.
    pub async fn review_for(
        &self,
        viewer: &Viewer,
        id: ReviewId,
    ) -> Result<(ReviewCase, Vec<HistoryEntry>), CoreError> {
        let found = self.inner.store.read(FindReview { id, today: self.today() }).await?;
        let seen = |(case, _): &(ReviewCase, Vec<HistoryEntry>)| case.area.is_some_and(|a| viewer.may_see(&a));
        found.filter(seen).ok_or(CoreError::NotFound)
    }

    /// Decides a review in the name of the viewer. An earlier decision of another person stays.
    ///
    /// # Errors
    ///
    /// [`CoreError::NotFound`] as [`ServerCore::review_for`], [`CoreError::Refused`] without a reason or if the change
    /// cannot be applied any more, or the store failed.
    #[tracing::instrument(
        name = "decide_review",
        skip_all,
        fields(worker = %viewer.worker, review = %id, accept = accept)
    )]
    pub async fn decide_review(
        &self,
        viewer: &Viewer,
        id: ReviewId,
        accept: bool,
        reason: &str,
    ) -> Result<(), CoreError> {
        self.review_for(viewer, id).await?;
        let change = Change::Resolve { accept, reason: reason.trim().to_owned() };
        let change = OfficeChange { kind: Kind::Review, row: RowId(id.0), change };
        let counts = self.apply_office_by(viewer.worker, vec![change]).await?;
        if counts.changed > 0 {
            self.observer().review_decided(accept);
        }
        Ok(())
    }
}

struct ListReviews {
    areas: Vec<AreaCode>,
    open: usize,
    done: usize,
    today: Day,
}

impl Job for ListReviews {
    type Out = ReviewPage;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<ReviewPage, CoreError> {
        let mut open = indexed(txn, OPEN, &self.areas).await?;
        open.sort_by_key(|at| (at.since, at.row));
        let mut done = indexed(txn, DONE, &self.areas).await?;
        done.sort_by_key(|at| (std::cmp::Reverse(at.since), at.row));
        let page = |all: &[ReviewIndex], n: usize| -> Vec<RowId> {
            all.iter().skip(n.saturating_mul(REVIEWS_PER_PAGE)).take(REVIEWS_PER_PAGE).map(|at| at.row).collect()
        };
        let (open_page, done_page) = (page(&open, self.open), page(&done, self.done));
        Ok(ReviewPage {
            open: review_cases(txn, &open_page, self.today).await?,
            open_total: open.len(),
            done: review_cases(txn, &done_page, self.today).await?,
            done_total: done.len(),
        })
    }
}

/// Index rows of the reviews below the areas. Each is listed once, although areas may overlap.
async fn indexed<T: Txn>(txn: &mut T, state: &str, areas: &[AreaCode]) -> Stored<Vec<ReviewIndex>> {
    let mut all: HashMap<RowId, ReviewIndex> = HashMap::new();
    for area in areas {
        let found = txn.with_prefix::<ReviewIndex>("place", &format!("{state}{area}")).await?;
        all.extend(found.into_iter().map(|at| (at.row, at)));
    }
    Ok(all.into_values().collect())
}

struct FindReview {
    id: ReviewId,
    today: Day,
}

impl Job for FindReview {
    type Out = Option<(ReviewCase, Vec<HistoryEntry>)>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let Some(case) = review_cases(txn, &[RowId(self.id.0)], self.today).await?.pop() else { return Ok(None) };
        let history = history(txn, &case.review).await?;
        Ok(Some((case, history)))
    }
}

/// The reviews with these ids, in this order, with names. A record that is no review or cannot be read is left out.
async fn review_cases<T: Txn>(txn: &mut T, ids: &[RowId], today: Day) -> Stored<Vec<ReviewCase>> {
    let rows = rows(txn, ids.iter().copied().collect()).await?;
    let reviews: Vec<(&Row, Review)> = ids
        .iter()
        .filter_map(|id| rows.get(id))
        .filter(|row| row.kind == Kind::Review)
        .filter_map(|row| Some((row, row.view::<Review>().ok()?)))
        .collect();
    // Collect first: a borrowed iterator held across `.await` makes the future non-`Send`.
    let mut about: BTreeSet<RowId> = reviews.iter().map(|(_, r)| r.row).collect();
    about.extend(reviews.iter().filter_map(|(_, r)| r.recipient.map(RowId::from)));
    let about = self::rows(txn, about).await?;
    let pairs = |review: &Review| proposed_values(review, about.get(&review.row));
    let units = reviews.iter().flat_map(|(_, r)| pairs(r)).filter(|p| p.field == "unit");
    let units = units.flat_map(|p| [p.proposed, p.current]).flatten().filter_map(|v| v.as_str()?.parse().ok());
    let units = self::rows(txn, units.collect()).await?;
    // A reader needs names instead of ids.
    let name_unit = |value: &mut Option<Value>| {
        let unit = value.as_ref().and_then(Value::as_str).and_then(|id| units.get(&id.parse().ok()?));
        if let Some(name) = unit.and_then(|u| u.fields.text("name")) {
            *value = Some(name.into());
        }
    };
    let areas: Vec<(AreaCode,)> = reviews.iter().filter_map(|(row, _)| row.area).map(|a| (a,)).collect();
    let area_names: HashMap<AreaCode, String> =
        txn.get::<Area>(&areas).await?.into_iter().flatten().map(|a| (a.code, a.name)).collect();
    let in_force = |review: &Review| current_author(review, about.get(&review.row));
    let mut authors: BTreeSet<WorkerId> = reviews.iter().map(|(_, r)| r.proposed_by).collect();
    authors.extend(reviews.iter().filter_map(|(_, r)| in_force(r)).map(|(by, _)| by));
    let names = worker_names(txn, authors).await?;
    let review_case = |(row, review): (&Row, Review)| {
        let person = review.recipient.and_then(|r| about.get(&r.into()));
        let minor = person.and_then(|p| p.view::<Recipient>().ok()).is_some_and(|p| p.is_minor(today));
        let mut values = pairs(&review);
        for pair in &mut values {
            name_unit(&mut pair.proposed);
            name_unit(&mut pair.current);
        }
        let proposed_name = review.proposed_name.clone().or_else(|| names.get(&review.proposed_by).cloned());
        ReviewCase {
            id: ReviewId(row.id.0),
            area: row.area,
            area_name: row.area.and_then(|a| area_names.get(&a).cloned()),
            recipient: review.recipient,
            recipient_name: person.and_then(|p| p.fields.text("name")).map(str::to_owned),
            minor,
            values,
            proposed: Attribution { by: proposed_name, hlc: review.proposed_hlc },
            standing: in_force(&review).map(|(by, hlc)| Attribution { by: names.get(&by).cloned(), hlc }),
            given_reason: review.op.change.reason().map(str::to_owned),
            filed: row.hlc,
            decided: decision_of(row),
            review,
        }
    };
    Ok(reviews.into_iter().map(review_case).collect())
}

async fn rows<T: Txn>(txn: &mut T, ids: BTreeSet<RowId>) -> Stored<HashMap<RowId, Row>> {
    let keys: Vec<(RowId,)> = ids.into_iter().map(|id| (id,)).collect();
    let found = txn.get::<Record>(&keys).await?.into_iter().flatten();
    found.map(|record| Ok((record.id, parse_row(&record.doc)?))).collect()
}
