//! Operations of other builds, inserted into the outbox with SQL: of a newer or broken build, or of a supervisor's
//! review screen.

use super::{older_server::MARK, simulation::Simulation};
use device_core::{store::meta, views::Phase};
use serde_json::{Value, json};
use shared::{Hlc, Kind, OpId, RowId, ids::Incarnation, records::Role};

impl Simulation {
    /// Inserts an operation that no build can read, or that only a newer one writes.
    pub(super) fn insert_unknown_operation(&mut self, at: usize, broken: bool) -> anyhow::Result<()> {
        if self.devices[at].phase() != Phase::Ready || self.devices[at].full || self.devices[at].will_be_killed() {
            return Ok(());
        }
        let Some(recipient) = self.row_on(at, "recipient")? else { return Ok(()) };
        let row = RowId(self.id());
        let now = shared::Moment::shanghai(self.clock.now_ms()).to_string();
        let (kind, change): (&str, Value) = match (broken, self.dice.below(if broken { 3 } else { 5 })) {
            (true, 0) => ("x_broken", json!("no change at all")),
            (true, 1) => ("x_broken", json!({"create": [1, 2, 3]})),
            (true, _) => ("x_newer", json!({"merge_rows": {"into": recipient}})),
            (false, 0) => ("x_pension", json!({"create": {"recipient": recipient, "amount": 100}})),
            (false, 1) => (
                "visit",
                json!({"create": {"recipient": recipient, "mode": "x-hologram", "happened": now, "presence": "found",
                    "x_mood": "good"}}),
            ),
            // This build understands the operation, an older server does not.
            (false, 3..) => (
                "visit",
                json!({"create": {"recipient": recipient, "mode": "home", "happened": now, "presence": "found",
                    MARK: 2}}),
            ),
            (false, _) => (
                "need",
                json!({"create": {"recipient": recipient, "kind": "x-noise", "text": "吵", "happened": now,
                    "status": "opened", "x_source": 7}}),
            ),
        };
        let label = if broken { "unreadable operation" } else { "operation of a newer build" };
        self.note_fault(
            label,
            format!("{} holds a {label}: {kind} {}", self.devices[at].name, super::describe::short_id(row)),
        );
        self.insert_op(at, kind, row, 0, change)
    }

    /// A supervisor resolves a review on the device.
    pub(super) fn decide_on_device(&mut self, at: usize) -> anyhow::Result<()> {
        let role = meta::enrolment(self.devices[at].conn())?.map(|e| e.role);
        // SQL is no transaction of the core, so a planned kill could not happen around it.
        if role != Some(Role::Supervisor) || self.devices[at].full || self.devices[at].will_be_killed() {
            return Ok(());
        }
        let Some(review) = self.row_on(at, Kind::Review.word())? else { return Ok(()) };
        let sql = "SELECT rev FROM record WHERE id = ?1";
        let rev: u64 = self.devices[at].conn().query_row(sql, [review.as_bytes()], |r| r.get(0))?;
        let accept = self.dice.chance(600);
        let text = format!("{} decides review {}: {accept}", self.devices[at].name, super::describe::short_id(review));
        self.event(text, vec![review]);
        self.insert_op(at, "review", review, rev, json!({"resolve": {"accept": accept, "reason": "核实"}}))
    }

    fn insert_op(&mut self, at: usize, kind: &str, row: RowId, base: u64, change: Value) -> anyhow::Result<()> {
        let id = OpId(self.id());
        let device = &self.devices[at];
        let conn = device.conn();
        let incarnation: Incarnation = meta::get(conn, meta::key::INCARNATION)?.unwrap_or(meta::FIRST_INCARNATION);
        let sql = "SELECT coalesce(max(wire_no), 0) + 1 FROM op WHERE incarnation = ?1";
        let wire_no: u64 = conn.query_row(sql, [incarnation.0], |r| r.get(0))?;
        let now_ms = self.clock.now_ms() + device.skew_ms();
        let mut op = json!({"op_id": id, "op_no": wire_no, "hlc": Hlc::new(now_ms, 0), "kind": kind, "row": row,
            "change": change});
        if base > 0 {
            op["base_rev"] = base.into();
        }
        conn.execute(
            "INSERT INTO op (incarnation, wire_no, id, row, kind, json, saved_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (
                incarnation.0,
                wire_no,
                id.as_bytes(),
                row.as_bytes(),
                kind,
                op.to_string(),
                shared::Moment::shanghai(now_ms).to_string(),
            ),
        )?;
        // A save of another build is durable, too.
        self.devices[at].forget_synced();
        self.observe(at, false)?;
        if let Some(saved) = self.ledger.ops.get_mut(&id) {
            saved.other_build = true;
            saved.skew_ms = None;
        }
        Ok(())
    }

    fn id(&mut self) -> uuid::Uuid {
        shared::ids::uuid_v7(self.clock.now_ms(), self.dice.bytes())
    }
}
