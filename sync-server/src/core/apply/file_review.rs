//! Files a change that no rule may decide, with both values, for a supervisor.

use super::{
    evaluation::{EvaluationTime, review_id},
    scopes::area_of,
};
use shared::{
    Change, DeviceId, Hlc, Kind, Op, Row, WorkerId,
    ids::Rev,
    merge::{Actor, OpContext},
    records::{Record, Review, ReviewReason, ReviewStatus},
};
use std::collections::BTreeMap;

/// The review of `op`: the change as it was sent, the values in force, and the author and time of each.
#[allow(clippy::too_many_arguments, reason = "each is one fact of the review; a struct would only rename them")]
pub fn file_review(
    op: &Op,
    row: Option<&Row>,
    reason: &ReviewReason,
    fields: &[String],
    applied: bool,
    actor: &Actor,
    proposed_name: Option<String>,
    meta: &OpContext,
    time: EvaluationTime,
) -> Row {
    let current = |row: &Row| {
        let value = |name: &String| Some((name.clone(), row.fields.get(name)?.clone()));
        fields.iter().filter_map(value).collect::<serde_json::Map<_, _>>()
    };
    let in_force = row.map(|row| {
        let newest = fields.iter().map(|name| row.stamp(row.kind.rule(name).stamp_key(name))).max_by_key(|s| s.hlc);
        newest.map_or((row.author, row.hlc), |s| (s.by, s.hlc))
    });
    let recipient = row.and_then(Row::recipient).or_else(|| match &op.change {
        Change::Create(fields) => shared::records::recipient_of(&op.kind, op.row, fields),
        _ => None,
    });
    let review = Review {
        reason: reason.clone(),
        status: ReviewStatus::Open,
        row: op.row,
        row_kind: op.kind.clone(),
        recipient,
        op: op.clone(),
        proposed_by: actor.worker,
        proposed_name,
        proposed_hlc: meta.hlc,
        current: row.map(current).unwrap_or_default().into(),
        current_by: in_force.map(|(by, _)| by),
        current_hlc: in_force.map(|(_, hlc)| hlc),
        applied,
        decision: None,
        decided_name: None,
    };
    Row {
        kind: Kind::Review,
        id: shared::RowId(review_id(op).0),
        rev: Rev(1),
        author: WorkerId::NIL,
        device: DeviceId::NIL,
        hlc: Hlc::new(time.now_ms, 0),
        area: meta.area.or(row.and_then(area_of)),
        category: meta.category.clone(),
        unit: actor.unit,
        fields: review.to_fields(),
        stamps: BTreeMap::new(),
        void: None,
        former: Vec::new(),
        extra: BTreeMap::new(),
    }
}
