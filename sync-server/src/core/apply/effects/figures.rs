//! Figures of the report: `shared::indicators` says what a record counts for, before and after its change; the
//! difference is added to the figures of its area and every area above. Also counts how many needs, reviews and photos
//! are open.

use crate::core::apply::{row_change::RowChange, scopes::feed_key};
use crate::store::{
    Stored, TallyRow, Txn,
    tables::{DailyCount, OpenCount},
};
use shared::{
    AreaCode, AreaLevel, Month, RecipientId, Row, WorkerId,
    domain::is_open_need,
    indicators::{Fact, Indicator, facts},
    merge::review,
    records::{Kind, ReviewStatus},
};
use std::collections::{BTreeMap, HashMap};

/// What [`OpenCount`] counts; the numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenKind {
    Needs = 0,
    Reviews = 1,
    Photos = 2,
}

/// How the last visit and the last contact of a recipient may have changed.
#[derive(Clone, Debug, Default)]
pub struct LastDaysChange {
    /// Newest day (since 1970) of a visit that began to count.
    pub visit: Option<i32>,
    /// The same of a contact.
    pub contact: Option<i32>,
    /// Something ceased to count: the last days must be looked up again.
    pub removed: bool,
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct TallyKey {
    area: AreaCode,
    month: Month,
    category: String,
    indicator: u8,
}

#[derive(Default)]
struct TallyDeltas(HashMap<TallyKey, (i64, i64)>);

impl TallyDeltas {
    /// Adds a fact to its area and every area above, up to the city.
    fn add(&mut self, area: AreaCode, month: Month, category: &str, indicator: u8, n: i64, fen: i64) {
        for area in area.ancestry().take_while(|a| a.level() > AreaLevel::Province) {
            let key = TallyKey { area, month, category: category.to_owned(), indicator };
            let sum = self.0.entry(key).or_default();
            sum.0 += n;
            sum.1 += fen;
        }
    }
    fn rows(self) -> Vec<TallyRow> {
        let mut sums: Vec<_> = self.0.into_iter().filter(|(_, sum)| *sum != (0, 0)).collect();
        // In the order of the table's key, so that neighbouring rows share pages.
        sums.sort();
        let row = |(key, (n, fen)): (TallyKey, (i64, i64))| TallyRow {
            parent: key.area.parent().map(|p| p.as_str().to_owned()).unwrap_or_default(),
            area: key.area.as_str().to_owned(),
            month: key.month,
            category: key.category,
            indicator: key.indicator,
            n,
            fen,
        };
        sums.into_iter().map(row).collect()
    }
}

type DailyCountKey = (RecipientId, i32, WorkerId);

/// Changes to the contributions of one key, and the area and category under which a first contribution would count.
struct DailyCountDelta {
    area: Option<AreaCode>,
    category: String,
    contributions: BTreeMap<u8, i64>,
}

/// Writes figures, daily counts and open counts. Returns the recipients whose last visit or contact may have changed.
///
/// # Errors
///
/// The store failed.
pub async fn write<T: Txn>(txn: &mut T, changes: &[RowChange]) -> Stored<HashMap<RecipientId, LastDaysChange>> {
    let mut tallies = TallyDeltas::default();
    let mut daily: BTreeMap<DailyCountKey, DailyCountDelta> = BTreeMap::new();
    let mut open: BTreeMap<(String, i64), i64> = BTreeMap::new();
    for change in changes {
        let sides = change.before.iter().map(|row| (row, -1)).chain([(&change.after, 1)]);
        for (row, sign) in sides {
            for fact in facts(row) {
                collect(row, &fact, sign, &mut tallies, &mut daily);
            }
            if let Some(what) = open_of(row) {
                *open.entry((feed_key(row).unwrap_or_default(), what as i64)).or_default() += sign;
            }
        }
    }
    daily.retain(|_, delta| delta.contributions.values().any(|n| *n != 0));
    let last_days = write_daily_counts(txn, daily, &mut tallies).await?;
    txn.add(&tallies.rows()).await?;
    let open: Vec<_> = open
        .into_iter()
        .filter(|(_, n)| *n != 0)
        .map(|((area_feed, what), n)| OpenCount { area_feed, what, n })
        .collect();
    txn.add(&open).await?;
    Ok(last_days)
}

/// Collects one fact of a record; `sign` is -1 for the record before its change, 1 for the one after.
fn collect(
    row: &Row,
    fact: &Fact,
    sign: i64,
    tallies: &mut TallyDeltas,
    daily: &mut BTreeMap<DailyCountKey, DailyCountDelta>,
) {
    let Some(indicator) = fact.indicator.number() else { return };
    let category = row.category.as_ref().map_or("", |c| c.word());
    match (fact.daily_key, row.area) {
        (Some(key), area) => {
            let key = (key.recipient, key.day.number(), key.worker);
            let delta = daily.entry(key).or_insert_with(|| DailyCountDelta {
                area,
                category: category.to_owned(),
                contributions: BTreeMap::new(),
            });
            *delta.contributions.entry(indicator).or_default() += sign;
        }
        (None, Some(area)) => {
            tallies.add(area, fact.day.month(), category, indicator, sign * fact.n, sign * fact.fen.0);
        }
        // A record without an area is in no report.
        (None, None) => {}
    }
}

/// Updates the daily counts and adds those that begin or cease to count to the figures.
async fn write_daily_counts<T: Txn>(
    txn: &mut T,
    deltas: BTreeMap<DailyCountKey, DailyCountDelta>,
    tallies: &mut TallyDeltas,
) -> Stored<HashMap<RecipientId, LastDaysChange>> {
    let keys: Vec<DailyCountKey> = deltas.keys().copied().collect();
    let old = txn.get::<DailyCount>(&keys).await?;
    let (mut put, mut delete) = (Vec::new(), Vec::new());
    let mut last_days: HashMap<RecipientId, LastDaysChange> = HashMap::new();
    for ((key, delta), old) in deltas.into_iter().zip(old) {
        let (recipient, day, worker) = key;
        let mut entry = old.unwrap_or_else(|| DailyCount {
            recipient,
            day,
            worker,
            area: delta.area.map(|a| a.as_str().to_owned()).unwrap_or_default(),
            category: delta.category,
            contributions: Vec::new(),
        });
        let mut contributions = unpack(&entry.contributions);
        let area = entry.area.parse::<AreaCode>().ok();
        for (indicator, change) in delta.contributions {
            let count = contributions.entry(indicator).or_default();
            let (was, is) = (*count > 0, *count + change > 0);
            *count = (*count + change).max(0);
            if was == is {
                continue;
            }
            let step = if is { 1 } else { -1 };
            if let Some(area) = area {
                let month = shared::Day::from_number(day).month();
                tallies.add(area, month, &entry.category, indicator, step, 0);
            }
            note_day(last_days.entry(recipient).or_default(), indicator, day, is);
        }
        contributions.retain(|_, n| *n > 0);
        if contributions.is_empty() {
            delete.push(key);
        } else {
            entry.contributions = pack(&contributions);
            put.push(entry);
        }
    }
    txn.put(&put).await?;
    txn.delete::<DailyCount>(&delete).await?;
    Ok(last_days)
}

/// Notes that a day began to count as `indicator`, or ceased to.
fn note_day(change: &mut LastDaysChange, indicator: u8, day: i32, counts: bool) {
    let slot = match Indicator::from_number(indicator) {
        Some(Indicator::HomeVisit) => &mut change.visit,
        Some(Indicator::Contact) => &mut change.contact,
        _ => return,
    };
    if counts {
        *slot = (*slot).max(Some(day));
    } else {
        change.removed = true;
    }
}

/// True if the day counts as `indicator`.
pub fn counts_as(count: &DailyCount, indicator: &Indicator) -> bool {
    indicator.number().is_some_and(|n| unpack(&count.contributions).contains_key(&n))
}

/// Five bytes per indicator: its number, then how many records contribute (little-endian).
fn pack(contributions: &BTreeMap<u8, i64>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(contributions.len() * 5);
    for (indicator, n) in contributions {
        bytes.push(*indicator);
        bytes.extend(u32::try_from(*n).unwrap_or(u32::MAX).to_le_bytes());
    }
    bytes
}

fn unpack(bytes: &[u8]) -> BTreeMap<u8, i64> {
    let entry = |chunk: &[u8]| match chunk {
        [indicator, a, b, c, d] => Some((*indicator, i64::from(u32::from_le_bytes([*a, *b, *c, *d])))),
        _ => None,
    };
    bytes.chunks(5).filter_map(entry).collect()
}

/// What an open record is counted as.
fn open_of(row: &Row) -> Option<OpenKind> {
    if row.is_void() {
        return None;
    }
    match row.kind {
        Kind::Need if is_open_need(row) => Some(OpenKind::Needs),
        Kind::Review if review::status(row) == ReviewStatus::Open => Some(OpenKind::Reviews),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contributions_survive_packing() {
        let contributions = BTreeMap::from([(0, 1), (2, 70_000), (16, 3)]);
        assert_eq!(unpack(&pack(&contributions)), contributions);
        assert!(unpack(&[]).is_empty());
    }
}
