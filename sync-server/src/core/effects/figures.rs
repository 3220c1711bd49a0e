//! What counts: `shared::indicators` says what a record counts for, before and after; the difference goes into the
//! figures of every area above it. Also how many of something are open.

use super::Changed;
use crate::core::scopes::feed_key;
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

/// What may be open; the numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    Needs = 0,
    Reviews = 1,
    Photos = 2,
}

/// Visits and contacts that began or ceased to count, by recipient.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    pub visit: Option<i32>,
    pub contact: Option<i32>,
    /// Something was taken away: the last days must be looked up again.
    pub less: bool,
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Line {
    area: AreaCode,
    month: Month,
    category: String,
    indicator: u8,
}

#[derive(Default)]
struct Lines(HashMap<Line, (i64, i64)>);

impl Lines {
    /// Books a fact in its area and every area above, up to the city.
    fn book(&mut self, area: AreaCode, month: Month, category: &str, indicator: u8, n: i64, fen: i64) {
        for area in area.ancestry().take_while(|a| a.level() > AreaLevel::Province) {
            let line = Line { area, month, category: category.to_owned(), indicator };
            let sum = self.0.entry(line).or_default();
            sum.0 += n;
            sum.1 += fen;
        }
    }
    fn rows(self) -> Vec<TallyRow> {
        let mut lines: Vec<_> = self.0.into_iter().filter(|(_, sum)| *sum != (0, 0)).collect();
        // In the table's own order, which is kind to its pages.
        lines.sort();
        let row = |(line, (n, fen)): (Line, (i64, i64))| TallyRow {
            parent: line.area.parent().map(|p| p.as_str().to_owned()).unwrap_or_default(),
            area: line.area.as_str().to_owned(),
            month: line.month,
            category: line.category,
            indicator: line.indicator,
            n,
            fen,
        };
        lines.into_iter().map(row).collect()
    }
}

type DailyCountKey = (RecipientId, i32, WorkerId);

/// Changes to what stands behind one key, and where a first record of it would be booked.
struct DailyCountDelta {
    area: Option<AreaCode>,
    category: String,
    contributions: BTreeMap<u8, i64>,
}

pub async fn write<T: Txn>(txn: &mut T, changes: &[Changed]) -> Stored<HashMap<RecipientId, Counted>> {
    let mut lines = Lines::default();
    let mut once: BTreeMap<DailyCountKey, DailyCountDelta> = BTreeMap::new();
    let mut open: BTreeMap<(String, i64), i64> = BTreeMap::new();
    for change in changes {
        let both = change.before.iter().map(|row| (row, -1)).chain([(&change.after, 1)]);
        for (row, sign) in both {
            for fact in facts(row) {
                collect(row, &fact, sign, &mut lines, &mut once);
            }
            if let Some(what) = open_of(row) {
                *open.entry((feed_key(row).unwrap_or_default(), what as i64)).or_default() += sign;
            }
        }
    }
    once.retain(|_, delta| delta.contributions.values().any(|n| *n != 0));
    let counted = write_once(txn, once, &mut lines).await?;
    txn.tally_add(&lines.rows()).await?;
    let open: Vec<_> = open
        .into_iter()
        .filter(|(_, n)| *n != 0)
        .map(|((area_feed, what), n)| OpenCount { area_feed, what, n })
        .collect();
    txn.open_count_add(&open).await?;
    Ok(counted)
}

fn collect(row: &Row, fact: &Fact, sign: i64, lines: &mut Lines, once: &mut BTreeMap<DailyCountKey, DailyCountDelta>) {
    let Some(indicator) = fact.indicator.number() else { return };
    let category = row.category.as_ref().map_or("", |c| c.word());
    match (fact.daily_key, row.area) {
        (Some(key), area) => {
            let key = (key.recipient, key.day.number(), key.worker);
            let delta = once.entry(key).or_insert_with(|| DailyCountDelta {
                area,
                category: category.to_owned(),
                contributions: BTreeMap::new(),
            });
            *delta.contributions.entry(indicator).or_default() += sign;
        }
        (None, Some(area)) => {
            lines.book(area, fact.day.month(), category, indicator, sign * fact.n, sign * fact.fen.0);
        }
        // A record without an area is in no report.
        (None, None) => {}
    }
}

/// Brings the once-keys along and books those that begin or cease to count.
async fn write_once<T: Txn>(
    txn: &mut T,
    deltas: BTreeMap<DailyCountKey, DailyCountDelta>,
    lines: &mut Lines,
) -> Stored<HashMap<RecipientId, Counted>> {
    let keys: Vec<DailyCountKey> = deltas.keys().copied().collect();
    let old = txn.get::<DailyCount>(&keys).await?;
    let (mut put, mut delete) = (Vec::new(), Vec::new());
    let mut counted: HashMap<RecipientId, Counted> = HashMap::new();
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
                lines.book(area, month, &entry.category, indicator, step, 0);
            }
            note(counted.entry(recipient).or_default(), indicator, day, is);
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
    Ok(counted)
}

fn note(counted: &mut Counted, indicator: u8, day: i32, more: bool) {
    let slot = match Indicator::from_number(indicator) {
        Some(Indicator::HomeVisit) => &mut counted.visit,
        Some(Indicator::Contact) => &mut counted.contact,
        _ => return,
    };
    if more {
        *slot = (*slot).max(Some(day));
    } else {
        counted.less = true;
    }
}

/// True when the key counts as `indicator`.
pub fn counts_as(once: &DailyCount, indicator: &Indicator) -> bool {
    indicator.number().is_some_and(|n| unpack(&once.contributions).contains_key(&n))
}

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

/// What a record keeps open.
fn open_of(row: &Row) -> Option<Open> {
    if row.is_void() {
        return None;
    }
    match row.kind {
        Kind::Need if is_open_need(row) => Some(Open::Needs),
        Kind::Review if review::status(row) == ReviewStatus::Open => Some(Open::Reviews),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_a_key_survives_its_bytes() {
        let contributions = BTreeMap::from([(0, 1), (2, 70_000), (16, 3)]);
        assert_eq!(unpack(&pack(&contributions)), contributions);
        assert!(unpack(&[]).is_empty());
    }
}
