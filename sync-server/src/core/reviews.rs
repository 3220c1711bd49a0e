//! What waits for a decision, as the office reads it: lists by area, one case with everything that speaks for either
//! side, and deciding. Deciding goes the way of a device's operation, through `evaluate` into the operation log.

use super::{
    CoreError, OfficeChange, ServerCore, Viewer,
    effects::lookups::{DONE, OPEN},
    working_set,
};
use crate::store::{
    Job, Store, Stored, Txn,
    tables::{Area, Device, OpLog, Record, ReviewIndex, Worker},
};
use serde_json::Value;
use shared::{
    AreaCode, Change, Day, DeviceId, Hlc, Kind, Op, Outcome, RecipientId, ReviewId, Row, RowId, WorkerId,
    merge::review::{ProposedValue, ReviewDecision, current_author, decision_of, proposed_values},
    records::{Recipient, Review, ReviewStatus},
};
use std::collections::{BTreeSet, HashMap};

/// 20 cases a page: as many as one looks through before a break.
pub const PAGE: usize = 20;
/// 200 steps in the history of one record; more have not been seen.
const HISTORY_MAX: usize = 200;

/// One side of a case: who said it, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// `None` for the server itself, an import, and somebody nobody knows any more.
    pub by: Option<String>,
    pub hlc: Hlc,
}

/// A case as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub id: ReviewId,
    pub area: Option<AreaCode>,
    pub area_name: Option<String>,
    pub recipient: Option<RecipientId>,
    pub recipient_name: Option<String>,
    pub minor: bool,
    pub review: Review,
    pub values: Vec<ProposedValue>,
    pub proposed: Said,
    pub standing: Option<Said>,
    /// Why its author wanted it, where a reason was asked for.
    pub given_reason: Option<String>,
    pub filed: Hlc,
    pub decided: Option<ReviewDecision>,
}

impl Case {
    pub fn is_open(&self) -> bool {
        self.review.status == ReviewStatus::Open
    }
}

/// A page of what waits, oldest first, and of what was decided, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cases {
    pub open: Vec<Case>,
    pub open_total: usize,
    pub done: Vec<Case>,
    pub done_total: usize,
}

/// One thing that was done to the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    pub said: Said,
    /// What the office calls the phone; none for an import or the console.
    pub device: Option<String>,
    pub change: Change,
    /// `None` for applied.
    pub outcome: Option<Outcome>,
}

impl<S: Store> ServerCore<S> {
    /// Cases of the viewer's areas; of `area` alone where one is given. Pages count from 0.
    pub async fn reviews_for(
        &self,
        viewer: &Viewer,
        area: Option<AreaCode>,
        (open, done): (usize, usize),
    ) -> Result<Cases, CoreError> {
        let areas = match area {
            Some(area) if viewer.may_see(&area) => vec![area],
            Some(_) => return Err(CoreError::NotAllowed),
            None => viewer.areas.iter().copied().filter(|a| viewer.may_see(a)).collect(),
        };
        self.inner.store.read(List { areas, open, done, today: self.today() }).await
    }

    /// One case with the history of its record, oldest first. One of another area looks like none at all.
    pub async fn review_for(&self, viewer: &Viewer, id: ReviewId) -> Result<(Case, Vec<Past>), CoreError> {
        let found = self.inner.store.read(One { id, today: self.today() }).await?;
        let seen = |(case, _): &(Case, Vec<Past>)| case.area.is_some_and(|a| viewer.may_see(&a));
        found.filter(seen).ok_or(CoreError::NotFound)
    }

    /// Decides on behalf of the viewer. What somebody else has decided meanwhile stays decided.
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
        self.apply_office_by(viewer.worker, vec![change]).await.map(drop)
    }

    fn today(&self) -> Day {
        Day::of_utc_ms(self.now_ms())
    }
}

struct List {
    areas: Vec<AreaCode>,
    open: usize,
    done: usize,
    today: Day,
}

