//! Two people changed the same thing: the value that stands and the one that gave way, both readable.

use device_core::views::CardView;
use dioxus::prelude::*;
use shared::{
    Moment,
    records::{Former, Kind},
};

use crate::{
    components::{Card, Glyph},
    i18n::{tr, tr_args},
    labels,
};

/// A field with both its values.
#[derive(Clone, Debug, PartialEq)]
struct Pair {
    field: String,
    stands: Option<String>,
    gave_way: String,
    /// Who set the value that gave way, where the phone knows.
    by: String,
    when: Moment,
    /// Why it gave way, where somebody decided or corrected.
    reason: Option<String>,
}

/// Those that gave way to someone else's change and are still contested, and those that somebody decided or corrected
/// with a reason: history, and no contest.
fn pairs(card: &CardView) -> (Vec<Pair>, Vec<Pair>) {
    card.former.iter().map(|former| pair(card, former)).partition(|pair| pair.reason.is_none())
}

fn pair(card: &CardView, former: &Former) -> Pair {
    let stands = match former.field.as_str() {
        "phone" => card.item.phone_masked.clone(),
        "address" => card.address.clone(),
        "note" => card.note.clone(),
        "name" => Some(card.item.name.clone()),
        "category" => Some(labels::word("category", card.item.category.word())),
        "id_number" => card.id_masked.clone(),
        "risk" => card.risk.as_ref().map(|risk| labels::word("risk", risk.word())),
        _ => None,
    };
    Pair {
        field: labels::word("field", &former.field),
        stands,
        // With its numbers masked: the other number is as private as the one in force.
        gave_way: labels::record_format(None).value(&Kind::Recipient, &former.field, &former.value),
        by: card.former_by.get(&former.by).cloned().unwrap_or_default(),
        when: Moment::shanghai(former.hlc.ms()),
        reason: former.reason.clone(),
    }
}

#[component]
pub(super) fn Contested(card: CardView) -> Element {
    let (contested, settled) = pairs(&card);
    rsx! {
        if !contested.is_empty() {
            Card { title: tr("recipient-contested"), icon: Glyph::Question, testid: "recipient-contested",
                p { class: "small", {tr("recipient-contested-text")} }
                for (at, pair) in contested.into_iter().enumerate() {
                    BothValues { key: "{at}", pair }
                }
            }
        }
        if !settled.is_empty() {
            Card { title: tr("record-earlier-values"), icon: Glyph::Clock, testid: "recipient-settled",
                for (at, pair) in settled.into_iter().enumerate() {
                    BothValues { key: "{at}", pair }
                }
            }
        }
    }
}

#[component]
fn BothValues(pair: Pair) -> Element {
    let from = labels::line([pair.by, labels::moment(pair.when)]);
    rsx! {
        div { class: "fact",
            span { class: "strong", {pair.field} }
            if let Some(stands) = pair.stands {
                span { {tr_args("recipient-stands", &[("value", stands.into())])} }
            }
            span { {tr_args("recipient-gave-way", &[("value", pair.gave_way.into()), ("when", from.into())])} }
            if let Some(reason) = pair.reason {
                span { class: "small", {tr_args("record-because", &[("reason", reason.into())])} }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use shared::{Hlc, WorkerId};

    use super::*;
    use crate::screens::{sample, tests::drawn};

    fn former(field: &str, value: Value, reason: Option<&str>) -> Former {
        Former { field: field.into(), value, by: WorkerId::NIL, hlc: Hlc::default(), reason: reason.map(str::to_owned) }
    }

    #[test]
    fn a_correction_with_a_reason_is_no_contest() {
        let card = CardView { former: vec![former("note", json!("旧"), Some("写错"))], ..sample::card() };
        let (contested, settled) = pairs(&card);
        assert!(contested.is_empty());
        assert_eq!((settled[0].gave_way.as_str(), settled[0].reason.as_deref()), ("旧", Some("写错")));
    }

    #[test]
    fn both_values_can_be_read_and_a_phone_stays_masked() {
        let page = drawn(|| {
            // Who said it is told where the phone knows the name.
            let former_by = [(WorkerId::NIL, "杨秀兰".to_owned())].into();
            let former =
                vec![former("address", json!("老庄村五社"), None), former("phone", json!("13900001234"), None)];
            rsx! { Contested { card: CardView { former, former_by, ..sample::card() } } }
        });
        assert!(page.contains("杨秀兰"), "{page}");
        assert!(page.contains("老庄村三社") && page.contains("老庄村五社"), "{page}");
        assert!(page.contains("139****1234") && !page.contains("13900001234"), "{page}");
    }
}
