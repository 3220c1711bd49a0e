//! A supervisor's decision on a change that no rule may decide: what it does to the review itself, and what both sides
//! show of it. The server alone applies the change that was held, since it alone has every record.

use super::{
    actor::Actor,
    history::{keep_former, push_former},
    register,
    types::{Decision, OpContext},
};
use crate::{
    Change, Hlc, WorkerId,
    op::Rejection,
    records::{Former, Kind, Review, ReviewStatus, Row},
};
use serde_json::Value;

/// A supervisor decides a review. Only the first decision counts.
pub fn resolve(row: &Row, accept: bool, reason: &str, actor: &Actor, ctx: &OpContext) -> Decision {
    if row.kind != Kind::Review || !actor.is_office() {
        return Decision::Reject(Rejection::NotAllowed);
    }
    if status(row) != ReviewStatus::Open {
        return Decision::Pass;
    }
    let decision = if accept { ReviewStatus::Accepted } else { ReviewStatus::Declined };
    let mut next = row.next_revision();
    next.fields.set("status", decision.word().into());
    next.fields.set("decision", reason.into());
    register::put_stamp(&mut next, row, "status".to_owned(), ctx, actor, false);
    Decision::Apply(next)
}

/// The status of a review.
pub fn status(row: &Row) -> ReviewStatus {
    ReviewStatus::from(row.fields.text("status").unwrap_or_default())
}

/// The decision of a review: its result, reason, author and time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewDecision {
    pub accepted: bool,
    pub reason: String,
    pub by: WorkerId,
    /// The name as the server recorded it, since a phone does not hold the whole staff list.
    pub by_name: Option<String>,
    pub hlc: Hlc,
}

/// The decision of a review; `None` while it is open, and for a status that this build does not know.
pub fn decision_of(row: &Row) -> Option<ReviewDecision> {
    let accepted = match status(row) {
        ReviewStatus::Accepted => true,
        ReviewStatus::Declined => false,
        ReviewStatus::Open | ReviewStatus::Other(_) => return None,
    };
    let stamp = row.stamp("status");
    Some(ReviewDecision {
        accepted,
        reason: row.fields.text("decision").unwrap_or_default().to_owned(),
        by: stamp.by,
        by_name: row.fields.text("decided_name").map(str::to_owned),
        hlc: stamp.hlc,
    })
}

/// A field with its proposed and its current value; `None` for an empty one.
#[derive(Clone, Debug, PartialEq)]
pub struct ProposedValue {
    pub field: String,
    pub proposed: Option<Value>,
    pub current: Option<Value>,
}

/// Each field of the change under review, with its proposed and its current value. `row` is the record in its present
/// state, which is used while the review is open. A closed review shows the values from when it was filed.
pub fn proposed_values(review: &Review, row: Option<&Row>) -> Vec<ProposedValue> {
    let live = row.filter(|_| review.status == ReviewStatus::Open);
    let current = |field: &str| match live {
        Some(row) => row.fields.get(field).cloned(),
        None => review.current.get(field).filter(|v| !v.is_null()).cloned(),
    };
    let pair = |field: &str, proposed: Option<Value>| ProposedValue {
        field: field.to_owned(),
        proposed: proposed.filter(|v| !v.is_null()),
        current: current(field),
    };
    match &review.op.change {
        // The record is in force already, so there is no other current value.
        Change::Create(fields) if review.applied => {
            let pair = |(name, value): (&String, &Value)| ProposedValue {
                field: name.clone(),
                proposed: Some(value.clone()),
                current: None,
            };
            fields.0.iter().map(pair).collect()
        }
        Change::Create(fields) | Change::Set(fields) | Change::Amend { fields, .. } => {
            fields.0.iter().map(|(name, value)| pair(name, Some(value.clone()))).collect()
        }
        Change::Elements { field, add, remove } => {
            let mut elements: Vec<Value> = current(field).and_then(|v| v.as_array().cloned()).unwrap_or_default();
            elements.retain(|e| e.as_str().is_none_or(|e| !remove.iter().any(|r| r == e)));
            elements.extend(add.iter().map(|e| Value::from(e.as_str())));
            vec![pair(field, Some(elements.into()))]
        }
        Change::Advance { to, fields, .. } => {
            let registers = fields.0.iter().map(|(name, value)| pair(name, Some(value.clone())));
            [pair("status", Some(to.as_str().into()))].into_iter().chain(registers).collect()
        }
        Change::Void { .. } | Change::Reopen { .. } | Change::Resolve { .. } | Change::Other(_) => Vec::new(),
    }
}

/// Who set the current value, and when: the latest stamp of the fields in question.
pub fn current_author(review: &Review, row: Option<&Row>) -> Option<(WorkerId, Hlc)> {
    let of_row = |row: &Row| {
        let fields = proposed_values(review, Some(row)).into_iter().map(|pair| pair.field);
        let stamp = |field: String| row.stamp(row.kind.rule(&field).stamp_key(&field));
        fields.map(stamp).max_by_key(|s| s.hlc).map(|s| (s.by, s.hlc))
    };
    match row.filter(|_| review.status == ReviewStatus::Open && !review.applied) {
        Some(row) => of_row(row).or(Some((row.author, row.hlc))),
        None => review.current_by.zip(review.current_hlc.or(Some(Hlc::default()))),
    }
}

/// Adds the values that an accepted change replaced to the history of `next`, with the decision's reason. `before` is
/// the record without the change, `next` the record with it.
pub fn keep_replaced_values(before: &Row, next: &mut Row, reason: &str) {
    let names: Vec<&String> = before.fields.0.keys().filter(|n| before.fields.get(n) != next.fields.get(n)).collect();
    for name in names {
        let value = before.fields.0.get(name).cloned().unwrap_or(Value::Null);
        let known = next.former.iter().any(|f| f.field == *name && f.value == value);
        if !known && !value.is_null() {
            keep_former(next, before, name, Some(reason));
        }
    }
}

/// The record with the declined values in its history, so that both authors can read both values; `None` where there
/// is nothing to add.
pub fn keep_declined_values(review: &Review, row: &Row, reason: &str) -> Option<Box<Row>> {
    if row.is_void() || matches!(review.op.change, Change::Create(_) | Change::Elements { .. }) {
        return None;
    }
    let mut next = row.next_revision();
    for pair in proposed_values(review, Some(row)) {
        if let Some(value) = pair.proposed.filter(|v| Some(v) != pair.current.as_ref()) {
            let (by, hlc) = (review.proposed_by, review.proposed_hlc);
            push_former(&mut next, Former { field: pair.field, value, by, hlc, reason: Some(reason.to_owned()) });
        }
    }
    (next.former != row.former).then_some(next)
}
