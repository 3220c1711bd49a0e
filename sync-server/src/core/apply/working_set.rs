//! The working set of one transaction: everything its operations may look at, loaded up front in a few batches, and the
//! records as they become. Deciding then needs no store.

use super::row_change::RowChange;
use crate::store::{
    Column, StoreError, Stored, Txn,
    tables::{Aid, CareGrant, OpLog, Recipient, Record, Worker},
};
use shared::{
    AreaCode, Change, Kind, Op, OpId, RecipientId, Row, RowId, WorkerId,
    records::{AssistanceKind, Category, Review, recipient_of},
};
use std::collections::{BTreeSet, HashMap};

#[derive(Default)]
struct Slot {
    before: Option<Box<Row>>,
    now: Option<Box<Row>>,
    touched: bool,
}

/// Where a recipient is counted.
#[derive(Clone, Debug)]
pub struct Place {
    pub area: AreaCode,
    pub category: Category,
}

#[derive(Default)]
pub struct WorkingSet {
    rows: HashMap<RowId, Slot>,
    order: Vec<RowId>,
    people: HashMap<RecipientId, Place>,
    /// Pairings of the worker who speaks.
    grants: HashMap<RecipientId, Vec<CareGrant>>,
    aids: HashMap<RecipientId, Vec<Aid>>,
    /// Where the operations came from that wait in reviews at hand, and who proposed them.
    origins: HashMap<OpId, OpLog>,
    workers: HashMap<WorkerId, Worker>,
}

impl WorkingSet {
    /// Loads what `ops` speak of. `principal` is nil for the office, whose word needs no pairing.
    pub async fn load<T: Txn>(txn: &mut T, ops: &[&Op], principal: WorkerId) -> Stored<Self> {
        let mut working_set = Self::default();
        let ids: BTreeSet<RowId> = ops.iter().map(|op| op.row).collect();
        working_set.load_rows(txn, ids).await?;

        let reviews: Vec<Review> = ops
            .iter()
            .filter(|op| matches!(op.change, Change::Resolve { .. }))
            .filter_map(|op| working_set.row(op.row)?.view().ok())
            .collect();
        working_set.load_held(txn, &reviews).await?;

        let named = ops.iter().copied().chain(reviews.iter().map(|r| &r.op)).filter_map(recipient_named);
        let of_rows = working_set.rows.values().filter_map(|s| s.now.as_ref()?.recipient());
        let recipients: BTreeSet<RecipientId> = named.chain(of_rows).collect();
        let keys: Vec<_> = recipients.iter().map(|r| (*r,)).collect();
        for person in txn.get::<Recipient>(&keys).await?.into_iter().flatten() {
            let category = Category::from(person.category.as_str());
            working_set.people.insert(person.id, Place { area: person.place, category });
        }
        if !principal.is_nil() {
            let cells: Vec<_> = recipients.iter().map(Column::cell).collect();
            for grant in txn.find::<CareGrant>("recipient", &cells).await? {
                if grant.worker == principal {
                    working_set.grants.entry(grant.recipient).or_default().push(grant);
                }
            }
        }
        let handed_out: BTreeSet<RecipientId> =
            ops.iter().filter(|op| is_handout(op)).filter_map(|op| recipient_named(op)).collect();
        let cells: Vec<_> = handed_out.iter().map(Column::cell).collect();
        for aid in txn.find::<Aid>("recipient", &cells).await? {
            working_set.aids.entry(aid.recipient).or_default().push(aid);
        }
        Ok(working_set)
    }

    async fn load_rows<T: Txn>(&mut self, txn: &mut T, ids: BTreeSet<RowId>) -> Stored<()> {
        let keys: Vec<_> = ids.into_iter().map(|id| (id,)).collect();
        self.rows.reserve(keys.len());
        self.order.reserve(keys.len());
        for (key, record) in keys.iter().zip(txn.get::<Record>(&keys).await?) {
            let row = record.map(|r| parse_row(&r.doc)).transpose()?.map(Box::new);
            self.rows.insert(key.0, Slot { before: row.clone(), now: row, touched: false });
        }
        Ok(())
    }

