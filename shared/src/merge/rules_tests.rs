//! What the tables say is what happens: every field of every kind, by everyone, whatever happened meanwhile.

use super::{
    actor::{Actor, Relation},
    decide::{DecisionEffect, Meta, decide},
    rules::{self, AuthorKind, ConcurrentChange, RuleOutcome},
};
use crate::{
    Change, DeviceId, Fields, Hlc, Op, Outcome, RowId, WorkerId,
    ids::{OpId, OpNo, Rev, ReviewId},
    op::Rejection,
    records::{Creator, Kind, NeedStatus, ReviewReason, Row, Stamp},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const AUTHOR: u128 = 1;
const OTHER: u128 = 2;
/// Stamp of the other's change; the author's is before or after it.
const MIDDLE: i64 = 50;

fn actor(by: AuthorKind) -> Actor {
    let relation = match by {
        AuthorKind::Worker => Relation::InCare,
        AuthorKind::Supervisor => Relation::Supervisor,
        AuthorKind::Import => Relation::Server,
    };
    let (worker, device) = (WorkerId(Uuid::from_u128(AUTHOR)), DeviceId(Uuid::from_u128(100 + AUTHOR)));
    Actor { worker, device, unit: None, relation }
}

/// Two values that a field may have, found by asking the kind itself.
fn two_values(kind: &Kind, field: &str) -> (Value, Value) {
    let id = |n| json!(Uuid::from_u128(n).to_string());
    let candidates = [
        (json!(["a"]), json!(["b"])),
        (json!("a"), json!("b")),
        (json!(1), json!(2)),
        (json!("620802001001"), json!("620802001002")),
        (json!("2026-01-01"), json!("2026-01-02")),
        (json!("2026-01"), json!("2026-02")),
        (json!("1970-01-01T08:00:00+08:00"), json!("1969-12-31T08:00:00+08:00")),
        (id(7), id(8)),
        (json!({"lat": 1.0, "lon": 2.0}), json!({"lat": 1.0, "lon": 3.0})),
        (json!({"name": "a"}), json!({"name": "b"})),
        (json!(false), json!(true)),
    ];
    let shape = |value: &Value| kind.problems(&Fields::new().with(field, value.clone()));
    let none = kind.problems(&Fields::new());
    let fits = |(a, b): &(Value, Value)| {
        // A field of the wrong type is a new problem; one of the right type leaves the others' absence as it was.
        let (a, b) = (shape(a), shape(b));
        a == b && (a == none || a.iter().all(|p| !p.detail.as_deref().unwrap_or_default().starts_with("invalid")))
    };
    candidates.iter().find(|pair| fits(pair)).cloned().unwrap_or((json!("a"), json!("b")))
}

/// A record whose field was last set by somebody else, unless nothing happened.
fn row(kind: &Kind, field: &str, key: &str, value: &Value, meanwhile: ConcurrentChange) -> Row {
    let other = Stamp {
        rev: Rev(2),
        hlc: Hlc::new(MIDDLE, 0),
        device: DeviceId(Uuid::from_u128(100 + OTHER)),
        by: WorkerId(Uuid::from_u128(OTHER)),
        removed: false,
    };
    let stamps = if meanwhile == ConcurrentChange::Nothing { vec![] } else { vec![(key.to_owned(), other)] };
    Row {
        kind: kind.clone(),
        id: RowId(Uuid::from_u128(1000)),
        rev: Rev(2),
        author: WorkerId(Uuid::from_u128(AUTHOR)),
        device: DeviceId(Uuid::from_u128(100 + OTHER)),
        hlc: Hlc::new(1, 0),
        area: None,
        category: None,
        unit: None,
        fields: Fields::new().with(field, value.clone()),
        stamps: stamps.into_iter().collect(),
        void: None,
        former: vec![],
        extra: BTreeMap::new(),
    }
}

fn judge(row: &Row, change: Change, by: AuthorKind, meanwhile: ConcurrentChange) -> DecisionEffect {
    let ms = if meanwhile == ConcurrentChange::Later { MIDDLE - 10 } else { MIDDLE + 10 };
    let op = Op {
        id: OpId(Uuid::from_u128(3)),
        no: OpNo(1),
        // Revision 1 is what the author saw; the other's change made it 2.
        base: Rev(if meanwhile == ConcurrentChange::Nothing { 2 } else { 1 }),
        hlc: Hlc::new(ms, 0),
        kind: row.kind.clone(),
        row: row.id,
        change,
    };
    let meta = Meta { hlc: op.hlc, area: None, category: None, likely_duplicate: false };
    decide(Some(row), &op, &actor(by), &meta).into_effect(|| ReviewId::NIL)
}

/// Holds what happened against what the table says.
fn assert_rule_outcome(
    ruling: &RuleOutcome,
    judged: &DecisionEffect,
    field: &str,
    before: &Value,
    wanted: &Value,
    case: &str,
) {
    let value = |judged: &DecisionEffect| judged.row.as_ref().map(|r| r.fields.0[field].clone());
    let former =
        |v: &Value| judged.row.as_ref().is_some_and(|r| r.former.iter().any(|f| f.field == field && f.value == *v));
    match ruling {
        RuleOutcome::Stands => {
            assert_eq!(judged.outcome, Outcome::Applied, "{case}");
            assert_eq!(value(judged).as_ref(), Some(wanted), "{case}");
        }
        RuleOutcome::Yields => {
            assert_eq!(judged.outcome, Outcome::Merged { lost: vec![field.to_owned()] }, "{case}");
            assert_eq!(value(judged).as_ref(), Some(before), "{case}");
            assert!(former(wanted), "{case}: what gave way is readable");
        }
        RuleOutcome::Review(reason) => {
            assert_eq!(judged.review, Some((reason.clone(), vec![field.to_owned()])), "{case}");
            assert!(judged.row.is_none(), "{case}: nothing changes before the decision");
        }
        RuleOutcome::Passed => assert_eq!(judged.outcome, Outcome::Merged { lost: vec![] }, "{case}"),
        RuleOutcome::Otherwise(_) => {
            let refused = Outcome::Rejected(Rejection::NeedsAmendment { field: field.to_owned() });
            assert_eq!(judged.outcome, refused, "{case}");
        }
    }
}

/// Every field with a rule, and one that no rule names, of every kind that may be changed at all.
fn fields() -> impl Iterator<Item = (Kind, String)> {
    let open = Kind::ALL.iter().filter(|kind| !kind.is_sealed() && **kind != Kind::Review);
    open.flat_map(|kind| {
        let named = kind.rules().iter().map(|(name, _)| (*name).to_owned());
        named.chain(["field_of_tomorrow".to_owned()]).map(|name| (kind.clone(), name))
    })
}

#[test]
fn setting_a_field_ends_as_its_line_of_the_table_says() {
    let mut seen = std::collections::HashSet::new();
    for (kind, field) in fields() {
        let rule = kind.rule(&field);
        let (old, new) = two_values(&kind, &field);
        for by in AuthorKind::EACH {
            for meanwhile in ConcurrentChange::EACH {
                let wanted = if meanwhile == ConcurrentChange::Same { &old } else { &new };
                let row = row(&kind, &field, rule.stamp_key(&field), &old, meanwhile);
                let change = Change::Set(Fields::new().with(&field, wanted.clone()));
                let judged = judge(&row, change, by, meanwhile);
                let case = format!("{kind}.{field} ({rule:?}) by {by:?}, meanwhile {meanwhile:?}");
                let ruling = rules::set(rule, by, meanwhile);
                assert_rule_outcome(&ruling, &judged, &field, &old, wanted, &case);
                let gave_way = meanwhile == ConcurrentChange::Earlier && ruling == RuleOutcome::Stands;
                if gave_way && rule != rules::FieldRule::Set {
                    let former = judged.row.map(|r| r.former).unwrap_or_default();
                    assert!(former.iter().any(|f| f.value == old), "{case}: what gave way is readable");
                }
                seen.insert(format!("{:?}{by:?}{meanwhile:?}", std::mem::discriminant(&rule)));
            }
        }
    }
    let lines = rules::FieldRule::EACH.len() * AuthorKind::EACH.len() * ConcurrentChange::EACH.len();
    assert_eq!(seen.len(), lines, "every line of the table was met by some field");
}

#[test]
fn correcting_a_field_ends_as_its_line_of_the_table_says() {
    for (kind, field) in fields().filter(|(_, field)| !matches!(field.as_str(), "recipient" | "area")) {
        let rule = kind.rule(&field);
        let (old, new) = two_values(&kind, &field);
        for by in AuthorKind::EACH {
            for meanwhile in ConcurrentChange::EACH {
                let wanted = if meanwhile == ConcurrentChange::Same { &old } else { &new };
                let row = row(&kind, &field, rule.stamp_key(&field), &old, meanwhile);
                let fields = Fields::new().with(&field, wanted.clone());
                let judged = judge(&row, Change::Amend { reason: "写错".into(), fields }, by, meanwhile);
                let case = format!("{kind}.{field} ({rule:?}) corrected by {by:?}, meanwhile {meanwhile:?}");
                // What only the office makes is proposed by others, before any line of the table.
                let proposal = kind.creator() != Creator::Worker && by == AuthorKind::Worker;
                let ruling =
                    if proposal { RuleOutcome::Review(ReviewReason::Proposal) } else { rules::amend(rule, meanwhile) };
                assert_rule_outcome(&ruling, &judged, &field, &old, wanted, &case);
            }
        }
    }
}

#[test]
fn an_element_ends_as_its_line_of_the_table_says() {
    for (kind, field) in fields() {
        let rule = kind.rule(&field);
        for meanwhile in ConcurrentChange::EACH.into_iter().filter(|m| *m != ConcurrentChange::Same) {
            let row = row(&kind, &field, &format!("{field}/x"), &json!(["y"]), meanwhile);
            let change = Change::Elements { field: field.clone(), add: vec!["x".into()], remove: vec![] };
            let judged = judge(&row, change, AuthorKind::Worker, meanwhile);
            let case = format!("{kind}.{field} ({rule:?}), meanwhile {meanwhile:?}");
            match rules::element(rule, meanwhile) {
                RuleOutcome::Stands => assert_eq!(judged.row.unwrap().fields.0[&field], json!(["x", "y"]), "{case}"),
                RuleOutcome::Yields => {
                    assert_eq!(judged.outcome, Outcome::Merged { lost: vec![format!("{field}/x")] }, "{case}");
                }
                _ => assert_eq!(judged.outcome, Outcome::Rejected(Rejection::NeedsAmendment { field: field.clone() })),
            }
        }
    }
}

#[test]
fn a_step_of_a_need_ends_as_its_line_of_the_table_says() {
    for now in NeedStatus::ALL {
        for to in NeedStatus::ALL {
            for generation in 0..3u32 {
                let mut row = row(&Kind::Need, "text", "text", &json!("缺煤"), ConcurrentChange::Nothing);
                for (name, value) in [("status", json!(now)), ("generation", json!(1)), ("kind", json!("heating"))] {
                    row.fields.set(name, value);
                }
                row.fields.set("recipient", json!(Uuid::from_u128(5)));
                row.fields.set("happened", json!("1969-01-01T08:00:00+08:00"));
                if now.is_end() {
                    row.fields.set("solved", json!("1969-01-02T08:00:00+08:00"));
                }
                let change = Change::Advance { to: to.word().to_owned(), generation, fields: Fields::new() };
                let judged = judge(&row, change, AuthorKind::Worker, ConcurrentChange::Nothing);
                let case = format!("{now} → {to} in round {generation} of 1");
                match rules::step(generation.cmp(&1), now, to) {
                    RuleOutcome::Stands => {
                        assert_eq!(judged.row.unwrap().fields.text("status"), Some(to.word()), "{case}");
                    }
                    RuleOutcome::Review(reason) => assert_eq!(judged.review.unwrap().0, reason, "{case}"),
                    RuleOutcome::Otherwise(_) => assert!(matches!(judged.outcome, Outcome::Rejected(_)), "{case}"),
                    RuleOutcome::Passed | RuleOutcome::Yields => {
                        assert!(matches!(judged.outcome, Outcome::Merged { .. }), "{case}: {:?}", judged.outcome);
                        let status =
                            judged.row.map_or(now.word().to_owned(), |r| r.fields.text("status").unwrap().to_owned());
                        assert_eq!(status, now.word(), "{case}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_review_is_decided_once_and_by_the_office_only() {
    let mut row = row(&Kind::Review, "status", "status", &json!("open"), ConcurrentChange::Nothing);
    let resolve = |accept| Change::Resolve { accept, reason: "看过证件".into() };
    let by_worker = judge(&row, resolve(true), AuthorKind::Worker, ConcurrentChange::Nothing);
    assert_eq!(by_worker.outcome, Outcome::Rejected(Rejection::NotAllowed));
    let decided = *judge(&row, resolve(true), AuthorKind::Supervisor, ConcurrentChange::Nothing).row.unwrap();
    let told = super::review::decided(&decided).unwrap();
    assert_eq!((told.accepted, told.reason.as_str(), told.by), (true, "看过证件", actor(AuthorKind::Worker).worker));
    assert_eq!(super::review::decided(&row), None);
    row = decided;
    let again = judge(&row, resolve(false), AuthorKind::Supervisor, ConcurrentChange::Nothing);
    assert!(again.row.is_none(), "the first decision stands");
}
