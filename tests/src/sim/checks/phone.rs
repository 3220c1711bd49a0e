//! Compares the month on each phone with the recount, and its photos with the server's storage.

use super::{dump::Dump, figures::nonzero};
use crate::sim::{
    clock::START_MS,
    fixture::{day_of, days},
    simulation::Simulation,
};
use device_core::{Command, Reply};
use shared::{
    Month, Row, RowId,
    indicators::{Fact, Figures, facts},
};
use std::collections::{BTreeMap, BTreeSet};

const PHONE: &str = "the phone's totals are the report's";

impl Simulation {
    /// The confirmed figures of the phone are those of the records, and nothing waits.
    pub(super) fn phone_totals(&mut self, dump: &Dump) -> anyhow::Result<()> {
        let (mut month, last) = (day_of(START_MS - days(8)).month(), day_of(self.clock.now_ms()).month());
        let mut months = Vec::new();
        while month <= last {
            months.push(month);
            month = Month::from_number(month.number() + 1);
        }
        for at in 0..self.devices.len() {
            let worker = self.devices[at].worker;
            if !self.devices[at].can_sync() || self.fixture.person(worker).left {
                continue;
            }
            let name = self.devices[at].name.clone();
            for month in &months {
                let own = dump.rows.values().filter(|r| r.author == worker && on_phone(r));
                let own: Vec<Fact> = own.flat_map(facts).filter(|f| f.day.month() == *month).collect();
                let want = nonzero(Figures::sum(&own));
                let holds = match self.devices[at].core.handle(Command::MyMonth { month: *month }) {
                    Reply::Month(view) => {
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
                let rows = if holds.is_err() { self.counted_differently(at, dump, *month)? } else { Vec::new() };
                self.expect(PHONE, &rows, holds);
            }
        }
        Ok(())
    }

    /// The records that the phone counts differently, for the trace.
    fn counted_differently(&self, at: usize, dump: &Dump, month: Month) -> anyhow::Result<Vec<RowId>> {
        let worker = self.devices[at].worker;
        // The server's row where it may differ from the shown one.
        let sql =
            "SELECT id, CASE WHEN server_row IS NULL OR server_row = '' THEN local_row ELSE server_row END FROM record
                   WHERE author = ?1 AND (counts = 1 OR server_row IS NULL OR server_row <> '') ORDER BY id";
        let mut statement = self.devices[at].conn().prepare(sql)?;
        let shown = statement.query_map([worker.as_bytes()], |r| {
            Ok((RowId(uuid::Uuid::from_bytes(r.get(0)?)), r.get::<_, String>(1)?))
        })?;
        let mut here: BTreeMap<RowId, Row> = BTreeMap::new();
        for line in shown {
            let (id, doc) = line?;
            here.insert(id, serde_json::from_str(&doc)?);
        }
        let there = dump.rows.values().filter(|r| r.author == worker && on_phone(r)).map(|r| r.id);
        let all: BTreeSet<RowId> = here.keys().copied().chain(there).collect();
        let counts =
            |row: Option<&Row>| row.map_or(Vec::new(), facts).into_iter().filter(|f| f.day.month() == month).count();
        Ok(all.into_iter().filter(|id| counts(here.get(id)) != counts(dump.rows.get(id))).collect())
    }

    /// The server has every photo that a device shows as verified, and every photo that a device still has was sent
    /// again after a loss on the server.
    pub(super) fn photos(&mut self, dump: &Dump) -> anyhow::Result<()> {
        for at in 0..self.devices.len() {
            // A device that cannot sync sends nothing.
            if !self.devices[at].can_sync() {
                continue;
            }
            let name = self.devices[at].name.clone();
            for photo in self.originals(at)? {
                let there = self.server.photos.really_holds(&photo.sha256, photo.size);
                let known = dump.media.iter().any(|m| m.sha256 == photo.sha256 && m.size == photo.size);
                let holds = match photo.state.as_str() {
                    "verified" if !there => Err(format!("{name} calls a photo verified whose bytes are not there")),
                    "verified" if !known => Err(format!("{name} calls a photo verified that the server does not know")),
                    "verified" => Ok(()),
                    state if photo.may_be_sent => Err(format!("{name} still holds a photo back, as {state}")),
                    _ => Ok(()),
                };
                self.expect("a photo that a device has is on the server", &[photo.row], holds);
            }
        }
        Ok(())
    }

    /// Photos of saved records whose bytes are on the device.
    fn originals(&self, at: usize) -> anyhow::Result<Vec<Original>> {
        let mut statement = self.devices[at].conn().prepare(
            "SELECT id, sha256, size, state, NOT EXISTS
               (SELECT 1 FROM op WHERE op.row = photo.id AND op.outcome LIKE '{\"rejected\"%')
             FROM photo WHERE state <> 'draft' AND bytes IS NOT NULL ORDER BY id",
        )?;
        let found = statement.query_map([], |r| {
            Ok(Original {
                row: RowId(uuid::Uuid::from_bytes(r.get(0)?)),
                sha256: r.get(1)?,
                size: r.get(2)?,
                state: r.get(3)?,
                may_be_sent: r.get(4)?,
            })
        })?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }
}

/// A photo on a device.
struct Original {
    row: RowId,
    sha256: String,
    size: u64,
    state: String,
    /// Its record was not rejected.
    may_be_sent: bool,
}

/// Whether a phone holds this record of its worker: one that a device made, not the office.
fn on_phone(row: &Row) -> bool {
    !row.device.is_nil()
}
