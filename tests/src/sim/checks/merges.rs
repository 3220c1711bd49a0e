//! Recomputes fields that several people set from the operation log, by a second implementation of the rule (no
//! concurrent change: applied; otherwise the later stamp, then the larger device), and compares them with the record.

use super::dump::Dump;
use crate::sim::simulation::Simulation;
use serde_json::Value;
use shared::{Change, DeviceId, Hlc, Kind, Op, Row, ids::Rev};
use std::collections::{BTreeMap, BTreeSet};
use sync_server::store::tables::OpLog;

const MERGED: &str = "of two values the later stands, and the other is kept";

/// Fields with the register rule.
const REGISTERS: [&str; 2] = ["phone", "note"];
/// A record keeps at most this many former values …
const FORMER_MAX: usize = 20;
/// … of at most this many bytes; older ones are in the log only.
const FORMER_BYTES_MAX: usize = 32 << 10;

#[derive(Clone, Copy)]
struct Stamp {
    rev: Rev,
    hlc: Hlc,
    device: DeviceId,
    /// The stamp of the creation, which later changes do not raise.
    created: bool,
}

impl Simulation {
    pub(super) fn merges(&mut self, dump: &Dump) {
        let mut log: BTreeMap<shared::RowId, Vec<&OpLog>> = BTreeMap::new();
        for entry in dump.ops.values().filter(|e| e.kind == Kind::Recipient && e.rev.is_some()) {
            log.entry(entry.row).or_default().push(entry);
        }
        for (id, mut entries) in log {
            entries.sort_by_key(|e| e.rev);
            let Some(row) = dump.rows.get(&id) else { continue };
            // Skips records that a resolved review changed, whose operation is in another log entry.
            let whole =
                entries.iter().zip(1..).all(|(e, n)| e.rev == Some(Rev(n))) && row.rev.0 == entries.len() as u64;
            if whole {
                let holds = recompute(&entries, row);
                self.expect(MERGED, &[id], holds);
            }
        }
    }
}

fn recompute(entries: &[&OpLog], row: &Row) -> Result<(), String> {
    let first = entries.first().ok_or("no creation")?;
    let bytes: usize = row.former.iter().map(|f| f.value.as_str().map_or(100, str::len)).sum();
    let keeps_all = row.former.len() < FORMER_MAX && bytes < FORMER_BYTES_MAX;
    let birth = Stamp { rev: Rev(1), hlc: first.hlc, device: first.device, created: true };
    let mut stamps: BTreeMap<String, Stamp> = BTreeMap::new();
    let mut values: BTreeMap<&str, Value> = BTreeMap::new();
    let mut tags: BTreeSet<String> = BTreeSet::new();
    for entry in entries {
        let op: Op = serde_json::from_str(&entry.op).map_err(|e| e.to_string())?;
        let mut set = |key: &str| {
            let stamp = stamps.get(key).copied().unwrap_or(birth);
            // A base from before a restore does not prove that the author saw anything.
            let seen = if op.base >= entry.rev.unwrap_or_default() { Rev(0) } else { op.base };
            let wins = stamp.rev <= seen
                || stamp.device == entry.device
                || (entry.hlc, entry.device) > (stamp.hlc, stamp.device);
            if wins {
                let hlc = match stamp {
                    Stamp { created: true, .. } => entry.hlc,
                    Stamp { device, hlc, .. } if device == entry.device => entry.hlc.max(hlc),
                    Stamp { hlc, .. } => entry.hlc.max(hlc.successor()),
                };
                let rev = entry.rev.unwrap_or_default();
                stamps.insert(key.to_owned(), Stamp { rev, hlc, device: entry.device, created: false });
            }
            wins
        };
        match &op.change {
            Change::Create(fields) => {
                REGISTERS.iter().for_each(|f| drop(values.insert(f, fields.0.get(*f).cloned().unwrap_or_default())));
                tags = list(fields.0.get("tags"));
            }
            Change::Set(fields) => {
                for field in REGISTERS.into_iter().filter(|f| fields.0.contains_key(*f)) {
                    let value = fields.0[field].clone();
                    if set(field) {
                        values.insert(field, value);
                    } else if values.get(field) != Some(&value)
                        && keeps_all
                        && !row.former.iter().any(|f| f.field == field && f.value == value)
                    {
                        return Err(format!(
                            "the {field} of {} (revision {:?}) gave way and is not kept",
                            op.id, entry.rev
                        ));
                    }
                }
                if fields.0.contains_key("tags") {
                    let wanted = list(fields.0.get("tags"));
                    for tag in tags.symmetric_difference(&wanted).cloned().collect::<Vec<_>>() {
                        set(&format!("tags/{tag}"));
                    }
                    tags = wanted;
                }
            }
            Change::Elements { field, add, remove } if field == "tags" => {
                for tag in add {
                    if set(&format!("tags/{tag}")) {
                        tags.insert(tag.clone());
                    }
                }
                for tag in remove {
                    if set(&format!("tags/{tag}")) {
                        tags.remove(tag);
                    }
                }
            }
            _ => {}
        }
    }
    for (field, value) in values {
        if row.fields.0.get(field).cloned().unwrap_or_default() != value {
            return Err(format!("another {field} stands than the log leads to"));
        }
    }
    match list(row.fields.0.get("tags")) == tags {
        true => Ok(()),
        false => Err("other tags stand than the log leads to".to_owned()),
    }
}

fn list(value: Option<&Value>) -> BTreeSet<String> {
    let items = value.and_then(Value::as_array).cloned().unwrap_or_default();
    items.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}
