//! Figures against a recount over all records: the report's, what is open, who was seen last, and the phone's own month.

use super::dump::Dump;
use crate::sim::{
    clock::START_MS,
    town::{day_of, place},
    world::World,
};
use device_core::{Command, Receipt};
use shared::{
    AreaCode, AreaLevel, Month, RecipientId, Row, RowId, WorkerId,
    indicators::{Fact, Figures, Indicator, Tally, facts},
    records::{Kind, NeedStatus, ReviewStatus},
};
use std::collections::BTreeMap;

const REPORT: &str = "the report is the recount of all records";
const PHONE: &str = "the phone's totals are the report's";
const OPEN: &str = "what is counted as open is open";
const SEEN: &str = "who was seen last is recounted";

type Key = (String, Month, String, u8);

impl World {
    pub(super) fn figures(&mut self, dump: &Dump) {
        let mut want: BTreeMap<Key, (i64, i64)> = BTreeMap::new();
        let mut book = |area: AreaCode, month: Month, category: &str, indicator: u8, n: i64, fen: i64| {
            for area in area.ancestry().take_while(|a| a.level() > AreaLevel::Province) {
                let sum = want.entry((area.to_string(), month, category.to_owned(), indicator)).or_default();
                sum.0 += n;
                sum.1 += fen;
            }
        };
        // Behind each day of a worker with a recipient: how many records, and where any of them would be booked.
        let mut once: BTreeMap<(RecipientId, i32, WorkerId, u8), Vec<(Option<AreaCode>, String)>> = BTreeMap::new();
        for row in dump.rows.values() {
            let category = row.category.as_ref().map_or("", |c| c.word()).to_owned();
            for fact in facts(row) {
                let Some(indicator) = fact.indicator.number() else { continue };
                match (fact.once, row.area) {
                    (Some(key), area) => once
                        .entry((key.recipient, key.day.number(), key.worker, indicator))
                        .or_default()
                        .push((area, category.clone())),
                    (None, Some(area)) => book(area, fact.day.month(), &category, indicator, fact.n, fact.fen.0),
                    (None, None) => {}
                }
            }
        }
        let mut problems: Vec<String> = Vec::new();
        for kept in &dump.once {
            for (indicator, n) in refs(&kept.refs) {
                let behind = once.remove(&(kept.recipient, kept.day, kept.worker, indicator)).unwrap_or_default();
                if behind.len() as i64 != n {
                    problems.push(format!("{n} records counted behind one day, {} are there", behind.len()));
                }
                if let Ok(area) = kept.area.parse::<AreaCode>() {
                    book(area, shared::Day::from_number(kept.day).month(), &kept.category, indicator, 1, 0);
                }
            }
        }
        if let Some(key) = once.keys().next() {
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
        self.open_ones(dump);
        self.last_seen(dump);
    }

    fn open_ones(&mut self, dump: &Dump) {
        let mut open: BTreeMap<(String, i64), i64> = BTreeMap::new();
        for row in dump.rows.values().filter(|r| !r.is_void()) {
            let status = row.fields.text("status").unwrap_or_default();
            let what = match row.kind {
                Kind::Need if !NeedStatus::from(status).is_end() => 0,
                Kind::Review if ReviewStatus::from(status) == ReviewStatus::Open => 1,
                Kind::Photo if dump.photos.iter().any(|p| p.row == row.id && p.missing) => 2,
                _ => continue,
            };
            let shelf = place(row).map(|p| p.to_string()).unwrap_or_default();
            *open.entry((shelf, what)).or_default() += 1;
        }
        let mut problem = None;
        for kept in &dump.standing {
            let is = open.remove(&(kept.shelf.clone(), kept.what)).unwrap_or(0);
            if is != kept.n {
                problem =
                    Some(format!("{} of kind {} are counted in {}, {is} are open", kept.n, kept.what, kept.shelf));
            }
        }
        let problem = problem.or_else(|| open.keys().next().map(|key| format!("{key:?} is open and not counted")));
        self.expect(OPEN, &[], problem.map_or(Ok(()), Err));
    }

    fn last_seen(&mut self, dump: &Dump) {
        let mut last: BTreeMap<(RecipientId, u8), i32> = BTreeMap::new();
        for fact in dump.rows.values().flat_map(facts) {
            if let (Some(once), Some(indicator)) = (fact.once, fact.indicator.number()) {
                let day = last.entry((once.recipient, indicator)).or_insert(i32::MIN);
                *day = (*day).max(once.day.number());
            }
        }
        let of = |id, indicator: Indicator| indicator.number().and_then(|n| last.get(&(id, n)).copied());
        let problem = dump.people.iter().find_map(|p| {
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

    /// Confirmed plus waiting on the phone is what the records count for; and nothing waits.
    pub(super) fn phone_totals(&mut self, dump: &Dump) -> anyhow::Result<()> {
        let (mut month, last) =
            (day_of(START_MS - super::super::town::days(8)).month(), day_of(self.clock.now_ms()).month());
        let mut months = Vec::new();
        while month <= last {
            months.push(month);
            month = Month::from_number(month.number() + 1);
        }
        for at in 0..self.handsets.len() {
            let worker = self.handsets[at].worker;
            if !self.handsets[at].can_sync() || self.town.person(worker).left {
                continue;
            }
            let name = self.handsets[at].name.clone();
            for month in &months {
                let own = dump.rows.values().filter(|r| r.author == worker && kept_by_phone(r));
                let own: Vec<Fact> = own.flat_map(facts).filter(|f| f.day.month() == *month).collect();
                let want = nonzero(Figures::sum(&own));
                let holds = match self.handsets[at].core.handle(Command::MyMonth { month: *month }) {
                    Receipt::Month(view) => {
                        let mut all = view.confirmed.clone();
                        all.merge(&view.waiting);
                        if nonzero(all.clone()) != want {
                            Err(format!("{name} shows {all:?} for {month}, the records say {want:?}"))
                        } else if !view.waiting.0.is_empty() {
                            Err(format!("{name} says that {:?} of {month} wait, and nothing does", view.waiting))
                        } else {
                            Ok(())
                        }
                    }
                    other => Err(format!("{name} does not show its month: {other:?}")),
                };
                let rows = if holds.is_err() { self.counted_otherwise(at, dump, *month)? } else { Vec::new() };
                self.expect(PHONE, &rows, holds);
            }
        }
        Ok(())
    }

    /// The records that the phone counts otherwise than the server, for the trace.
    fn counted_otherwise(&self, at: usize, dump: &Dump, month: Month) -> anyhow::Result<Vec<RowId>> {
        let worker = self.handsets[at].worker;
        // The server's word where it may differ from what is shown.
        let sql = "SELECT id, CASE WHEN mirror IS NULL OR mirror = '' THEN doc ELSE mirror END FROM record
                   WHERE author = ?1 AND (counts = 1 OR mirror IS NULL OR mirror <> '') ORDER BY id";
        let mut statement = self.handsets[at].conn().prepare(sql)?;
        let shown = statement.query_map([worker.as_bytes()], |r| {
            Ok((RowId(uuid::Uuid::from_bytes(r.get(0)?)), r.get::<_, String>(1)?))
        })?;
        let mut here: BTreeMap<RowId, Row> = BTreeMap::new();
        for line in shown {
            let (id, doc) = line?;
            here.insert(id, serde_json::from_str(&doc)?);
        }
        let there = dump.rows.values().filter(|r| r.author == worker && kept_by_phone(r)).map(|r| r.id);
        let all: std::collections::BTreeSet<RowId> = here.keys().copied().chain(there).collect();
        let counts =
            |row: Option<&Row>| row.map_or(Vec::new(), facts).into_iter().filter(|f| f.day.month() == month).count();
        Ok(all.into_iter().filter(|id| counts(here.get(id)) != counts(dump.rows.get(id))).collect())
    }

    /// A photo called verified has its bytes on the server.
    pub(super) fn photos(&mut self, dump: &Dump) -> anyhow::Result<()> {
        for at in 0..self.handsets.len() {
            let verified: Vec<(String, [u8; 16])> = {
                let mut statement =
                    self.handsets[at].conn().prepare("SELECT sha256, id FROM photo WHERE state = 'verified'")?;
                statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?
            };
            for (sha256, id) in verified {
                let there = dump.media.iter().any(|m| m.sha256 == sha256);
                // A restored server forgets bytes; the device offers them again when it syncs.
                let excused = !self.handsets[at].can_sync();
                let name = self.handsets[at].name.clone();
                let holds = if there || excused {
                    Ok(())
                } else {
                    Err(format!("{name} calls a photo verified that is not there"))
                };
                let row = shared::RowId(uuid::Uuid::from_bytes(id));
                self.expect("a photo is verified when its bytes are there", &[row], holds);
            }
        }
        Ok(())
    }
}

/// What a phone holds of its worker's records: what devices recorded. The office's own stay with the office.
fn kept_by_phone(row: &Row) -> bool {
    !row.device.is_nil()
}

fn nonzero(mut figures: Figures) -> Figures {
    figures.0.retain(|_, tally| *tally != Tally::default());
    figures
}

fn refs(bytes: &[u8]) -> Vec<(u8, i64)> {
    let entry = |chunk: &[u8]| match chunk {
        [indicator, a, b, c, d] => Some((*indicator, i64::from(u32::from_le_bytes([*a, *b, *c, *d])))),
        _ => None,
    };
    bytes.chunks(5).filter_map(entry).collect()
}
