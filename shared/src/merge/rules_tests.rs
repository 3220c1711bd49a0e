//! The merge does what the tables of [`rules`] say: every field of every kind, every author, every concurrent change.

use super::{
    actor::{Actor, Relation},
    decide::decide,
    rules::{self, AuthorKind, ConcurrentChange, RuleOutcome},
    types::{DecisionEffect, OpContext},
};
use crate::{
    Change, DeviceId, Fields, Hlc, Op, Outcome, RowId, WorkerId,
    ids::{OpId, OpNo, Rev, ReviewId},
    op::Rejection,
    records::{Creator, FieldRule, Kind, NeedStatus, ReviewReason, Row, Stamp},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const AUTHOR: u128 = 1;
const OTHER: u128 = 2;
/// Milliseconds of the other worker's stamp; the author's stamp is 10 ms before or after it.
const MIDDLE: i64 = 50;

fn actor(author: AuthorKind) -> Actor {
    let relation = match author {
        AuthorKind::Worker => Relation::InCare,
        AuthorKind::Supervisor => Relation::Supervisor,
        AuthorKind::Import => Relation::Server,
    };
    let (worker, device) = (WorkerId(Uuid::from_u128(AUTHOR)), DeviceId(Uuid::from_u128(100 + AUTHOR)));
    Actor { worker, device, unit: None, relation }
}

/// Two valid values of a field, found with the checks of the kind.
fn proposed_values(kind: &Kind, field: &str) -> (Value, Value) {
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
        // A field of the wrong type is a new problem; one of the right type leaves only the problems of the absent
        // fields.
        let (a, b) = (shape(a), shape(b));
        a == b && (a == none || a.iter().all(|p| !p.detail.as_deref().unwrap_or_default().starts_with("invalid")))
    };
    candidates.iter().find(|pair| fits(pair)).cloned().unwrap_or((json!("a"), json!("b")))
}

