//! A truck of rice and heaters for three households.

use shared::records::RuleSet;

use super::*;
use crate::screens::sample;

fn truck() -> AssistForm {
    let rules = RuleSet::default_for(sample::village());
    let mut form = AssistForm::new(AssistanceKind::Goods);
    for word in ["rice-10kg", "heater"] {
        form.toggle_good(rules.goods.iter().find(|good| good.word == word).unwrap());
    }
    for (n, name) in [(1, "谷军"), (2, "王玉梅"), (3, "李建")] {
        form.pick(sample::person(n, name).id, name);
    }
    form
}

#[test]
fn each_household_gets_one_of_each_and_the_value_is_the_sum() {
    let form = truck();
    assert_eq!(form.value(), Fen(3 * (4200 + 18_900)));
    let record = form.record("assist", sample::day());
    assert_eq!(record.shares.len(), 3);
    assert!(record.shares.iter().all(|share| share.lines.len() == 2 && share.amount.is_none()));
}

#[test]
fn one_household_may_get_another_number_or_none() {
    let mut form = truck();
    form.people[0].other.insert("rice-10kg".into(), 2);
    form.people[1].other.insert("heater".into(), 0);
    let given: Vec<_> = form.totals().iter().map(|total| total.given).collect();
    assert_eq!(given, [4, 2]);
    let record = form.record("assist", sample::day());
    assert_eq!(record.shares[1].lines.len(), 1, "nothing is no line");
}

#[test]
fn a_shortage_shows_as_soon_as_the_load_is_known() {
    let mut form = truck();
    assert_eq!(form.totals()[1].short, 0);
    form.goods[1].loaded = Some(2);
    assert_eq!(form.totals()[1].short, 1);
    form.goods[1].loaded = Some(9);
    assert_eq!(form.totals()[1].short, 0);
}

#[test]
fn who_has_signed_is_not_unticked_by_a_slip() {
    let mut form = truck();
    let id = form.people[0].id;
    form.people[0].receipt = Some(ReceiptForm::new(ReceiptMode::Signed));
    form.toggle(id, "谷军");
    assert!(form.is_picked(id));
    let other = form.people[1].id;
    form.toggle(other, "王玉梅");
    assert!(!form.is_picked(other));
}

#[test]
fn what_belongs_to_another_kind_is_left_out() {
    let mut form = truck();
    form.amount = Some(20_000);
    form.donor = "某公司".into();
    form.policy = Some("dibao".into());
    form.kind = AssistanceKind::Money;
    let record = form.record("assist", sample::day());
    assert_eq!((record.policy, record.donor), (None, None));
    assert!(record.shares.iter().all(|share| share.lines.is_empty() && share.amount == Some(Fen(20_000))));
    form.kind = AssistanceKind::Publicise;
    assert_eq!(form.value(), Fen::ZERO);
}

#[test]
fn what_is_missing_is_named_before_it_is_sent() {
    let mut form = AssistForm::new(AssistanceKind::Deed);
    assert_eq!(form.missing(), Some("recipients"));
    form.pick(sample::person(1, "").id, "谷军");
    assert_eq!(form.missing(), Some("note"));
    form.note = "修好了水管".into();
    assert_eq!(form.missing(), None);
    form.kind = AssistanceKind::Goods;
    assert_eq!(form.missing(), Some("lines"));
    form.kind = AssistanceKind::Implement;
    assert_eq!(form.missing(), Some("policy"));
}

#[test]
fn each_way_to_confirm_asks_for_what_proves_it() {
    let mut receipt = ReceiptForm::new(ReceiptMode::Collected);
    assert_eq!(receipt.missing(), Some("name"));
    receipt.name = "王芳".into();
    assert_eq!(receipt.missing(), Some("relation"));
    receipt.relation = "女儿".into();
    assert_eq!(receipt.missing(), None);
    receipt.mode = ReceiptMode::Refused;
    assert_eq!(receipt.missing(), Some("reason"));
    receipt.reason = "不需要".into();
    let record = receipt.record();
    assert_eq!((record.name, record.relation, record.reason.as_deref()), (None, None, Some("不需要")));
    assert_eq!(ReceiptForm::new(ReceiptMode::Signed).missing(), Some("photo"));
}
