//! The working set of one transaction: all that its operations may read, loaded beforehand in a few batches, and the
//! records as the operations change them. Evaluating then needs no store.

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

/// A row as it was loaded and as it is now.
#[derive(Default)]
struct Slot {
    before: Option<Box<Row>>,
    now: Option<Box<Row>>,
    /// True once an operation changed it.
    touched: bool,
}

/// The area and category under which a recipient is registered; records about the recipient count there.
#[derive(Clone, Debug)]
pub struct Registration {
    pub area: AreaCode,
    pub category: Category,
}

/// Rows and look-ups of one transaction.
#[derive(Default)]
pub struct WorkingSet {
    rows: HashMap<RowId, Slot>,
    /// Changed rows, in the order of their first change.
    order: Vec<RowId>,
    registrations: HashMap<RecipientId, Registration>,
    /// Pairings of the author.
    grants: HashMap<RecipientId, Vec<CareGrant>>,
    aids: HashMap<RecipientId, Vec<Aid>>,
    /// The log entries of the operations that wait in loaded reviews.
    origins: HashMap<OpId, OpLog>,
    /// Authors of those operations, and the person at the console.
    workers: HashMap<WorkerId, Worker>,
}

impl WorkingSet {
    /// Loads the rows and look-ups that `ops` need. `author` is nil for the office, which needs no pairing.
    ///
    /// # Errors
    ///
    /// The store failed, or a stored record cannot be read.
    pub async fn load<T: Txn>(txn: &mut T, ops: &[&Op], author: WorkerId) -> Stored<Self> {
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
        for recipient in txn.get::<Recipient>(&keys).await?.into_iter().flatten() {
            let category = Category::from(recipient.category.as_str());
            working_set.registrations.insert(recipient.id, Registration { area: recipient.place, category });
        }
        if !author.is_nil() {
            let cells: Vec<_> = recipients.iter().map(Column::cell).collect();
            for grant in txn.find::<CareGrant>("recipient", &cells).await? {
                if grant.worker == author {
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

    /// Loads what a decision needs: the records in review, the log entries of the held operations, their authors.
    async fn load_held<T: Txn>(&mut self, txn: &mut T, reviews: &[Review]) -> Stored<()> {
        if reviews.is_empty() {
            return Ok(());
        }
        let ids = reviews.iter().map(|r| r.op.row).filter(|id| !self.rows.contains_key(id)).collect();
        self.load_rows(txn, ids).await?;
        // Receipts of hand-outs that may be declined: they are voided together.
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

    /// Loads the person at the console, whose name is stored with a decision.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn load_console_worker<T: Txn>(&mut self, txn: &mut T, by: WorkerId) -> Stored<()> {
        if !by.is_nil() {
            let found = txn.get::<Worker>(&[(by,)]).await?.into_iter().flatten();
            self.workers.extend(found.map(|w| (w.id, w)));
        }
        Ok(())
    }

    /// The row as the operations so far left it.
    pub fn row(&self, id: RowId) -> Option<&Row> {
        self.rows.get(&id)?.now.as_deref()
    }

    /// Loaded receipts of an assistance.
    pub fn receipts(&self, assistance: RowId) -> impl Iterator<Item = &Row> {
        let rows = self.rows.values().filter_map(|slot| slot.now.as_deref());
        rows.filter(move |r| r.kind == Kind::Receipt && r.fields.parsed("assistance") == Some(assistance))
    }

    /// Puts a new or changed row.
    pub fn put(&mut self, row: Box<Row>) {
        if row.kind == Kind::Recipient
            && let Some(area) = row.fields.parsed("area")
        {
            let category = Category::from(row.fields.text("category").unwrap_or_default());
            self.registrations.insert(row.id.into(), Registration { area, category });
        }
        let id = row.id;
        let slot = self.rows.entry(id).or_default();
        slot.now = Some(row);
        if !std::mem::replace(&mut slot.touched, true) {
            self.order.push(id);
        }
    }

    /// Where the recipient is registered; `None` for one who is not on the roster.
    pub fn registration(&self, recipient: RecipientId) -> Option<&Registration> {
        self.registrations.get(&recipient)
    }

    /// Pairings of the author with the recipient.
    pub fn grants(&self, recipient: RecipientId) -> &[CareGrant] {
        self.grants.get(&recipient).map_or(&[], Vec::as_slice)
    }

    /// Hand-outs to the recipient; loaded only if an operation records one.
    pub fn aids(&self, recipient: RecipientId) -> &[Aid] {
        self.aids.get(&recipient).map_or(&[], Vec::as_slice)
    }

    /// The log entry of an operation that waits in a review.
    pub fn origin(&self, op: OpId) -> Option<&OpLog> {
        self.origins.get(&op)
    }

    /// A loaded worker.
    pub fn worker(&self, id: WorkerId) -> Option<&Worker> {
        self.workers.get(&id)
    }

    /// The changed records, in the order of their first change.
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

/// The recipient that an operation itself names, without looking at its row.
pub fn recipient_named(op: &Op) -> Option<RecipientId> {
    match &op.change {
        Change::Create(fields) => recipient_of(&op.kind, op.row, fields),
        _ if op.kind == Kind::Recipient => Some(op.row.into()),
        _ => None,
    }
}

/// True if money or goods may be handed out.
fn is_handout(op: &Op) -> bool {
    let Change::Create(fields) = &op.change else { return false };
    let kind = fields.text("kind").map(AssistanceKind::from);
    op.kind == Kind::Assistance && !matches!(kind, Some(AssistanceKind::Publicise | AssistanceKind::Deed))
}

/// Reads a stored record.
///
/// # Errors
///
/// [`StoreError::Corrupt`] if it is not JSON of a row.
pub fn parse_row(doc: &str) -> Stored<Row> {
    serde_json::from_str(doc).map_err(|e| StoreError::Corrupt(format!("a record's JSON: {e}")))
}
