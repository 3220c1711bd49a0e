//! The goods of an assistance: items of the rule set, pieces for each household, and whether the load suffices.

use dioxus::prelude::*;
use shared::{
    Fen,
    records::{GoodsItem, RuleSet},
};

use super::form::{AssistForm, ItemTotal, TruckItem};
use crate::{
    components::{Card, Choice, Glyph, ManyChips, NumberField, NumberKind, Tag, Tone},
    i18n::{format, locale, tr, tr_args},
    labels,
};

/// The reader's name of an item; what a rule set no longer has is shown as it was recorded.
pub(super) fn name_of(rules: &RuleSet, item: &str) -> String {
    presentation::labels::goods(rules, item, locale())
}

#[component]
pub(super) fn Goods(rules: RuleSet, form: Signal<AssistForm>) -> Element {
    let mut form = form;
    let now = form();
    let options: Vec<_> = rules
        .goods
        .iter()
        .map(|good| {
            let label = labels::labelled(&good.zh, &good.en);
            Choice::new(good.word.clone(), label).testid(format!("assist-good-{}", good.word))
        })
        .collect();
    let chosen: Vec<_> = now.goods.iter().map(|good| good.item.clone()).collect();
    let catalogue = rules.goods.clone();
    let totals = now.totals();
    rsx! {
        Card { title: tr("field-lines"), icon: Glyph::Gift, testid: "assist-goods",
            ManyChips {
                label: tr("field-lines"),
                options,
                selected: chosen.clone(),
                on_change: move |items: Vec<String>| {
                    for item in differing(&catalogue, &chosen, &items) {
                        form.write().toggle_good(item);
                    }
                },
            }
            for (good, total) in now.goods.iter().cloned().zip(totals) {
                ItemLine { key: "{good.item}", name: name_of(&rules, &good.item), good, total, form }
            }
        }
    }
}

/// Items of the catalogue that are chosen in one list and not in the other.
fn differing<'a>(catalogue: &'a [GoodsItem], was: &[String], now: &[String]) -> Vec<&'a GoodsItem> {
    catalogue.iter().filter(|item| was.contains(&item.word) != now.contains(&item.word)).collect()
}

#[component]
fn ItemLine(name: String, good: TruckItem, total: ItemTotal, form: Signal<AssistForm>) -> Element {
    let mut form = form;
    let set = {
        let item = good.item.clone();
        move |change: &dyn Fn(&mut TruckItem)| {
            if let Some(good) = form.write().goods.iter_mut().find(|good| good.item == item) {
                change(good);
            }
        }
    };
    let mut set_each = set.clone();
    let mut set_loaded = set;
    let unit = labels::unit(&good.unit);
    rsx! {
        div { class: "goods-line", "data-testid": "assist-line-{good.item}",
            div { class: "goods-head",
                span { class: "row-text",
                    span { class: "strong", {name} }
                    span { class: "small",
                        {tr_args("assist-worth", &[("unit", unit.clone().into()), ("value", labels::money(Fen(good.value)).into())])}
                    }
                }
                ItemSum { total, unit: unit.clone() }
            }
            div { class: "halves fold",
                NumberField {
                    label: tr("assist-per-household"),
                    kind: NumberKind::Count,
                    initial: good.each,
                    max: 999,
                    testid: "assist-each-{good.item}",
                    on_change: move |read: Result<Option<i64>, _>| {
                        if let Ok(each) = read {
                            set_each(&|good| good.each = each.unwrap_or(0));
                        }
                    },
                }
                NumberField {
                    label: tr("assist-loaded"),
                    kind: NumberKind::Count,
                    initial: good.loaded,
                    max: 99_999,
                    optional: true,
                    testid: "assist-loaded-{good.item}",
                    on_change: move |read: Result<Option<i64>, _>| {
                        if let Ok(loaded) = read {
                            set_loaded(&|good| good.loaded = loaded);
                        }
                    },
                }
            }
        }
    }
}

/// `10 / 9`, and how many are missing.
#[component]
fn ItemSum(total: ItemTotal, unit: String) -> Element {
    let given = format::count(total.given);
    rsx! {
        span { class: "goods-sum figures",
            if let Some(loaded) = total.loaded {
                span { class: "strong", "{given} / {format::count(loaded)}" }
            } else {
                span { class: "strong", "{given} {unit}" }
            }
            if total.short > 0 {
                Tag {
                    label: tr_args("assist-short", &[("n", total.short.into())]),
                    tone: Tone::Danger,
                    icon: Glyph::Warning,
                    testid: "assist-short-{total.item}",
                }
            } else if total.value > Fen::ZERO {
                span { class: "small", {labels::money(total.value)} }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::sample;

    #[test]
    fn only_what_was_ticked_or_unticked_changes() {
        let rules = RuleSet::default_for(sample::village());
        let words = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let changed = differing(&rules.goods, &words(&["rice-10kg"]), &words(&["rice-10kg", "milk"]));
        assert_eq!(changed.iter().map(|good| good.word.as_str()).collect::<Vec<_>>(), ["milk"]);
    }

    #[test]
    fn an_item_the_rules_no_longer_have_keeps_its_name() {
        let rules = RuleSet::default_for(sample::village());
        assert_eq!(name_of(&rules, "rice-10kg"), "大米 10kg");
        assert_eq!(name_of(&rules, "苹果 5kg"), "苹果 5kg");
    }
}