    /// What waits in reviews: the records, where the operations came from, who proposed them.
    async fn load_held<T: Txn>(&mut self, txn: &mut T, reviews: &[Review]) -> Stored<()> {
        if reviews.is_empty() {
            return Ok(());
        }
        let ids = reviews.iter().map(|r| r.op.row).filter(|id| !self.rows.contains_key(id)).collect();
        self.load_rows(txn, ids).await?;
        // What a declined hand-out was signed for with: withdrawn together with it.
        let counted = reviews.iter().filter(|r| r.applied && r.row_kind == Kind::Assistance);
        let whom: Vec<RecipientId> = counted.filter_map(|r| r.recipient).collect();
        if !whom.is_empty() {
            let cells: Vec<_> = whom.iter().map(Column::cell).collect();
            for record in txn.find::<Record>("recipient", &cells).await? {
                if record.kind == Kind::Receipt && !self.rows.contains_key(&record.id) {
                    let row = Some(Box::new(parse_row(&record.doc)?));
                    self.rows.insert(record.id, Slot { before: row.clone(), now: row, touched: false });
                }
            }
        }
        let ops: Vec<_> = reviews.iter().map(|r| (r.op.id,)).collect();
        self.origins = txn.get::<OpLog>(&ops).await?.into_iter().flatten().map(|o| (o.op_id, o)).collect();
        let workers: Vec<_> = reviews.iter().map(|r| (r.proposed_by,)).collect();
        self.workers = txn.get::<Worker>(&workers).await?.into_iter().flatten().map(|w| (w.id, w)).collect();
        Ok(())
    }

    /// The person at the console, so that what they decide can be told with their name.
    pub async fn load_office<T: Txn>(&mut self, txn: &mut T, by: WorkerId) -> Stored<()> {
        if !by.is_nil() {
            let found = txn.get::<Worker>(&[(by,)]).await?.into_iter().flatten();
            self.workers.extend(found.map(|w| (w.id, w)));
        }
        Ok(())
    }

    pub fn row(&self, id: RowId) -> Option<&Row> {
        self.rows.get(&id)?.now.as_deref()
    }

    /// Receipts at hand for an assistance.
    pub fn receipts(&self, assistance: RowId) -> impl Iterator<Item = &Row> {
        let rows = self.rows.values().filter_map(|slot| slot.now.as_deref());
        rows.filter(move |r| r.kind == Kind::Receipt && r.fields.parsed("assistance") == Some(assistance))
    }

    /// The record as it is from now on.
    pub fn put(&mut self, row: Box<Row>) {
        if row.kind == Kind::Recipient
            && let Some(area) = row.fields.parsed("area")
        {
            let category = Category::from(row.fields.text("category").unwrap_or_default());
            self.people.insert(row.id.into(), Place { area, category });
        }
        let id = row.id;
        let slot = self.rows.entry(id).or_default();
        slot.now = Some(row);
        if !std::mem::replace(&mut slot.touched, true) {
            self.order.push(id);
        }
    }

    pub fn place(&self, recipient: RecipientId) -> Option<&Place> {
        self.people.get(&recipient)
    }

    pub fn grants(&self, recipient: RecipientId) -> &[CareGrant] {
        self.grants.get(&recipient).map_or(&[], Vec::as_slice)
    }

    pub fn aids(&self, recipient: RecipientId) -> &[Aid] {
        self.aids.get(&recipient).map_or(&[], Vec::as_slice)
    }

    pub fn origin(&self, op: OpId) -> Option<&OpLog> {
        self.origins.get(&op)
    }

    pub fn worker(&self, id: WorkerId) -> Option<&Worker> {
        self.workers.get(&id)
    }

    /// What became of the records, in the order of their first change.
    pub fn into_changes(self) -> Vec<RowChange> {
        let Self { mut rows, order, .. } = self;
        let mut changes = Vec::with_capacity(order.len());
        for id in order {
            if let Some(Slot { before, now: Some(after), .. }) = rows.remove(&id) {
                changes.push(RowChange { before, after });
            }
        }
        changes
    }
}

/// The recipient that an operation names itself.
pub fn recipient_named(op: &Op) -> Option<RecipientId> {
    match &op.change {
        Change::Create(fields) => recipient_of(&op.kind, op.row, fields),
        _ if op.kind == Kind::Recipient => Some(op.row.into()),
        _ => None,
    }
}

fn is_handout(op: &Op) -> bool {
    let Change::Create(fields) = &op.change else { return false };
    let kind = fields.text("kind").map(AssistanceKind::from);
    op.kind == Kind::Assistance && !matches!(kind, Some(AssistanceKind::Publicise | AssistanceKind::Deed))
}

pub fn parse_row(doc: &str) -> Stored<Row> {
    serde_json::from_str(doc).map_err(|e| StoreError::Corrupt(format!("a record's JSON: {e}")))
}
