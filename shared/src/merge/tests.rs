//! The promises of the rules, over random histories: concurrent changes commute, a change twice is a change once, and
//! no value vanishes.

use super::{actor::Standing, *};
use crate::{
    Change, DeviceId, Fields, Hlc, Op, Outcome, RowId, WorkerId,
    ids::{OpId, OpNo, Rev, ReviewId},
    records::{Kind, ReviewReason, Row},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

fn actor(n: u128, standing: Standing) -> Actor {
    Actor { worker: WorkerId(Uuid::from_u128(n)), device: DeviceId(Uuid::from_u128(100 + n)), unit: None, standing }
}

fn base_row(kind: Kind, fields: Value) -> Row {
    Row {
        kind,
        id: RowId(Uuid::from_u128(1)),
        rev: Rev(1),
        author: WorkerId(Uuid::from_u128(9)),
        device: DeviceId(Uuid::from_u128(109)),
        hlc: Hlc::new(1, 0),
        area: None,
        category: None,
        unit: None,
        fields: serde_json::from_value(fields).unwrap(),
        stamps: BTreeMap::new(),
        void: None,
        former: vec![],
        extra: BTreeMap::new(),
    }
}

fn recipient() -> Row {
    base_row(
        Kind::Recipient,
        json!({"code": "R1", "name": "谷某", "category": "orphan", "area": "620802001001", "phone": "1",
            "address": "老院子", "position": {"lat": 35.5, "lon": 106.6}, "tags": ["lives-alone"]}),
    )
}

fn need() -> Row {
    base_row(
        Kind::Need,
        json!({"recipient": Uuid::from_u128(5), "kind": "heating", "text": "缺煤", "status": "opened", "generation": 0,
            "happened": "2026-01-05T09:00:00+08:00"}),
    )
}

/// One operation of device `device`, stamped at `ms`, made while seeing revision `base`.
#[derive(Clone, Debug)]
struct Step {
    device: u128,
    ms: i64,
    base: u64,
    change: Change,
}

fn op(row: &Row, step: &Step, n: u128) -> Op {
    Op {
        id: OpId(Uuid::from_u128(n)),
        no: OpNo(1),
        base: Rev(step.base),
        hlc: Hlc::new(step.ms, 0),
        kind: row.kind.clone(),
        row: row.id,
        change: step.change.clone(),
    }
}

fn judge(row: &Row, step: &Step, n: u128, standing: Standing) -> Judged {
    let op = op(row, step, n);
    let meta = Meta { hlc: op.hlc, area: None, category: None, likely_duplicate: false };
    decide(Some(row), &op, &actor(step.device, standing), &meta).judged(ReviewId(Uuid::from_u128(n)))
}

/// Plays steps in order; returns the row and every outcome.
fn play(mut row: Row, steps: &[Step]) -> (Row, Vec<Judged>) {
    let mut all = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        let judged = judge(&row, step, n as u128 + 50, Standing::InCare);
        if let Some(next) = &judged.row {
            row = (**next).clone();
        }
        all.push(judged);
    }
    (row, all)
}

/// Merges per-device histories into one order, driven by `picks`; each device's own order is kept.
fn interleave(histories: &[Vec<Step>], picks: &[usize]) -> Vec<Step> {
    let mut next = vec![0; histories.len()];
    let mut order = Vec::new();
    let mut picks = picks.iter().copied().cycle();
    while next.iter().zip(histories).any(|(n, h)| *n < h.len()) {
        let start = picks.next().unwrap_or(0);
        let d = (0..histories.len()).map(|i| (start + i) % histories.len()).find(|d| next[*d] < histories[*d].len());
        let d = d.expect("some history has steps left");
        order.push(histories[d][next[d]].clone());
        next[d] += 1;
    }
    order
}

fn register_change() -> impl Strategy<Value = Change> {
    let text = "[a-e]";
    prop_oneof![
        text.prop_map(|t| Change::Set(Fields::new().with("phone", t))),
        text.prop_map(|t| Change::Set(Fields::new().with("note", t))),
        text.prop_map(|t| Change::Set(Fields::new().with("address", t))),
        text.prop_map(|t| Change::Set(
            Fields::new().with("address", t).with("position", json!({"lat": 1.0, "lon": 2.0}))
        )),
        Just(Change::Set(Fields::new().with("phone", Value::Null))),
        ("[x-z]", any::<bool>()).prop_map(|(tag, add)| {
            let (add, remove) = if add { (vec![tag], vec![]) } else { (vec![], vec![tag]) };
            Change::Elements { field: "tags".into(), add, remove }
        }),
    ]
}

/// Histories of three devices that never saw each other: every base is the common revision 1, stamps grow per device.
fn histories() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let history = prop::collection::vec((register_change(), 1i64..6), 0..5);
    prop::collection::vec(history, 3).prop_map(|devices| {
        let each = devices.into_iter().enumerate().map(|(d, changes)| {
            let mut ms = 10;
            let step = |(change, gap): (Change, i64)| {
                ms += gap;
                Step { device: d as u128 + 1, ms, base: 1, change }
            };
            changes.into_iter().map(step).collect()
        });
        each.collect()
    })
}

