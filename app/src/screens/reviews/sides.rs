//! Two values side by side, each with author and time. A reader who may decide can press either.

use device_core::views::{Attribution, ReviewItem};
use dioxus::prelude::*;
use serde_json::Value;
use shared::records::RuleSet;

use super::review_texts::{said, shown, value};
use crate::{
    components::{Glyph, Icon},
    i18n::tr,
    labels,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReviewSide {
    Standing,
    Proposed,
}

/// `accept` is the chosen side; `on_choose` is present while the reader may decide.
#[component]
pub fn Sides(
    item: ReviewItem,
    rules: Option<RuleSet>,
    accept: Option<bool>,
    on_choose: Option<EventHandler<bool>>,
) -> Element {
    let standing = item.standing.clone();
    rsx! {
        div { class: "sides", role: on_choose.map(|_| "radiogroup"), aria_label: tr("reviews-choose"), "data-testid": "review-sides",
            if let Some(standing) = standing {
                OneSide { item: item.clone(), rules: rules.clone(), side: ReviewSide::Standing, from: standing, chosen: accept == Some(false), on_choose }
            }
            OneSide { item: item.clone(), rules, side: ReviewSide::Proposed, from: item.proposed.clone(), chosen: accept == Some(true), on_choose }
        }
    }
}

#[component]
fn OneSide(
    item: ReviewItem,
    rules: Option<RuleSet>,
    side: ReviewSide,
    from: Attribution,
    chosen: bool,
    on_choose: Option<EventHandler<bool>>,
) -> Element {
    let proposed = side == ReviewSide::Proposed;
    let title = match (side, &item.standing) {
        (ReviewSide::Standing, _) => tr("reviews-standing"),
        (ReviewSide::Proposed, Some(_)) => tr("reviews-proposed"),
        (ReviewSide::Proposed, None) => tr("reviews-new-record"),
    };
    let word = if proposed { "proposed" } else { "standing" };
    let values: Vec<(String, String)> = shown(&item)
        .map(|pair| {
            let of: Option<&Value> = if proposed { pair.proposed.as_ref() } else { pair.standing.as_ref() };
            (labels::word("field", &pair.field), value(&item.kind, &pair.field, of, rules.as_ref()))
        })
        .collect();
    let body = rsx! {
        span { class: "side-title",
            if on_choose.is_some() {
                span { class: "side-box", aria_hidden: "true",
                    if chosen {
                        Icon { glyph: Glyph::Check, small: true }
                    }
                }
            }
            {title}
        }
        for (at, (field, text)) in values.iter().enumerate() {
            span { key: "{at}", class: "side-value",
                span { class: "small", {field.clone()} }
                span { class: "side-text", {text.clone()} }
            }
        }
        if values.is_empty() {
            span { class: "side-text", {labels::word("change", &item.change)} }
        }
        span { class: "small", {said(&from)} }
    };
    // A change that cannot be accepted is shown, but cannot be chosen.
    let pressable = on_choose.filter(|_| !proposed || item.acceptable);
    match pressable {
        Some(on_choose) => rsx! {
            button {
                r#type: "button",
                class: "side",
                role: "radio",
                aria_checked: if chosen { "true" } else { "false" },
                "data-testid": "review-{word}",
                onclick: move |_| on_choose.call(proposed),
                {body}
            }
        },
        None => rsx! {
            div { class: "side", "data-testid": "review-{word}", {body} }
        },
    }
}
