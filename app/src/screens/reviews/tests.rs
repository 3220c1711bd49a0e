//! What a reader finds on the two pages.

use device_core::views::{Attribution, DecisionView, ReviewItem, ReviewValue, ReviewsView};
use dioxus::prelude::*;
use serde_json::json;
use shared::{
    RecipientId, ReviewId, RowId,
    records::{Kind, ReviewReason},
};
use uuid::Uuid;

use super::{case::CaseBody, *};
use crate::screens::{sample, tests::drawn};

fn said(by: &str) -> Attribution {
    Attribution { by: Some(by.into()), mine: false, at: sample::at(sample::day()) }
}

/// Two names for one person.
fn item() -> ReviewItem {
    ReviewItem {
        id: ReviewId(Uuid::from_u128(90)),
        reason: ReviewReason::IdentityConflict,
        row: RowId(Uuid::from_u128(1)),
        kind: Kind::Recipient,
        title: "kind-recipient".into(),
        change: "set".into(),
        recipient: Some(RecipientId(Uuid::from_u128(1))),
        recipient_name: Some("谷军".into()),
        area_name: Some("老庄村".into()),
        values: vec![ReviewValue {
            field: "name".into(),
            proposed: Some(json!("谷均")),
            standing: Some(json!("谷军")),
        }],
        proposed: said("王玉梅"),
        standing: Some(said("牛海")),
        given_reason: None,
        applied: false,
        acceptable: true,
        twin: None,
        decision: None,
        may_decide: true,
        waiting: false,
        undoable: false,
        refused: None,
    }
}

fn decided() -> ReviewItem {
    let decision = DecisionView {
        accepted: true,
        reason: "看过证件".into(),
        by: Some("杨秀兰".into()),
        at: sample::at(sample::day()),
    };
    ReviewItem { decision: Some(decision), ..item() }
}

#[test]
fn a_case_shows_both_values_with_author_and_time_and_asks_for_a_decision() {
    let page = drawn(|| rsx! { CaseBody { item: item(), rules: None } });
    for text in ["谷均", "谷军", "王玉梅", "牛海", "review-accept", "review-keep", "看过证件", "review-save"]
    {
        assert!(page.contains(text), "no {text} in {page}");
    }
}

#[test]
fn what_was_withdrawn_can_only_be_kept_so() {
    let page = drawn(|| {
        let item = ReviewItem { reason: ReviewReason::EditAfterVoid, acceptable: false, ..item() };
        rsx! { CaseBody { item, rules: None } }
    });
    assert!(!page.contains("review-accept") && page.contains("review-keep") && page.contains("不会恢复"), "{page}");
}

#[test]
fn a_decided_case_says_what_by_whom_and_why_and_asks_nothing_more() {
    let page = drawn(|| rsx! { CaseBody { item: decided(), rules: None } });
    for text in ["杨秀兰", "看过证件", "review-decided"] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    assert!(!page.contains("review-save") && !page.contains("review-undo"), "{page}");
    let page = drawn(|| {
        rsx! { CaseBody { item: ReviewItem { waiting: true, undoable: true, ..decided() }, rules: None } }
    });
    assert!(page.contains("review-undo") && page.contains("上传以后生效"), "{page}");
}

#[test]
fn its_author_reads_the_case_and_does_not_decide_it() {
    let page = drawn(|| rsx! { CaseBody { item: ReviewItem { may_decide: false, ..item() }, rules: None } });
    assert!(page.contains("谷均") && page.contains("谷军") && !page.contains("review-save"), "{page}");
}

#[test]
fn a_list_names_the_field_with_both_values_and_counts_what_is_open() {
    let page = drawn(|| {
        let view = ReviewsView { open: vec![item()], own: vec![], done: vec![decided()], holds_area: true };
        rsx! { ReviewsBody { view, supervisor: true } }
    });
    for text in ["1 条", "谷军 → 谷均", "王玉梅", "reviews-done"] {
        assert!(page.contains(text), "no {text} in {page}");
    }
}

#[test]
fn a_countys_supervisor_is_shown_the_way_to_the_console() {
    let page = drawn(|| {
        let view = ReviewsView { holds_area: false, ..ReviewsView::default() };
        rsx! { ReviewsBody { view, supervisor: true } }
    });
    assert!(page.contains("reviews-at-the-desk"), "{page}");
}
