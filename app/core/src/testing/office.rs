//! A server without a network: it evaluates operations in order, by the shared rules, and tells the device what
//! changed.

use super::fixture::{VILLAGE, colleague, me, person, take_in};
use crate::{
    core::Core,
    store::{eviction, outbox},
};
use serde_json::{Value, json};
use shared::{
    AreaCode, Change, DeviceId, Hlc, Kind, Moment, OpOutcome, Outcome, Row, RowId, WorkerId,
    ids::{OpId, OpNo, Rev, ReviewId},
    merge::{Actor, OpContext, actor::Relation, decide},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The server as far as the rules go: evaluates operations in order, by the shared rules.
pub struct Office {
    pub rows: BTreeMap<RowId, Row>,
    /// Rows that changed since the device's last pull.
    news: Vec<RowId>,
    pub ops: u64,
    /// Rejects the next pushed operations with this reason instead of evaluating them.
    pub refuse: Option<shared::op::Rejection>,
}

impl Office {
    pub fn new() -> Self {
        Self { rows: BTreeMap::new(), news: Vec::new(), ops: 0, refuse: None }
    }

    pub fn add(&mut self, kind: Kind, n: u128, fields: Value) -> RowId {
        let id = RowId(Uuid::from_u128(n + if kind == Kind::Recipient { 0x1000 } else { 0x2_0000 }));
        self.put(Row {
            kind,
            id,
            rev: Rev(1),
            author: WorkerId::NIL,
            device: DeviceId::NIL,
            hlc: Hlc::new("2026-01-01T08:00:00+08:00".parse::<Moment>().unwrap().utc_ms, 0),
            area: Some(VILLAGE.parse().unwrap()),
            category: None,
            unit: None,
            fields: serde_json::from_value(fields).unwrap(),
            stamps: BTreeMap::new(),
            void: None,
            former: vec![],
            extra: BTreeMap::new(),
        });
        id
    }

    pub fn put(&mut self, row: Row) {
        self.news.push(row.id);
        self.rows.insert(row.id, row);
    }

    pub fn recipient(&mut self, n: u128, name: &str, category: &str) {
        let fields = json!({"code": format!("R{n}"), "name": name, "category": category, "area": VILLAGE,
            "phone": "13800001111", "id_number": "11010519491231002X", "birth": "1949-12-31"});
        self.add(Kind::Recipient, n, fields);
        let pairing = json!({"worker": me(), "recipient": person(n), "role": "paired", "start": "2026-01-01"});
        self.add(Kind::Pairing, 0x500 + n, pairing);
    }

    /// A change by a colleague, applied at the server.
    pub fn change(&mut self, id: RowId, ms: i64, change: Change) {
        let row = self.rows[&id].clone();
        let hlc = Hlc::new(ms, 7);
        let op = shared::Op {
            id: OpId(Uuid::from_u128(u128::from(self.ops) + 0xff_0000)),
            no: OpNo(1),
            base: row.rev,
            hlc,
            kind: row.kind.clone(),
            row: id,
            change,
        };
        let actor =
            Actor { worker: colleague(), device: DeviceId(Uuid::from_u128(9)), unit: None, relation: Relation::InCare };
        self.evaluate(&op, &actor);
    }

    fn evaluate(&mut self, op: &shared::Op, actor: &Actor) -> Outcome {
        self.ops += 1;
        let person = shared::records::recipient_of(
            &op.kind,
            op.row,
            match &op.change {
                Change::Create(fields) => fields,
                _ => return self.decide_in(op, actor, None),
            },
        );
        let area = person.and_then(|p| self.rows.get(&p.into())).and_then(|r| r.fields.parsed("area"));
        self.decide_in(op, actor, area)
    }

    fn decide_in(&mut self, op: &shared::Op, actor: &Actor, area: Option<AreaCode>) -> Outcome {
        let meta = OpContext { hlc: op.hlc, area, category: None, likely_duplicate: false };
        let effect = decide(self.rows.get(&op.row), op, actor, &meta)
            .into_effect(|| ReviewId(Uuid::from_u128(u128::from(self.ops))));
        if let Some(row) = effect.row {
            self.put(*row);
        }
        effect.outcome
    }

    /// Takes all waiting operations, as a push does. Returns how many.
    pub fn push(&mut self, core: &mut Core) -> usize {
        let ops = core.take_unsent(true, 1000, usize::MAX).unwrap();
        let actor = core.identity().unwrap().actor();
        let mut outcomes = Vec::new();
        for (n, out) in ops.iter().enumerate() {
            let op: shared::Op = serde_json::from_str(&out.json).unwrap();
            assert_eq!(op.no, out.wire_no);
            assert_eq!(out.wire_no.0, ops[0].wire_no.0 + n as u64, "gapless");
            let outcome = match &self.refuse {
                Some(why) => Outcome::Rejected(why.clone()),
                None => self.evaluate(&op, &actor),
            };
            if outcome.needs_attention() {
                outcomes.push(OpOutcome { op_id: op.id, op_no: op.no, outcome });
            }
        }
        if let Some(last) = ops.last() {
            core.write(|tx| {
                outbox::ack_through(tx, last.wire_no, last.no)?;
                for outcome in &outcomes {
                    outbox::set_outcome(tx, outcome)?;
                }
                Ok(())
            })
            .unwrap();
        }
        ops.len()
    }

    /// Sends the changed rows, as a pull does.
    pub fn pull(&mut self, core: &mut Core) {
        let rows: Vec<Row> = self.news.drain(..).map(|id| self.rows[&id].clone()).collect();
        core.write(|tx| {
            let settles = outbox::acked_through(tx)?;
            for row in rows.iter().filter(|r| r.kind.audience() != shared::records::Audience::Server) {
                take_in(tx, row, &serde_json::to_string(row).unwrap());
            }
            outbox::settle(tx, settles)?;
            eviction::sweep(tx)?;
            Ok(())
        })
        .unwrap();
        core.record_contact();
    }

    pub fn sync(&mut self, core: &mut Core) {
        self.push(core);
        self.pull(core);
    }
}
