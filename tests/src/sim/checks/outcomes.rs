//! Each saved operation reached the server and has an outcome there, and its author's device shows that outcome.

use super::dump::Dump;
use crate::sim::{describe::describe_outcome, device::OwnOp, ledger::SavedOp, simulation::Simulation};
use shared::{Change, Kind, Op, OpId, Outcome, RowId, op::Rejection, records::ReviewStatus};
use std::collections::{BTreeMap, BTreeSet};

const ARRIVED: &str = "what was saved has an outcome on the server";
const SHOWN: &str = "the author's device shows the outcome";
const STAMPED: &str = "a stamp is of the time it was saved, however wrong the clock";

const WAITS: Outcome = Outcome::Rejected(Rejection::NeedsNewerServer);

/// 10 minutes: the tolerated skew, the advance of a colleague's clock, and the time of a request.
const STAMP_TOLERANCE_MS: i64 = 600_000;

impl Simulation {
    pub(super) fn outcomes(&mut self, dump: &Dump) -> anyhow::Result<()> {
        let mut held: BTreeMap<OpId, Vec<(String, OwnOp)>> = BTreeMap::new();
        for at in 0..self.devices.len() {
            self.observe(at, false)?;
            let can_sync = self.devices[at].can_sync();
            for op in self.devices[at].known.values() {
                if can_sync {
                    held.entry(op.id).or_default().push((self.devices[at].name.clone(), op.clone()));
                }
            }
        }
        let quarantined: BTreeMap<String, String> =
            dump.quarantine.iter().map(|q| (q.op.clone(), q.outcome.clone())).collect();
        let ledger: Vec<(OpId, SavedOp)> = self.ledger.ops.iter().map(|(id, s)| (*id, s.clone())).collect();
        for (id, saved) in ledger {
            let on_server = outcome_of(dump, &quarantined, id, &saved, held.get(&id));
            let holds = self.arrived(id, &saved, on_server.as_ref(), held.get(&id));
            self.expect(ARRIVED, &[saved.row], holds);
            for (name, op) in held.get(&id).into_iter().flatten() {
                let holds =
                    shown(dump, op, on_server.as_ref()).map_err(|e| format!("{name}, {}: {e}", describe(id, &saved)));
                self.expect(SHOWN, &[saved.row], holds);
            }
            if let (Some(_), Some(entry)) = (saved.skew_ms, dump.ops.get(&id)) {
                let off = (entry.hlc.ms() - saved.saved_ms).abs();
                let holds = match off <= STAMP_TOLERANCE_MS {
                    true => Ok(()),
                    false => Err(format!("{} is stamped {} s off", describe(id, &saved), off / 1000)),
                };
                self.expect(STAMPED, &[saved.row], holds);
            }
        }
        for entry in &dump.quarantine {
            let known = serde_json::from_str::<Op>(&entry.op)
                .is_ok_and(|op| !matches!(op.kind, Kind::Other(_)) && !matches!(op.change, Change::Other(_)));
            let waits = serde_json::from_str(&entry.outcome).is_ok_and(|o: Outcome| o == WAITS);
            let holds = if known && waits { Err(format!("{} still waits", entry.op)) } else { Ok(()) };
            self.expect("what this server understands waits for no newer one", &[], holds);
        }
        self.records_of(dump);
        Ok(())
    }

    /// Whether the operation is on the server, or excused: undone before it was sent, or lost with every device that
    /// held it.
    fn arrived(
        &self,
        id: OpId,
        saved: &SavedOp,
        on_server: Option<&Option<Outcome>>,
        held: Option<&Vec<(String, OwnOp)>>,
    ) -> Result<(), String> {
        if saved.undone {
            return match on_server {
                None => Ok(()),
                Some(_) => Err(format!("{} was undone and is on the server all the same", describe(id, saved))),
            };
        }
        if let Some((name, _)) = held.into_iter().flatten().find(|(_, op)| !op.acked) {
            return Err(format!("{} still waits on {name}", describe(id, saved)));
        }
        // An operation acknowledged since the last restore must be there, whatever happened to the device.
        let now = Some(self.server.restores);
        let owed = held.is_some() || saved.compacted || saved.acked_in == now || saved.delivered_in == now;
        match on_server {
            None if owed => Err(format!("{} is not on the server", describe(id, saved))),
            _ => Ok(()),
        }
    }