impl Job for List {
    type Out = Cases;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Cases, CoreError> {
        let mut open = places(txn, OPEN, &self.areas).await?;
        open.sort_by_key(|at| (at.since, at.row));
        let mut done = places(txn, DONE, &self.areas).await?;
        done.sort_by_key(|at| (std::cmp::Reverse(at.since), at.row));
        let page = |all: &[ReviewIndex], n: usize| -> Vec<RowId> {
            all.iter().skip(n.saturating_mul(PAGE)).take(PAGE).map(|at| at.row).collect()
        };
        let (open_page, done_page) = (page(&open, self.open), page(&done, self.done));
        Ok(Cases {
            open: cases(txn, &open_page, self.today).await?,
            open_total: open.len(),
            done: cases(txn, &done_page, self.today).await?,
            done_total: done.len(),
        })
    }
}

/// Reviews below the areas, each once: areas may overlap.
async fn places<T: Txn>(txn: &mut T, state: &str, areas: &[AreaCode]) -> Stored<Vec<ReviewIndex>> {
    let mut all: HashMap<RowId, ReviewIndex> = HashMap::new();
    for area in areas {
        let found = txn.under::<ReviewIndex>("place", &format!("{state}{area}")).await?;
        all.extend(found.into_iter().map(|at| (at.row, at)));
    }
    Ok(all.into_values().collect())
}

struct One {
    id: ReviewId,
    today: Day,
}

impl Job for One {
    type Out = Option<(Case, Vec<Past>)>;
    type Err = CoreError;
    async fn run<T: Txn>(self, txn: &mut T) -> Result<Self::Out, CoreError> {
        let Some(case) = cases(txn, &[RowId(self.id.0)], self.today).await?.pop() else { return Ok(None) };
        let history = history(txn, &case.review).await?;
        Ok(Some((case, history)))
    }
}

/// Cases in the order of `ids`, with names; what is no review or cannot be read is left out.
async fn cases<T: Txn>(txn: &mut T, ids: &[RowId], today: Day) -> Stored<Vec<Case>> {
    let rows = rows(txn, ids.iter().copied().collect()).await?;
    let reviews: Vec<(&Row, Review)> = ids
        .iter()
        .filter_map(|id| rows.get(id))
        .filter(|row| row.kind == Kind::Review)
        .filter_map(|row| Some((row, row.view::<Review>().ok()?)))
        .collect();
    // Sets by name, not iterators: what a job holds while it waits must be whole.
    let mut about: BTreeSet<RowId> = reviews.iter().map(|(_, r)| r.row).collect();
    about.extend(reviews.iter().filter_map(|(_, r)| r.recipient.map(RowId::from)));
    let about = self::rows(txn, about).await?;
    let pairs = |review: &Review| proposed_values(review, about.get(&review.row));
    let units = reviews.iter().flat_map(|(_, r)| pairs(r)).filter(|p| p.field == "unit");
    let units = units.flat_map(|p| [p.proposed, p.current]).flatten().filter_map(|v| v.as_str()?.parse().ok());
    let units = self::rows(txn, units.collect()).await?;
    // Ids mean nothing to a reader.
    let named = |value: &mut Option<Value>| {
        let unit = value.as_ref().and_then(Value::as_str).and_then(|id| units.get(&id.parse().ok()?));
        if let Some(name) = unit.and_then(|u| u.fields.text("name")) {
            *value = Some(name.into());
        }
    };
    let areas: Vec<(AreaCode,)> = reviews.iter().filter_map(|(row, _)| row.area).map(|a| (a,)).collect();
    let area_names: HashMap<AreaCode, String> =
        txn.get::<Area>(&areas).await?.into_iter().flatten().map(|a| (a.code, a.name)).collect();
    let stands = |review: &Review| current_author(review, about.get(&review.row));
    let mut speakers: BTreeSet<WorkerId> = reviews.iter().map(|(_, r)| r.proposed_by).collect();
    speakers.extend(reviews.iter().filter_map(|(_, r)| stands(r)).map(|(by, _)| by));
    let names = names(txn, speakers).await?;
    let case = |(row, review): (&Row, Review)| {
        let person = review.recipient.and_then(|r| about.get(&r.into()));
        let minor = person.and_then(|p| p.view::<Recipient>().ok()).is_some_and(|p| p.is_minor(today));
        let mut values = pairs(&review);
        for pair in &mut values {
            named(&mut pair.proposed);
            named(&mut pair.current);
        }
        let proposed_name = review.proposed_name.clone().or_else(|| names.get(&review.proposed_by).cloned());
        Case {
            id: ReviewId(row.id.0),
            area: row.area,
            area_name: row.area.and_then(|a| area_names.get(&a).cloned()),
            recipient: review.recipient,
            recipient_name: person.and_then(|p| p.fields.text("name")).map(str::to_owned),
            minor,
            values,
            proposed: Said { by: proposed_name, hlc: review.proposed_hlc },
            standing: stands(&review).map(|(by, hlc)| Said { by: names.get(&by).cloned(), hlc }),
            given_reason: review.op.change.reason().map(str::to_owned),
            filed: row.hlc,
            decided: decision_of(row),
            review,
        }
    };
    Ok(reviews.into_iter().map(case).collect())
}

