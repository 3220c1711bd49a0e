//! Two people changed the same thing: the value that stands and the one that gave way, both readable.

use device_core::views::CardView;
use dioxus::prelude::*;
use serde_json::Value;
use shared::{Moment, records::Former};

use crate::{
    components::{Card, Glyph},
    i18n::{tr, tr_args},
    words,
};

/// A field with both its values.
#[derive(Clone, Debug, PartialEq)]
struct Pair {
    field: String,
    stands: Option<String>,
    gave_way: String,
    when: Moment,
}

/// Those that gave way to someone else's change. A correction with a reason is history and no contest.
fn pairs(card: &CardView) -> Vec<Pair> {
    card.former.iter().filter(|former| former.reason.is_none()).map(|former| pair(card, former)).collect()
}

fn pair(card: &CardView, former: &Former) -> Pair {
    let stands = match former.field.as_str() {
        "phone" => card.item.phone_masked.clone(),
        "address" => card.address.clone(),
        "note" => card.note.clone(),
        "name" => Some(card.item.name.clone()),
        "risk" => card.risk.as_ref().map(|risk| words::word("risk", risk.word())),
        _ => None,
    };
    Pair {
        field: words::word("field", &former.field),
        stands,
        gave_way: match former.field.as_str() {
            // The other number is as private as the one that stands.
            "phone" => shared::id_number::masked_phone(&plain(&former.value)),
            _ => plain(&former.value),
        },
        when: Moment::shanghai(former.hlc.ms()),
    }
}

/// A value as text; nothing for what is no plain value.
pub(in crate::screens) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(n) => n.to_string(),
        Value::Array(items) => words::list(items.iter().map(plain)),
        Value::Object(map) => words::line(map.values().map(plain)),
        Value::Null | Value::Bool(_) => String::new(),
    }
}

#[component]
pub(super) fn Contested(card: CardView) -> Element {
    let pairs = pairs(&card);
    if pairs.is_empty() {
        return VNode::empty();
    }
    rsx! {
        Card { title: tr("recipient-contested"), icon: Glyph::Question, testid: "recipient-contested",
            p { class: "small", {tr("recipient-contested-text")} }
            for (at, pair) in pairs.into_iter().enumerate() {
                div { key: "{at}", class: "fact",
                    span { class: "strong", {pair.field} }
                    if let Some(stands) = pair.stands {
                        span { {tr_args("recipient-stands", &[("value", stands.into())])} }
                    }
                    span {
                        {tr_args("recipient-gave-way", &[("value", pair.gave_way.into()), ("when", words::moment(pair.when).into())])}
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::{Hlc, WorkerId};

    use super::*;
    use crate::screens::{sample, tests::drawn};

    fn former(field: &str, value: Value, reason: Option<&str>) -> Former {
        Former { field: field.into(), value, by: WorkerId::NIL, hlc: Hlc::default(), reason: reason.map(str::to_owned) }
    }

    #[test]
    fn a_correction_with_a_reason_is_no_contest() {
        let card = CardView { former: vec![former("note", json!("旧"), Some("写错"))], ..sample::card() };
        assert!(pairs(&card).is_empty());
    }

    #[test]
    fn both_values_can_be_read_and_a_phone_stays_masked() {
        let page = drawn(|| {
            let former =
                vec![former("address", json!("老庄村五社"), None), former("phone", json!("13900001234"), None)];
            rsx! { Contested { card: CardView { former, ..sample::card() } } }
        });
        assert!(page.contains("老庄村三社") && page.contains("老庄村五社"), "{page}");
        assert!(page.contains("139****1234") && !page.contains("13900001234"), "{page}");
    }
}