    /// Each creation in force has its record, and each operation in review its review.
    fn records_of(&mut self, dump: &Dump) {
        let mut created: BTreeSet<RowId> = BTreeSet::new();
        for entry in dump.ops.values() {
            let outcome: Option<Outcome> = entry.outcome.as_deref().and_then(|o| serde_json::from_str(o).ok());
            let in_force = !matches!(outcome, Some(Outcome::Rejected(_) | Outcome::InReview { applied: false, .. }));
            if entry.change == "create" && in_force {
                created.insert(entry.row);
            }
            if let Some(Outcome::InReview { review, .. }) = outcome {
                let holds = match dump.rows.get(&RowId(review.0)) {
                    Some(row) if row.kind == Kind::Review => Ok(()),
                    _ => Err(format!("the review of {} is not there", entry.op_id)),
                };
                self.expect("what goes to review is in a review", &[entry.row], holds);
            }
        }
        for row in created {
            let holds =
                if dump.rows.contains_key(&row) { Ok(()) } else { Err(format!("{row} was created and is not there")) };
            self.expect("no record in force is missing", &[row], holds);
        }
    }
}

/// The outcome on the server: `Some(None)` for applied, `None` when the operation is not there.
fn outcome_of(
    dump: &Dump,
    quarantined: &BTreeMap<String, String>,
    id: OpId,
    saved: &SavedOp,
    held: Option<&Vec<(String, OwnOp)>>,
) -> Option<Option<Outcome>> {
    let read = |text: &str| serde_json::from_str(text).ok();
    if let Some(entry) = dump.ops.get(&id) {
        return Some(entry.outcome.as_deref().and_then(read));
    }
    // An unreadable operation is quarantined as it arrived; its number may have changed since the save.
    let texts = held.into_iter().flatten().map(|(_, op)| &op.json).chain([&saved.json]);
    let exact = texts.into_iter().find_map(|text| quarantined.get(text));
    let by_id = || quarantined.iter().find(|(text, _)| text.contains(&id.to_string())).map(|(_, outcome)| outcome);
    exact.or_else(by_id).map(|outcome| read(outcome))
}

/// Compares the outcome on the device with the server's. A review resolved since may have changed it.
fn shown(dump: &Dump, op: &OwnOp, on_server: Option<&Option<Outcome>>) -> Result<(), String> {
    let Some(outcome) = on_server else { return Ok(()) };
    let shows: Option<Outcome> = op.outcome.as_deref().and_then(|o| serde_json::from_str(o).ok());
    if let Some(Outcome::InReview { review, .. }) = outcome {
        let row = dump.rows.get(&RowId(review.0));
        let open = row.and_then(|r| r.fields.text("status")) == Some(ReviewStatus::Open.word());
        // After the decision the log holds its result, while the device shows the decision from the review.
        if !open && matches!(shows, Some(Outcome::InReview { .. })) {
            return Ok(());
        }
    }
    if shows == outcome.clone().filter(Outcome::needs_attention) {
        return Ok(());
    }
    let word = |o: &Option<Outcome>| o.as_ref().map_or("applied".to_owned(), describe_outcome);
    Err(format!("it shows \"{}\", the server says \"{}\"", word(&shows), word(outcome)))
}

fn describe(id: OpId, saved: &SavedOp) -> String {
    let change =
        serde_json::from_str::<Op>(&saved.json).map_or("unreadable".to_owned(), |op| op.change.name().to_owned());
    format!("{change} of {} {} ({id})", saved.kind.word(), saved.row)
}