/// Everything that was ever done to the record of a case, whatever became of it.
async fn history<T: Txn>(txn: &mut T, review: &Review) -> Stored<Vec<Past>> {
    let mut log = txn.find::<OpLog>("row", &[crate::store::Column::cell(&review.row)]).await?;
    // What changed nothing has no revision, and came after what it met.
    log.sort_by_key(|entry| (entry.received, entry.hlc, entry.rev.map_or(u64::MAX, |rev| rev.0)));
    let skip = log.len().saturating_sub(HISTORY_MAX);
    let log: Vec<(OpLog, Op)> =
        log.into_iter().skip(skip).filter_map(|e| serde_json::from_str(&e.op).ok().map(|op| (e, op))).collect();
    let names = names(txn, log.iter().map(|(e, _)| e.worker).collect()).await?;
    let keys: BTreeSet<DeviceId> = log.iter().map(|(e, _)| e.device).filter(|d| !d.is_nil()).collect();
    let keys: Vec<(DeviceId,)> = keys.into_iter().map(|d| (d,)).collect();
    let devices: HashMap<DeviceId, String> =
        txn.get::<Device>(&keys).await?.into_iter().flatten().map(|d| (d.id, d.label)).collect();
    let in_question = review.op.change.field_names();
    let concerns = |change: &Change| {
        let fields = change.field_names();
        in_question.is_empty() || fields.is_empty() || fields.iter().any(|f| in_question.contains(f))
    };
    let past = |(entry, op): (OpLog, Op)| Past {
        said: Said { by: names.get(&entry.worker).cloned(), hlc: entry.hlc },
        device: devices.get(&entry.device).cloned().filter(|label| !label.is_empty()),
        change: op.change,
        outcome: entry.outcome.as_deref().and_then(|o| serde_json::from_str(o).ok()),
    };
    Ok(log.into_iter().filter(|(_, op)| concerns(&op.change)).map(past).collect())
}

async fn rows<T: Txn>(txn: &mut T, ids: BTreeSet<RowId>) -> Stored<HashMap<RowId, Row>> {
    let keys: Vec<(RowId,)> = ids.into_iter().map(|id| (id,)).collect();
    let found = txn.get::<Record>(&keys).await?.into_iter().flatten();
    found.map(|record| Ok((record.id, working_set::read(&record.doc)?))).collect()
}

async fn names<T: Txn>(txn: &mut T, ids: BTreeSet<WorkerId>) -> Stored<HashMap<WorkerId, String>> {
    let keys: Vec<(WorkerId,)> = ids.into_iter().filter(|id| !id.is_nil()).map(|id| (id,)).collect();
    Ok(txn.get::<Worker>(&keys).await?.into_iter().flatten().map(|w| (w.id, w.name)).collect())
}
