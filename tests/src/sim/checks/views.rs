//! Each device holds the rows of its scopes, byte for byte; and the server's digests are those of its rows.

use super::dump::Dump;
use crate::sim::{
    fixture::{SimWorker, day_of, owner, place},
    simulation::Simulation,
};
use serde_json::Value;
use shared::{AreaCode, AreaLevel, RecipientId, Row, RowId, WorkerId, digest::Digest, records::Audience, wire::Scope};
use std::collections::{BTreeMap, BTreeSet};

const VIEW: &str = "a device's view of its scopes is the server's";
const DIGEST: &str = "digests are those of the rows";

impl Simulation {
    /// The rows that a scope must hold, computed from the records.
    fn rows_of(&self, dump: &Dump, scope: Scope) -> BTreeSet<RowId> {
        let care: BTreeSet<RecipientId> = match scope {
            Scope::Worker(worker) => self.fixture.recipients_of(worker, day_of(self.clock.now_ms())),
            _ => BTreeSet::new(),
        };
        let holds = |row: &&Row| belongs(row, scope, &care);
        dump.rows.values().filter(holds).map(|row| row.id).collect()
    }

    /// The digests of workers and area feeds.
    pub(super) fn rows_and_scopes(&mut self, dump: &Dump) {
        let sum = |rows: &BTreeSet<RowId>| {
            let mut digest = Digest::default();
            rows.iter().for_each(|id| digest.add(*id, dump.rows[id].rev));
            digest
        };
        for worker in self.fixture.people.clone() {
            let want = sum(&self.rows_of(dump, Scope::Worker(worker.id)));
            let kept = dump.worker_digests.iter().find(|d| d.worker == worker.id);
            let kept = kept.map(|d| Digest { count: d.count, sum: d.sum }).unwrap_or_default();
            let holds = same(&kept, &want).map_err(|e| format!("worker {}: {e}", worker.code));
            self.expect(DIGEST, &[], holds);
        }
        let mut area_feeds: BTreeMap<String, Digest> = BTreeMap::new();
        for row in dump.rows.values() {
            if let Some(area_feed) = area_feed(row) {
                area_feeds.entry(area_feed).or_default().add(row.id, row.rev);
            }
        }
        for kept in &dump.area_feed_digests {
            let want = area_feeds.remove(&kept.area_feed).unwrap_or_default();
            let holds = same(&Digest { count: kept.count, sum: kept.sum }, &want);
            self.expect(DIGEST, &[], holds.map_err(|e| format!("area_feed {}: {e}", kept.area_feed)));
        }
        let left = if area_feeds.is_empty() { Ok(()) } else { Err(format!("no digest of {:?}", area_feeds.keys())) };
        self.expect(DIGEST, &[], left);
    }

    pub(super) fn views(&mut self, dump: &Dump) -> anyhow::Result<()> {
        for at in 0..self.devices.len() {
            let person = self.fixture.person(self.devices[at].worker).clone();
            if !self.devices[at].can_sync() {
                continue;
            }
            let held = self.members(at)?;
            let mut wanted: BTreeMap<String, BTreeSet<RowId>> = BTreeMap::new();
            for scope in scopes(&person) {
                let rows = self.rows_of(dump, scope);
                if !rows.is_empty() {
                    wanted.insert(scope.to_string(), rows);
                }
            }
            let name = self.devices[at].name.clone();
            let names: BTreeSet<&String> = held.keys().chain(wanted.keys()).collect();
            for scope in names {
                let none = BTreeSet::new();
                let (has, wants) = (held.get(scope).unwrap_or(&none), wanted.get(scope).unwrap_or(&none));
                let differ: Vec<RowId> = has.symmetric_difference(wants).copied().collect();
                let holds = match differ.first() {
                    None => Ok(()),
                    Some(row) => {
                        let kind = dump.rows.get(row).map_or("unknown", |r| r.kind.word());
                        let word = if has.contains(row) { "still holds" } else { "does not hold" };
                        Err(format!("{name} {word} {kind} {row} in {scope}, and {} more", differ.len() - 1))
                    }
                };
                self.expect(VIEW, &differ, holds);
            }
            self.contents(at, dump, &held)?;
            self.check_no_mismatch(at)?;
        }
        Ok(())
    }

    fn members(&self, at: usize) -> anyhow::Result<BTreeMap<String, BTreeSet<RowId>>> {
        let mut held: BTreeMap<String, BTreeSet<RowId>> = BTreeMap::new();
        let mut statement = self.devices[at].conn().prepare("SELECT name, row FROM member JOIN scope ON no = scope")?;
        let mut rows = statement.query([])?;
        while let Some(r) = rows.next()? {
            held.entry(r.get(0)?).or_default().insert(RowId(uuid::Uuid::from_bytes(r.get(1)?)));
        }
        Ok(held)
    }