proptest! {
    #[test]
    fn concurrent_changes_of_registers_and_sets_give_the_same_record_in_any_order(
        histories in histories(), a in prop::collection::vec(0usize..3, 8), b in prop::collection::vec(0usize..3, 8),
    ) {
        let (left, _) = play(recipient(), &interleave(&histories, &a));
        let (right, _) = play(recipient(), &interleave(&histories, &b));
        prop_assert_eq!(left.fields, right.fields);
    }

    #[test]
    fn a_change_heard_twice_is_a_change_once(histories in histories(), picks in prop::collection::vec(0usize..3, 8)) {
        let order = interleave(&histories, &picks);
        let (once, _) = play(recipient(), &order);
        let doubled: Vec<Step> = order.iter().flat_map(|s| [s.clone(), s.clone()]).collect();
        let (twice, _) = play(recipient(), &doubled);
        prop_assert_eq!(once.fields, twice.fields);
    }

    #[test]
    fn a_value_that_lost_against_someone_else_is_in_the_history(
        histories in histories(), picks in prop::collection::vec(0usize..3, 8),
    ) {
        let mut row = recipient();
        for (n, step) in interleave(&histories, &picks).iter().enumerate() {
            let before = row.clone();
            let judged = judge(&row, step, n as u128 + 50, Standing::InCare);
            row = *judged.row.expect("register changes always apply or merge");
            let Change::Set(fields) = &step.change else { continue };
            for (name, value) in &fields.0 {
                let stands = row.fields.0.get(name) == Some(value);
                let kept = row.former.iter().any(|f| f.field == *name && f.value == *value);
                let is_empty = value.is_null() && row.fields.get(name).is_none();
                prop_assert!(stands || kept || is_empty, "{name} of the author is gone");
                let other = before.stamp(before.kind.rule(name).stamp_key(name));
                let was = before.fields.0.get(name).cloned().unwrap_or(Value::Null);
                let opposed = other.rev.0 > step.base && other.device != actor(step.device, Standing::InCare).device;
                if opposed && stands && was != *value && before.fields.0.contains_key(name) {
                    prop_assert!(row.former.iter().any(|f| f.field == *name && f.value == was), "{name} of the other is gone");
                }
            }
        }
    }

    #[test]
    fn steps_of_a_need_end_at_the_furthest_step_in_any_order(
        ranks in prop::collection::vec(0usize..4, 1..6), picks in prop::collection::vec(0usize..6, 6),
    ) {
        let words = ["opened", "assigned", "in_hand", "solved"];
        let step = |(d, rank): (usize, &usize)| vec![Step {
            device: d as u128 + 1, ms: 10 + d as i64, base: 1,
            change: Change::Advance { to: words[*rank].into(), generation: 0, fields: Fields::new() },
        }];
        let histories: Vec<Vec<Step>> = ranks.iter().enumerate().map(step).collect();
        let (row, _) = play(need(), &interleave(&histories, &picks));
        let furthest = ranks.iter().max().copied().unwrap_or(0);
        prop_assert_eq!(row.fields.text("status"), Some(words[furthest]));
    }

    #[test]
    fn revisions_grow_by_one_with_every_change_in_force(histories in histories(), picks in prop::collection::vec(0usize..3, 8)) {
        let order = interleave(&histories, &picks);
        let (row, judged) = play(recipient(), &order);
        let in_force = judged.iter().filter(|j| j.row.is_some()).count() as u64;
        prop_assert_eq!(row.rev, Rev(1 + in_force));
    }
}

fn set(device: u128, ms: i64, base: u64, field: &str, value: &str) -> Step {
    Step { device, ms, base, change: Change::Set(Fields::new().with(field, value)) }
}
fn advance(device: u128, to: &str, generation: u32) -> Step {
    let change = Change::Advance { to: to.into(), generation, fields: Fields::new() };
    Step { device, ms: 20, base: 1, change }
}

#[test]
fn a_change_that_saw_the_other_applies_even_when_its_clock_is_behind() {
    let (row, judged) = play(recipient(), &[set(1, 90, 1, "phone", "a"), set(2, 10, 2, "phone", "b")]);
    assert_eq!(row.fields.text("phone"), Some("b"));
    assert_eq!(judged[1].outcome, Outcome::Applied);
}

#[test]
fn of_two_phones_typed_offline_the_later_stands_and_both_are_readable() {
    let (row, judged) = play(recipient(), &[set(1, 90, 1, "phone", "a"), set(2, 10, 1, "phone", "b")]);
    assert_eq!(row.fields.text("phone"), Some("a"));
    assert_eq!(judged[1].outcome, Outcome::Merged { lost: vec!["phone".into()] });
    assert_eq!((row.former[0].value.as_str(), row.former[0].by), (Some("b"), WorkerId(Uuid::from_u128(2))));
}

