//! The phone's own month against the same recount, and its photos.

use super::{dump::Dump, figures::nonzero};
use crate::sim::{
    clock::START_MS,
    town::{day_of, days},
    world::World,
};
use device_core::{Command, Receipt};
use shared::{
    Month, Row, RowId,
    indicators::{Fact, Figures, facts},
};
use std::collections::{BTreeMap, BTreeSet};

const PHONE: &str = "the phone's totals are the report's";

impl World {
    /// Confirmed plus waiting on the phone is what the records count for; and nothing waits.
    pub(super) fn phone_totals(&mut self, dump: &Dump) -> anyhow::Result<()> {
        let (mut month, last) = (day_of(START_MS - days(8)).month(), day_of(self.clock.now_ms()).month());
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
        let all: BTreeSet<RowId> = here.keys().copied().chain(there).collect();
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
                let row = RowId(uuid::Uuid::from_bytes(id));
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
