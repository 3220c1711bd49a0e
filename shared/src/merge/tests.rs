//! The promises of the merge: over random histories, concurrent changes commute, a repeated change has no further
//! effect, and no value is lost.

use super::{actor::Relation, *};
use crate::{
    Change, DeviceId, Fields, Hlc, Op, Outcome, RowId, WorkerId,
    ids::{OpId, OpNo, Rev, ReviewId},
    records::{Kind, ReviewReason, Row},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

fn actor(n: u128, relation: Relation) -> Actor {
    Actor { worker: WorkerId(Uuid::from_u128(n)), device: DeviceId(Uuid::from_u128(100 + n)), unit: None, relation }
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

fn visit() -> Row {
    base_row(
        Kind::Visit,
        json!({"recipient": Uuid::from_u128(5), "mode": "home", "happened": "1970-01-01T09:00:00+08:00", "presence": "found", "note": "a"}),
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

fn effect_of(row: &Row, step: &Step, n: u128, relation: Relation) -> DecisionEffect {
    let op = op(row, step, n);
    let ctx = OpContext { hlc: op.hlc, area: None, category: None, likely_duplicate: false };
    decide(Some(row), &op, &actor(step.device, relation), &ctx).into_effect(|| ReviewId(Uuid::from_u128(n)))
}

/// Applies steps in order; returns the row and the effect of each step.
fn play(mut row: Row, steps: &[Step]) -> (Row, Vec<DecisionEffect>) {
    let mut all = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        let effect = effect_of(&row, step, n as u128 + 50, Relation::InCare);
        if let Some(next) = &effect.row {
            row = (**next).clone();
        }
        all.push(effect);
    }
    (row, all)
}

/// Interleaves the histories of devices as `picks` says; the order within each history is kept.
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

/// Histories of three devices that never saw each other's changes: every base is revision 1; stamps grow per device.
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
    fn a_repeated_change_has_no_further_effect(histories in histories(), picks in prop::collection::vec(0usize..3, 8)) {
        let order = interleave(&histories, &picks);
        let (once, _) = play(recipient(), &order);
        let doubled: Vec<Step> = order.iter().flat_map(|s| [s.clone(), s.clone()]).collect();
        let (twice, _) = play(recipient(), &doubled);
        prop_assert_eq!(once.fields, twice.fields);
    }

    #[test]
    fn every_value_that_gave_way_is_in_the_history(
        histories in histories(), picks in prop::collection::vec(0usize..3, 8),
    ) {
        let mut row = recipient();
        for (n, step) in interleave(&histories, &picks).iter().enumerate() {
            let before = row.clone();
            let effect = effect_of(&row, step, n as u128 + 50, Relation::InCare);
            row = *effect.row.expect("register changes always apply or merge");
            let Change::Set(fields) = &step.change else { continue };
            for (name, value) in &fields.0 {
                let stands = row.fields.0.get(name) == Some(value);
                let kept = row.former.iter().any(|f| f.field == *name && f.value == *value);
                let is_empty = value.is_null() && row.fields.get(name).is_none();
                prop_assert!(stands || kept || is_empty, "{name} of the author is lost");
                let other = before.stamp(before.kind.rule(name).stamp_key(name));
                let was = before.fields.0.get(name).cloned().unwrap_or(Value::Null);
                let opposed = other.rev.0 > step.base && other.device != actor(step.device, Relation::InCare).device;
                if opposed && stands && was != *value && before.fields.0.contains_key(name) {
                    prop_assert!(row.former.iter().any(|f| f.field == *name && f.value == was), "{name} of the other is lost");
                }
            }
        }
    }

    #[test]
    fn a_need_ends_at_its_furthest_step_in_any_order(
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
        let (row, effect) = play(recipient(), &order);
        let in_force = effect.iter().filter(|e| e.row.is_some()).count() as u64;
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
fn a_base_one_beyond_the_revision_counts_as_unseen() {
    // A restored server has lost revision 2. The change that saw it arrives again, with the earlier stamp.
    let (row, effect) = play(recipient(), &[set(1, 90, 1, "phone", "a"), set(2, 10, 3, "phone", "b")]);
    assert_eq!(row.fields.text("phone"), Some("a"));
    assert_eq!(effect[1].outcome, Outcome::Merged { lost: vec!["phone".into()] });
    assert_eq!(row.former.last().map(|f| &f.value), Some(&Value::from("b")), "the value that gave way stays readable");
}

#[test]
fn a_change_that_saw_the_other_applies_even_when_its_clock_is_behind() {
    let (row, effect) = play(recipient(), &[set(1, 90, 1, "phone", "a"), set(2, 10, 2, "phone", "b")]);
    assert_eq!(row.fields.text("phone"), Some("b"));
    assert_eq!(effect[1].outcome, Outcome::Applied);
}

#[test]
fn of_two_phone_numbers_entered_offline_the_later_stands_and_both_stay_readable() {
    let (row, effect) = play(recipient(), &[set(1, 90, 1, "phone", "a"), set(2, 10, 1, "phone", "b")]);
    assert_eq!(row.fields.text("phone"), Some("a"));
    assert_eq!(effect[1].outcome, Outcome::Merged { lost: vec!["phone".into()] });
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
fn two_names_for_one_person_go_to_review() {
    let (row, effect) = play(recipient(), &[set(1, 10, 1, "name", "谷军"), set(2, 20, 1, "name", "谷均")]);
    assert_eq!(row.fields.text("name"), Some("谷军"));
    assert_eq!(effect[1].review, Some((ReviewReason::IdentityConflict, vec!["name".into()])));
    let (_, same) = play(recipient(), &[set(1, 10, 1, "name", "谷军"), set(2, 20, 1, "name", "谷军")]);
    assert_eq!(same[1].outcome, Outcome::Applied, "agreeing is no conflict");
}

#[test]
fn solved_and_cannot_meet_in_review() {
    let (row, effect) = play(need(), &[advance(1, "solved", 0), advance(2, "cannot", 0)]);
    assert_eq!(row.fields.text("status"), Some("solved"));
    assert_eq!(effect[1].review.as_ref().map(|r| &r.0), Some(&ReviewReason::StatusConflict));
}

#[test]
fn only_a_supervisor_reopens_a_need_and_older_steps_then_go_to_review() {
    let (solved, _) = play(need(), &[advance(1, "solved", 0)]);
    let reopen = Step { device: 3, ms: 30, base: 2, change: Change::Reopen { reason: "没到账".into() } };
    assert!(matches!(effect_of(&solved, &reopen, 60, Relation::InCare).outcome, Outcome::Rejected(_)));
    let reopened = *effect_of(&solved, &reopen, 60, Relation::Supervisor).row.unwrap();
    assert_eq!((reopened.fields.text("status"), reopened.fields.int("generation")), (Some("opened"), Some(1)));
    assert!(reopened.fields.get("solved").is_none());
    let late = effect_of(&reopened, &advance(2, "cannot", 0), 61, Relation::InCare);
    assert_eq!(late.review.map(|r| r.0), Some(ReviewReason::StaleStatus));
}

#[test]
fn a_submitted_visit_is_amended_with_a_reason_and_the_old_value_stays_readable() {
    let visit = visit();
    let refused = effect_of(&visit, &set(9, 10, 1, "note", "b"), 60, Relation::InCare).outcome;
    assert!(matches!(refused, Outcome::Rejected(crate::op::Rejection::NeedsAmendment { .. })));
    let change = Change::Amend { reason: "写错了".into(), fields: Fields::new().with("note", "b") };
    let amended =
        *effect_of(&visit, &Step { device: 9, ms: 10, base: 1, change: change.clone() }, 60, Relation::InCare)
            .row
            .unwrap();
    assert_eq!((amended.fields.text("note"), amended.former[0].reason.as_deref()), (Some("b"), Some("写错了")));
    let stranger = effect_of(&visit, &Step { device: 4, ms: 10, base: 1, change }, 61, Relation::InCare);
    assert!(
        matches!(stranger.outcome, Outcome::Rejected(crate::op::Rejection::NotAllowed)),
        "only the author or the office"
    );
}

#[test]
fn no_change_brings_a_voided_record_back() {
    let mut row = visit();
    row.author = WorkerId(Uuid::from_u128(1));
    let void = Step { device: 1, ms: 10, base: 1, change: Change::Void { reason: "重复".into() } };
    let (row, effect) = play(row, &[void, set(2, 99, 1, "phone", "b")]);
    assert!(row.is_void());
    assert_eq!(effect[1].review.as_ref().map(|r| &r.0), Some(&ReviewReason::EditAfterVoid));
}

#[test]
fn work_after_the_pairing_goes_to_review_and_a_strangers_is_refused() {
    let row = recipient();
    let step = set(1, 10, 1, "phone", "b");
    assert_eq!(effect_of(&row, &step, 60, Relation::Former).review.map(|r| r.0), Some(ReviewReason::GrantEnded));
    let refused = effect_of(&row, &step, 60, Relation::Stranger).outcome;
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
fn an_invalid_value_is_refused_with_its_field() {
    let long = "长".repeat(5000);
    let outcome = effect_of(&recipient(), &set(1, 10, 1, "note", &long), 60, Relation::InCare).outcome;
    let Outcome::Rejected(crate::op::Rejection::Invalid(problems)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(problems[0].field, "note");
}

fn refused(effect: &DecisionEffect) -> bool {
    matches!(effect.outcome, Outcome::Rejected(_))
}

#[test]
fn only_the_server_changes_a_review() {
    let inner = json!({"op_id": Uuid::from_u128(3), "op_no": 1, "hlc": "0000000000000001", "kind": "need",
        "row": Uuid::from_u128(4), "change": {"void": {"reason": "x"}}});
    let review = base_row(
        Kind::Review,
        json!({"reason": "proposal", "status": "open", "row": Uuid::from_u128(4), "row_kind": "need", "recipient": Uuid::from_u128(5),
            "op": inner, "proposed_by": Uuid::from_u128(2), "proposed_hlc": "0000000000000001"}),
    );
    let change = Change::Set(Fields::new().with("op", json!({"kind": "worker"})));
    for relation in [Relation::InCare, Relation::Supervisor] {
        assert!(refused(&effect_of(
            &review,
            &Step { device: 1, ms: 10, base: 1, change: change.clone() },
            60,
            relation
        )));
    }
}

#[test]
fn a_workers_change_of_an_office_record_is_a_proposal_even_by_its_author() {
    let pairing = base_row(
        Kind::Pairing,
        json!({"worker": Uuid::from_u128(9), "recipient": Uuid::from_u128(5), "role": "paired", "start": "2026-01-01"}),
    );
    let changes = [
        Change::Amend { reason: "换人".into(), fields: Fields::new().with("worker", Uuid::from_u128(7).to_string()) },
        Change::Void { reason: "不要了".into() },
        Change::Set(Fields::new().with("end", "2026-02-01")),
    ];
    for change in changes {
        let effect = effect_of(&pairing, &Step { device: 9, ms: 10, base: 1, change }, 60, Relation::InCare);
        assert_eq!(effect.review.map(|r| r.0), Some(ReviewReason::Proposal));
        assert!(effect.row.is_none());
    }
}

#[test]
fn no_one_changes_evidence() {
    let log = base_row(Kind::AccessLog, json!({"what": "export", "happened": "1970-01-01T09:00:00+08:00"}));
    let void = Step { device: 9, ms: 10, base: 1, change: Change::Void { reason: "x".into() } };
    for relation in [Relation::InCare, Relation::Supervisor, Relation::Server] {
        assert!(refused(&effect_of(&log, &void, 60, relation)));
    }
}

#[test]
fn a_base_far_beyond_the_revision_counts_as_unseen() {
    let (row, _) = play(recipient(), &[set(1, 90, 1, "name", "甲")]);
    let effect = effect_of(&row, &set(2, 10, 9, "name", "乙"), 60, Relation::InCare);
    assert_eq!(effect.review.map(|r| r.0), Some(ReviewReason::IdentityConflict));
}

#[test]
fn an_older_change_does_not_come_between_a_change_and_its_successor() {
    let (a, b, c) = (set(1, 90, 1, "phone", "a"), set(2, 10, 2, "phone", "b"), set(3, 50, 1, "phone", "c"));
    let (left, _) = play(recipient(), &[a.clone(), b.clone(), c.clone()]);
    let (right, _) = play(recipient(), &[a, c, Step { base: 3, ..b }]);
    assert_eq!((left.fields.text("phone"), right.fields.text("phone")), (Some("b"), Some("b")));
}

#[test]
fn too_many_or_too_long_tags_are_refused_and_do_not_block_other_fields() {
    let add = |add: Vec<String>| Change::Elements { field: "tags".into(), add, remove: vec![] };
    for tags in [(0..40).map(|n| format!("t{n}")).collect(), vec!["长".repeat(41)], vec![" ".into()]] {
        let step = Step { device: 1, ms: 10, base: 1, change: add(tags) };
        assert!(refused(&effect_of(&recipient(), &step, 60, Relation::InCare)));
    }
    let crowded = base_row(
        Kind::Recipient,
        json!({"code": "R1", "name": "某", "category": "orphan", "area": "620802001001",
            "tags": (0..40).map(|n| format!("t{n}")).collect::<Vec<_>>()}),
    );
    assert_eq!(effect_of(&crowded, &set(1, 10, 1, "phone", "2"), 60, Relation::InCare).outcome, Outcome::Applied);
}

#[test]
fn a_whole_list_never_overwrites_what_others_added() {
    let list = Change::Set(Fields::new().with("tags", json!(["x"])));
    let step = Step { device: 1, ms: 10, base: 1, change: list };
    assert!(refused(&effect_of(&recipient(), &step, 60, Relation::InCare)));
    let imported = *effect_of(&recipient(), &step, 60, Relation::Server).row.unwrap();
    assert_eq!(imported.fields.get("tags"), Some(&json!(["x"])));
    assert!(imported.stamp("tags/lives-alone").removed);
}

#[test]
fn a_note_with_a_passed_step_is_kept() {
    let advance = |device, ms, to: &str, progress: &str| {
        let fields = Fields::new().with("progress", progress);
        Step { device, ms, base: 1, change: Change::Advance { to: to.into(), generation: 0, fields } }
    };
    let (row, effect) = play(need(), &[advance(1, 10, "in_hand", "甲"), advance(2, 20, "assigned", "乙")]);
    assert_eq!((row.fields.text("status"), row.fields.text("progress")), (Some("in_hand"), Some("乙")));
    assert!(row.former.iter().any(|f| f.value == "甲"));
    assert_eq!(effect[1].outcome, Outcome::Merged { lost: vec![] });
    let (row, effect) = play(need(), &[advance(1, 20, "in_hand", "甲"), advance(2, 10, "solved", "乙")]);
    assert_eq!((row.fields.text("status"), row.fields.text("progress")), (Some("solved"), Some("甲")));
    assert_eq!(effect[1].outcome, Outcome::Merged { lost: vec!["progress".into()] });
}

#[test]
fn of_two_moments_of_solving_the_earlier_counts_in_any_order() {
    let solve = |device, at: &str| {
        let fields = Fields::new().with("solved", at);
        Step { device, ms: 10, base: 1, change: Change::Advance { to: "solved".into(), generation: 0, fields } }
    };
    let (jan, feb) = (solve(1, "1969-01-31T09:00:00.000+08:00"), solve(2, "1969-02-01T09:00:00.000+08:00"));
    for steps in [[jan.clone(), feb.clone()], [feb, jan]] {
        assert_eq!(play(need(), &steps).0.fields.text("solved"), Some("1969-01-31T09:00:00.000+08:00"));
    }
}

#[test]
fn an_event_two_days_ahead_is_refused() {
    let change =
        Change::Amend { reason: "改".into(), fields: Fields::new().with("happened", "1970-01-03T09:00:00+08:00") };
    let effect = effect_of(&visit(), &Step { device: 9, ms: 10, base: 1, change }, 60, Relation::InCare);
    assert!(refused(&effect));
}

#[test]
fn a_new_need_has_generation_0_and_is_solved_only_with_a_moment() {
    let create = |fields: Fields| {
        let need = need();
        let op = Op {
            row: RowId(Uuid::from_u128(77)),
            ..op(&need, &Step { device: 1, ms: 10, base: 0, change: Change::Create(fields) }, 1)
        };
        let ctx =
            OpContext { hlc: Hlc::new(1_800_000_000_000, 0), area: None, category: None, likely_duplicate: false };
        decide(None, &op, &actor(1, Relation::InCare), &ctx)
    };
    assert!(matches!(create(need().fields), Decision::Apply(_)));
    assert!(matches!(create(need().fields.with("generation", 4_294_967_295u32)), Decision::Reject(_)));
    assert!(matches!(create(need().fields.with("status", "solved")), Decision::Reject(_)));
}

#[test]
fn a_void_without_a_reason_is_refused() {
    let step = Step { device: 9, ms: 10, base: 1, change: Change::Void { reason: " ".into() } };
    assert!(refused(&effect_of(&visit(), &step, 60, Relation::InCare)));
}