#[test]
fn equal_stamps_are_decided_by_the_larger_device() {
    for order in [[1, 2], [2, 1]] {
        let steps = order.map(|d| set(d, 50, 1, "phone", if d == 1 { "a" } else { "b" }));
        assert_eq!(play(recipient(), &steps).0.fields.text("phone"), Some("b"));
    }
}

#[test]
fn two_names_for_one_person_wait_for_a_supervisor() {
    let (row, judged) = play(recipient(), &[set(1, 10, 1, "name", "谷军"), set(2, 20, 1, "name", "谷均")]);
    assert_eq!(row.fields.text("name"), Some("谷军"));
    assert_eq!(judged[1].review, Some((ReviewReason::IdentityConflict, vec!["name".into()])));
    let (_, same) = play(recipient(), &[set(1, 10, 1, "name", "谷军"), set(2, 20, 1, "name", "谷军")]);
    assert_eq!(same[1].outcome, Outcome::Applied, "agreeing is no conflict");
}

#[test]
fn solved_and_cannot_meet_in_review() {
    let (row, judged) = play(need(), &[advance(1, "solved", 0), advance(2, "cannot", 0)]);
    assert_eq!(row.fields.text("status"), Some("solved"));
    assert_eq!(judged[1].review.as_ref().map(|r| &r.0), Some(&ReviewReason::StatusConflict));
}

#[test]
fn only_a_supervisor_reopens_and_older_decisions_then_wait() {
    let (solved, _) = play(need(), &[advance(1, "solved", 0)]);
    let reopen = Step { device: 3, ms: 30, base: 2, change: Change::Reopen { reason: "没到账".into() } };
    assert!(matches!(judge(&solved, &reopen, 60, Standing::InCare).outcome, Outcome::Rejected(_)));
    let reopened = *judge(&solved, &reopen, 60, Standing::Supervisor).row.unwrap();
    assert_eq!((reopened.fields.text("status"), reopened.fields.int("generation")), (Some("opened"), Some(1)));
    assert!(reopened.fields.get("solved").is_none());
    let late = judge(&reopened, &advance(2, "cannot", 0), 61, Standing::InCare);
    assert_eq!(late.review.map(|r| r.0), Some(ReviewReason::StaleStatus));
}

#[test]
fn a_submitted_visit_is_amended_with_a_reason_and_the_old_value_stays_readable() {
    let visit = base_row(
        Kind::Visit,
        json!({"recipient": Uuid::from_u128(5), "mode": "home", "happened": "2026-01-05T09:00:00+08:00", "presence": "found", "note": "a"}),
    );
    let refused = judge(&visit, &set(9, 10, 1, "note", "b"), 60, Standing::InCare).outcome;
    assert!(matches!(refused, Outcome::Rejected(crate::op::Rejection::NeedsAmendment { .. })));
    let change = Change::Amend { reason: "写错了".into(), fields: Fields::new().with("note", "b") };
    let amended =
        *judge(&visit, &Step { device: 9, ms: 10, base: 1, change: change.clone() }, 60, Standing::InCare).row.unwrap();
    assert_eq!((amended.fields.text("note"), amended.former[0].reason.as_deref()), (Some("b"), Some("写错了")));
    let stranger = judge(&visit, &Step { device: 4, ms: 10, base: 1, change }, 61, Standing::InCare);
    assert!(
        matches!(stranger.outcome, Outcome::Rejected(crate::op::Rejection::NotAllowed)),
        "only the author or the office"
    );
}

#[test]
fn nothing_brings_a_withdrawn_record_back() {
    let mut row = recipient();
    row.author = WorkerId(Uuid::from_u128(1));
    let void = Step { device: 1, ms: 10, base: 1, change: Change::Void { reason: "重复".into() } };
    let (row, judged) = play(row, &[void, set(2, 99, 1, "phone", "b")]);
    assert!(row.is_void());
    assert_eq!(judged[1].review.as_ref().map(|r| &r.0), Some(&ReviewReason::EditAfterVoid));
}

#[test]
fn work_after_the_pairing_ended_waits_and_a_strangers_is_refused() {
    let row = recipient();
    let step = set(1, 10, 1, "phone", "b");
    assert_eq!(judge(&row, &step, 60, Standing::Former).review.map(|r| r.0), Some(ReviewReason::GrantEnded));
    let refused = judge(&row, &step, 60, Standing::Stranger).outcome;
    assert_eq!(refused, Outcome::Rejected(crate::op::Rejection::NotYours));
}

#[test]
fn a_field_of_a_newer_peer_survives_an_edit() {
    let mut row = recipient();
    row.fields.set("from_the_future", json!({"x": 1}));
    let (row, _) = play(row, &[set(1, 10, 1, "phone", "b")]);
    assert_eq!(row.fields.get("from_the_future"), Some(&json!({"x": 1})));
}

#[test]
fn a_value_that_does_not_hold_is_refused_with_its_field() {
    let long = "长".repeat(5000);
    let outcome = judge(&recipient(), &set(1, 10, 1, "note", &long), 60, Standing::InCare).outcome;
    let Outcome::Rejected(crate::op::Rejection::Invalid(problems)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(problems[0].field, "note");
}
