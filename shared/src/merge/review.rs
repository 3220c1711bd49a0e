//! Deciding what no rule may decide: what the decision does to the review itself. What was held back is put in force by
//! the server, which alone has everything that it may touch.

use super::{
    actor::Actor,
    decide::{Decision, Meta, bumped, push_former},
    register,
};
use crate::{
    Change, Hlc, WorkerId,
    op::Rejection,
    records::{Former, Kind, Review, ReviewStatus, Row},
};
use serde_json::Value;

/// A supervisor decides, once: a later decision changes nothing.
pub fn resolve(row: &Row, accept: bool, reason: &str, actor: &Actor, meta: &Meta) -> Decision {
    if row.kind != Kind::Review || !actor.is_office() {
        return Decision::Reject(Rejection::NotAllowed);
    }
    if status(row) != ReviewStatus::Open {
        return Decision::Pass;
    }
    let decision = if accept { ReviewStatus::Accepted } else { ReviewStatus::Declined };
    let mut next = bumped(row);
    next.fields.set("status", decision.word().into());
    next.fields.set("decision", reason.into());
    register::put_stamp(&mut next, row, "status".to_owned(), meta, actor, false);
    Decision::Apply(next)
}

/// How a review stands.
pub fn status(row: &Row) -> ReviewStatus {
    ReviewStatus::from(row.fields.text("status").unwrap_or_default())
}

/// What was decided, with the reason, by whom and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub accepted: bool,
    pub reason: String,
    pub by: WorkerId,
    /// As the server wrote it down; a phone may not know everyone.
    pub by_name: Option<String>,
    pub hlc: Hlc,
}

/// The decision of a review; `None` while it is open, and for a status of a newer peer.
pub fn decided(row: &Row) -> Option<Decided> {
    let accepted = match status(row) {
        ReviewStatus::Accepted => true,
        ReviewStatus::Declined => false,
        ReviewStatus::Open | ReviewStatus::Other(_) => return None,
    };
    let stamp = row.stamp("status");
    Some(Decided {
        accepted,
        reason: row.fields.text("decision").unwrap_or_default().to_owned(),
        by: stamp.by,
        by_name: row.fields.text("decided_name").map(str::to_owned),
        hlc: stamp.hlc,
    })
}

/// A field with both its values; `None` for an empty one.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoValues {
    pub field: String,
    pub proposed: Option<Value>,
    pub standing: Option<Value>,
}

/// What the change in question would make of each field, beside what stands. `row` is the record as it is now: while the
/// review is open, that is what the decision is about; afterwards what stood when the review was filed tells more.
pub fn two_values(review: &Review, row: Option<&Row>) -> Vec<TwoValues> {
    let live = row.filter(|_| review.status == ReviewStatus::Open);
    let standing = |field: &str| match live {
        Some(row) => row.fields.get(field).cloned(),
        None => review.current.get(field).filter(|v| !v.is_null()).cloned(),
    };
    let pair = |field: &str, proposed: Option<Value>| TwoValues {
        field: field.to_owned(),
        proposed: proposed.filter(|v| !v.is_null()),
        standing: standing(field),
    };
    match &review.op.change {
        // In force already, so it does not stand against itself.
        Change::Create(fields) if review.applied => {
            let pair = |(name, value): (&String, &Value)| TwoValues {
                field: name.clone(),
                proposed: Some(value.clone()),
                standing: None,
            };
            fields.0.iter().map(pair).collect()
        }
        Change::Create(fields) | Change::Set(fields) | Change::Amend { fields, .. } => {
            fields.0.iter().map(|(name, value)| pair(name, Some(value.clone()))).collect()
        }
        Change::Elements { field, add, remove } => {
            let mut elements: Vec<Value> = standing(field).and_then(|v| v.as_array().cloned()).unwrap_or_default();
            elements.retain(|e| e.as_str().is_none_or(|e| !remove.iter().any(|r| r == e)));
            elements.extend(add.iter().map(|e| Value::from(e.as_str())));
            vec![pair(field, Some(elements.into()))]
        }
        Change::Advance { to, fields, .. } => {
            let along = fields.0.iter().map(|(name, value)| pair(name, Some(value.clone())));
            [pair("status", Some(to.as_str().into()))].into_iter().chain(along).collect()
        }
        Change::Void { .. } | Change::Reopen { .. } | Change::Resolve { .. } | Change::Other(_) => Vec::new(),
    }
}

/// Who set what stands, and when: the latest of the fields in question.
pub fn standing_by(review: &Review, row: Option<&Row>) -> Option<(WorkerId, Hlc)> {
    let of_row = |row: &Row| {
        let fields = two_values(review, Some(row)).into_iter().map(|pair| pair.field);
        let stamp = |field: String| row.stamp(row.kind.rule(&field).stamp_key(&field));
        fields.map(stamp).max_by_key(|s| s.hlc).map(|s| (s.by, s.hlc))
    };
    match row.filter(|_| review.status == ReviewStatus::Open && !review.applied) {
        Some(row) => of_row(row).or(Some((row.author, row.hlc))),
        None => review.current_by.zip(review.current_hlc.or(Some(Hlc::default()))),
    }
}

/// The reason that the author of the change gave, where it needed one.
pub fn given_reason(change: &Change) -> Option<&str> {
    match change {
        Change::Amend { reason, .. }
        | Change::Void { reason }
        | Change::Reopen { reason }
        | Change::Resolve { reason, .. } => Some(reason),
        Change::Create(_) | Change::Set(_) | Change::Elements { .. } | Change::Advance { .. } | Change::Other(_) => {
            None
        }
    }
}

/// Keeps what gave way to an accepted change in the record's history, with the decision's reason. `before` is the record
/// as it stood, `next` as the change has made it.
pub fn keep_what_gave_way(before: &Row, next: &mut Row, reason: &str) {
    let names: Vec<&String> = before.fields.0.keys().filter(|n| before.fields.get(n) != next.fields.get(n)).collect();
    for name in names {
        let value = before.fields.0.get(name).cloned().unwrap_or(Value::Null);
        let kept = next.former.iter().any(|f| f.field == *name && f.value == value);
        if !kept && !value.is_null() {
            register::keep_former(next, before, name, Some(reason));
        }
    }
}

/// The record with a declined change in its history, so that both authors can read both values; `None` where there is
/// nothing to keep.
pub fn keep_declined(review: &Review, row: &Row, reason: &str) -> Option<Box<Row>> {
    if row.is_void() || matches!(review.op.change, Change::Create(_) | Change::Elements { .. }) {
        return None;
    }
    let mut next = bumped(row);
    for pair in two_values(review, Some(row)) {
        if let Some(value) = pair.proposed.filter(|v| Some(v) != pair.standing.as_ref()) {
            let (by, hlc) = (review.proposed_by, review.proposed_hlc);
            push_former(&mut next, Former { field: pair.field, value, by, hlc, reason: Some(reason.to_owned()) });
        }
    }
    (next.former != row.former).then_some(next)
}