    /// Each row on the device is the server's; other rows are there only while they need attention.
    fn contents(&mut self, at: usize, dump: &Dump, held: &BTreeMap<String, BTreeSet<RowId>>) -> anyhow::Result<()> {
        let all: BTreeSet<RowId> = held.values().flatten().copied().collect();
        let shown: Vec<(RowId, String, Option<String>, bool)> = {
            let sql = "SELECT id, local_row, server_row, EXISTS (SELECT 1 FROM op WHERE op.row = record.id
                       AND outcome IS NOT NULL AND seen = 0) FROM record ORDER BY id";
            let mut statement = self.devices[at].conn().prepare(sql)?;
            let rows = statement
                .query_map([], |r| Ok((RowId(uuid::Uuid::from_bytes(r.get(0)?)), r.get(1)?, r.get(2)?, r.get(3)?)))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        let name = self.devices[at].name.clone();
        let mut seen = BTreeSet::new();
        for (id, doc, mirror, attention) in shown {
            let once = if seen.insert(id) { Ok(()) } else { Err(format!("{name} holds {id} twice")) };
            self.expect(VIEW, &[id], once);
            let holds = if !all.contains(&id) {
                if attention { Ok(()) } else { Err(format!("{name} kept {id}, which is in none of its scopes")) }
            } else if mirror.is_some() {
                Err(format!("{name} shows {id} otherwise than the server said, though nothing waits"))
            } else if dump.docs.get(&id) != Some(&doc) {
                Err(format!("{name} holds {id} with another content than the server"))
            } else {
                Ok(())
            };
            self.expect(VIEW, &[id], holds);
        }
        let lost = all.difference(&seen).next().copied();
        let holds = lost.map_or(Ok(()), |id| Err(format!("{name} counts {id} in a scope and has no such record")));
        self.expect(VIEW, &lost.into_iter().collect::<Vec<_>>(), holds);
        Ok(())
    }

    /// No fault of a run may lead to a differing digest.
    fn check_no_mismatch(&mut self, at: usize) -> anyhow::Result<()> {
        let history: Option<Value> = device_core::store::meta::get(self.devices[at].conn(), "sync")?;
        let mismatches = history.and_then(|m| m["mismatches"].as_u64()).unwrap_or(0);
        let name = &self.devices[at].name;
        let holds = match mismatches {
            0 => Ok(()),
            n => Err(format!("{name} found a scope different from the server's {n} times and fetched it anew")),
        };
        self.expect("no scope is ever fetched anew because it differs", &[], holds);
        Ok(())
    }
}

fn same(kept: &Digest, want: &Digest) -> Result<(), String> {
    match kept == want {
        true => Ok(()),
        false => Err(format!("{} rows by the digest, {} by the records", kept.count, want.count)),
    }
}

fn belongs(row: &Row, scope: Scope, care: &BTreeSet<RecipientId>) -> bool {
    let audience = row.kind.audience();
    match scope {
        _ if audience == Audience::Server => false,
        Scope::Reference(area) => {
            audience == Audience::Reference && place(row).is_some_and(|p| reference_area(p).contains(&area))
        }
        _ if audience == Audience::Reference => false,
        Scope::Area(area) => place(row).is_some_and(|p| area.contains(&p)),
        Scope::Worker(worker) => {
            let through = if audience == Audience::Recipient { row.recipient() } else { None };
            through.is_some_and(|r| care.contains(&r)) || owner(row) == Some(worker).filter(|w| *w != WorkerId::NIL)
        }
    }
}

/// The area of the reference scope that holds a row: the county for rows within one.
fn reference_area(place: AreaCode) -> AreaCode {
    place.county().unwrap_or(place)
}

fn area_feed(row: &Row) -> Option<String> {
    let place = place(row)?;
    match row.kind.audience() {
        Audience::Server => None,
        Audience::Reference => Some(format!("r{}", reference_area(place))),
        _ => Some(place.to_string()),
    }
}

fn scopes(person: &SimWorker) -> Vec<Scope> {
    if person.left {
        return Vec::new();
    }
    let mut scopes = vec![Scope::Worker(person.id)];
    for area in std::iter::once(&person.area).chain(&person.areas) {
        let county = Scope::Reference(reference_area(*area));
        if !scopes.contains(&county) {
            scopes.push(county);
        }
    }
    let small = |a: &&AreaCode| matches!(a.level(), AreaLevel::Township | AreaLevel::Village);
    scopes.extend(person.areas.iter().filter(small).map(|a| Scope::Area(*a)));
    scopes
}
