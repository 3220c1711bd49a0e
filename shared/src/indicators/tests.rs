//! The definitions of the indicators.

use super::*;
use crate::{
    AreaCode, DeviceId, Fen, Fields, Hlc, Moment, Rev, RowId, WorkerId,
    ids::RecipientId,
    records::{Kind, Row},
};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

fn row(kind: Kind, n: u128, worker: u128, fields: serde_json::Value) -> Row {
    Row {
        kind,
        id: RowId(Uuid::from_u128(n)),
        rev: Rev(1),
        author: WorkerId(Uuid::from_u128(worker)),
        device: DeviceId::NIL,
        hlc: Hlc::ZERO,
        area: Some("620802001001".parse::<AreaCode>().unwrap()),
        category: None,
        unit: None,
        fields: serde_json::from_value::<Fields>(fields).unwrap(),
        stamps: BTreeMap::new(),
        void: None,
        former: vec![],
        extra: BTreeMap::new(),
    }
}

fn visit(n: u128, worker: u128, recipient: u128, at: &str, mode: &str, presence: &str) -> Row {
    let recipient = RecipientId(Uuid::from_u128(recipient));
    row(Kind::Visit, n, worker, json!({"recipient": recipient, "mode": mode, "happened": at, "presence": presence}))
}

fn count(rows: &[Row]) -> Figures {
    Figures::sum(&rows.iter().flat_map(facts).collect::<Vec<_>>())
}

#[test]
fn two_visits_of_one_worker_to_one_home_on_one_day_count_once() {
    let rows = [
        visit(1, 1, 1, "2025-03-01T09:00:00+08:00", "home", "found"),
        visit(2, 1, 1, "2025-03-01T17:00:00+08:00", "home", "found"),
        visit(3, 2, 1, "2025-03-01T17:00:00+08:00", "home", "found"),
        visit(4, 1, 1, "2025-03-02T09:00:00+08:00", "home", "found"),
        visit(5, 1, 2, "2025-03-01T09:00:00+08:00", "home", "found"),
    ];
    assert_eq!(count(&rows).visits(), 4);
}

#[test]
fn a_home_visit_is_no_contact_and_a_call_is_no_visit() {
    let rows = [
        visit(1, 1, 1, "2025-03-01T09:00:00+08:00", "home", "found"),
        visit(2, 1, 1, "2025-03-01T10:00:00+08:00", "phone", "found"),
        visit(3, 1, 1, "2025-03-01T11:00:00+08:00", "wechat", "found"),
        visit(4, 1, 1, "2025-03-01T12:00:00+08:00", "phone", "away"),
    ];
    let figures = count(&rows);
    assert_eq!((figures.visits(), figures.contacts()), (1, 1));
}

#[test]
fn a_home_visit_without_meeting_counts_separately() {
    let figures = count(&[visit(1, 1, 1, "2025-03-01T09:00:00+08:00", "home", "hospital")]);
    assert_eq!((figures.visits(), figures.get(Indicator::NotFound).n), (0, 1));
}

#[test]
fn a_voided_record_counts_for_nothing() {
    let mut row = visit(1, 1, 1, "2025-03-01T09:00:00+08:00", "home", "found");
    row.void = Some(crate::records::Void { reason: "x".into(), by: WorkerId::NIL, hlc: Hlc::ZERO });
    assert!(facts(&row).is_empty());
}

#[test]
fn aid_is_money_and_goods_at_value_and_a_donation_or_benefit_is_not() {
    let aid = |n, kind: &str, amount: i64| {
        row(
            Kind::Assistance,
            n,
            1,
            json!({"recipient": RecipientId::NIL, "kind": kind, "policy": "dibao",
            "happened": "2025-03-01T09:00:00+08:00", "amount": amount,
            "lines": if kind == "goods" { json!([{"item": "rice", "quantity": 2, "unit": "袋", "unit_value": 4200}]) } else { json!([]) }}),
        )
    };
    let figures =
        count(&[aid(1, "money", 10_000), aid(2, "goods", 0), aid(3, "donation", 77), aid(4, "implement", 55)]);
    assert_eq!(figures.aid(), Fen(18_400));
    assert_eq!(figures.get(Indicator::Donation).fen, Fen(77));
    assert_eq!(figures.get(Indicator::Benefit).fen, Fen(55));
    assert_eq!(figures.policies(), 1);
}

#[test]
fn a_need_counts_in_the_month_it_was_solved() {
    let need = |status: &str, solved: Option<&str>| {
        row(
            Kind::Need,
            1,
            1,
            json!({"recipient": RecipientId::NIL, "kind": "heating", "text": "x",
            "happened": "2025-01-31T09:00:00+08:00", "status": status, "solved": solved}),
        )
    };
    assert!(facts(&need("in_hand", None)).is_empty());
    let solved = facts(&need("solved", Some("2025-02-03T09:00:00+08:00")));
    assert_eq!(solved.len(), 1);
    assert_eq!(solved[0].day, "2025-02-03T09:00:00+08:00".parse::<Moment>().unwrap().day());
}

#[test]
fn every_indicator_keeps_its_number() {
    for (n, indicator) in Indicator::ALL.iter().enumerate() {
        assert_eq!(indicator.number(), Some(n as u8));
        assert_eq!(Indicator::from_number(n as u8).as_ref(), Some(indicator));
    }
    assert_eq!(Indicator::HomeVisit.number(), Some(0), "stores hold these numbers: append, never insert");
    assert_eq!(Indicator::FamilyCare.number(), Some(16));
}