/// A record whose field was last set by another worker, unless there is no concurrent change.
fn row(kind: &Kind, field: &str, key: &str, value: &Value, concurrent: ConcurrentChange) -> Row {
    let other = Stamp {
        rev: Rev(2),
        hlc: Hlc::new(MIDDLE, 0),
        device: DeviceId(Uuid::from_u128(100 + OTHER)),
        by: WorkerId(Uuid::from_u128(OTHER)),
        removed: false,
    };
    let stamps = if concurrent == ConcurrentChange::Nothing { vec![] } else { vec![(key.to_owned(), other)] };
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

fn effect_of(row: &Row, change: Change, author: AuthorKind, concurrent: ConcurrentChange) -> DecisionEffect {
    let ms = if concurrent == ConcurrentChange::Later { MIDDLE - 10 } else { MIDDLE + 10 };
    let op = Op {
        id: OpId(Uuid::from_u128(3)),
        no: OpNo(1),
        // The author saw revision 1; the other change made it 2.
        base: Rev(if concurrent == ConcurrentChange::Nothing { 2 } else { 1 }),
        hlc: Hlc::new(ms, 0),
        kind: row.kind.clone(),
        row: row.id,
        change,
    };
    let ctx = OpContext { hlc: op.hlc, area: None, category: None, likely_duplicate: false };
    decide(Some(row), &op, &actor(author), &ctx).into_effect(|| ReviewId::NIL)
}

/// Compares what the merge did with what the table says.
fn assert_outcome(
    expected: &RuleOutcome,
    effect: &DecisionEffect,
    field: &str,
    before: &Value,
    wanted: &Value,
    case: &str,
) {
    let value = |effect: &DecisionEffect| effect.row.as_ref().map(|r| r.fields.0[field].clone());
    let former =
        |v: &Value| effect.row.as_ref().is_some_and(|r| r.former.iter().any(|f| f.field == field && f.value == *v));
    match expected {
        RuleOutcome::Stands => {
            assert_eq!(effect.outcome, Outcome::Applied, "{case}");
            assert_eq!(value(effect).as_ref(), Some(wanted), "{case}");
        }
        RuleOutcome::Yields => {
            assert_eq!(effect.outcome, Outcome::Merged { lost: vec![field.to_owned()] }, "{case}");
            assert_eq!(value(effect).as_ref(), Some(before), "{case}");
            assert!(former(wanted), "{case}: the value that gave way is readable");
        }
        RuleOutcome::Review(reason) => {
            assert_eq!(effect.review, Some((reason.clone(), vec![field.to_owned()])), "{case}");
            assert!(effect.row.is_none(), "{case}: nothing changes before the decision");
        }
        RuleOutcome::Passed => assert_eq!(effect.outcome, Outcome::Merged { lost: vec![] }, "{case}"),
        RuleOutcome::Otherwise(_) => {
            let refused = Outcome::Rejected(Rejection::NeedsAmendment { field: field.to_owned() });
            assert_eq!(effect.outcome, refused, "{case}");
        }
    }
}

/// Every field with a rule, and one without, of every kind that can be changed.
fn fields() -> impl Iterator<Item = (Kind, String)> {
    let open = Kind::ALL.iter().filter(|kind| !kind.is_sealed() && **kind != Kind::Review);
    open.flat_map(|kind| {
        let named = kind.rules().iter().map(|(name, _)| (*name).to_owned());
        named.chain(["field_of_tomorrow".to_owned()]).map(|name| (kind.clone(), name))
    })
}

#[test]
fn setting_a_field_follows_the_table() {
    let mut seen = std::collections::HashSet::new();
    for (kind, field) in fields() {
        let rule = kind.rule(&field);
        let (old, new) = proposed_values(&kind, &field);
        for author in AuthorKind::EACH {
            for concurrent in ConcurrentChange::EACH {
                let wanted = if concurrent == ConcurrentChange::Same { &old } else { &new };
                let row = row(&kind, &field, rule.stamp_key(&field), &old, concurrent);
                let change = Change::Set(Fields::new().with(&field, wanted.clone()));
                let effect = effect_of(&row, change, author, concurrent);
                let case = format!("{kind}.{field} ({rule:?}) by {author:?}, meanwhile {concurrent:?}");
                let expected = rules::set(rule, author, concurrent);
                assert_outcome(&expected, &effect, &field, &old, wanted, &case);
                let gave_way = concurrent == ConcurrentChange::Earlier && expected == RuleOutcome::Stands;
                if gave_way && rule != FieldRule::Set {
                    let former = effect.row.map(|r| r.former).unwrap_or_default();
                    assert!(former.iter().any(|f| f.value == old), "{case}: the value that gave way is readable");
                }
                seen.insert(format!("{:?}{author:?}{concurrent:?}", std::mem::discriminant(&rule)));
            }
        }
    }
    let lines = FieldRule::EACH.len() * AuthorKind::EACH.len() * ConcurrentChange::EACH.len();
    assert_eq!(seen.len(), lines, "every line of the table was met by some field");
}

#[test]
fn correcting_a_field_follows_the_table() {
    for (kind, field) in fields().filter(|(_, field)| !matches!(field.as_str(), "recipient" | "area")) {
        let rule = kind.rule(&field);
        let (old, new) = proposed_values(&kind, &field);
        for author in AuthorKind::EACH {
            for concurrent in ConcurrentChange::EACH {
                let wanted = if concurrent == ConcurrentChange::Same { &old } else { &new };
                let row = row(&kind, &field, rule.stamp_key(&field), &old, concurrent);
                let fields = Fields::new().with(&field, wanted.clone());
                let effect = effect_of(&row, Change::Amend { reason: "写错".into(), fields }, author, concurrent);
                let case = format!("{kind}.{field} ({rule:?}) corrected by {author:?}, meanwhile {concurrent:?}");
                // A worker's correction of an office record is a proposal, whatever the table says.
                let proposal = kind.creator() != Creator::Worker && author == AuthorKind::Worker;
                let expected =
                    if proposal { RuleOutcome::Review(ReviewReason::Proposal) } else { rules::amend(rule, concurrent) };
                assert_outcome(&expected, &effect, &field, &old, wanted, &case);
            }
        }
    }
}

#[test]
fn changing_an_element_follows_the_table() {
    for (kind, field) in fields() {
        let rule = kind.rule(&field);
        for concurrent in ConcurrentChange::EACH.into_iter().filter(|m| *m != ConcurrentChange::Same) {
            let row = row(&kind, &field, &format!("{field}/x"), &json!(["y"]), concurrent);
            let change = Change::Elements { field: field.clone(), add: vec!["x".into()], remove: vec![] };
            let effect = effect_of(&row, change, AuthorKind::Worker, concurrent);
            let case = format!("{kind}.{field} ({rule:?}), meanwhile {concurrent:?}");
            match rules::element(rule, concurrent) {
                RuleOutcome::Stands => assert_eq!(effect.row.unwrap().fields.0[&field], json!(["x", "y"]), "{case}"),
                RuleOutcome::Yields => {
                    assert_eq!(effect.outcome, Outcome::Merged { lost: vec![format!("{field}/x")] }, "{case}");
                }
                _ => assert_eq!(effect.outcome, Outcome::Rejected(Rejection::NeedsAmendment { field: field.clone() })),
            }
        }
    }
}

#[test]
fn a_step_of_a_need_follows_the_table() {
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
                let effect = effect_of(&row, change, AuthorKind::Worker, ConcurrentChange::Nothing);
                let case = format!("{now} → {to} in round {generation} of 1");
                match rules::step(generation.cmp(&1), now, to) {
                    RuleOutcome::Stands => {
                        assert_eq!(effect.row.unwrap().fields.text("status"), Some(to.word()), "{case}");
                    }
                    RuleOutcome::Review(reason) => assert_eq!(effect.review.unwrap().0, reason, "{case}"),
                    RuleOutcome::Otherwise(_) => assert!(matches!(effect.outcome, Outcome::Rejected(_)), "{case}"),
                    RuleOutcome::Passed | RuleOutcome::Yields => {
                        assert!(matches!(effect.outcome, Outcome::Merged { .. }), "{case}: {:?}", effect.outcome);
                        let status =
                            effect.row.map_or(now.word().to_owned(), |r| r.fields.text("status").unwrap().to_owned());
                        assert_eq!(status, now.word(), "{case}");
                    }
                }
            }
        }
    }
}

#[test]
fn only_the_office_decides_a_review_and_only_once() {
    let mut row = row(&Kind::Review, "status", "status", &json!("open"), ConcurrentChange::Nothing);
    let resolve = |accept| Change::Resolve { accept, reason: "看过证件".into() };
    let by_worker = effect_of(&row, resolve(true), AuthorKind::Worker, ConcurrentChange::Nothing);
    assert_eq!(by_worker.outcome, Outcome::Rejected(Rejection::NotAllowed));
    let decided = *effect_of(&row, resolve(true), AuthorKind::Supervisor, ConcurrentChange::Nothing).row.unwrap();
    let decision = super::review::decision_of(&decided).unwrap();
    assert_eq!(
        (decision.accepted, decision.reason.as_str(), decision.by),
        (true, "看过证件", actor(AuthorKind::Worker).worker)
    );
    assert_eq!(super::review::decision_of(&row), None);
    row = decided;
    let again = effect_of(&row, resolve(false), AuthorKind::Supervisor, ConcurrentChange::Nothing);
    assert!(again.row.is_none(), "the first decision stands");
}
