//! The values of a record that gave way to later ones, with author, time and reason.

use device_core::views::RecordView;
use dioxus::prelude::*;
use shared::{Moment, records::RuleSet};

use super::field_rows::format_value;
use crate::{
    components::{Card, Glyph},
    i18n::tr_args,
    labels,
};

#[component]
pub(in crate::screens) fn FormerValues(
    title: String,
    record: RecordView,
    rules: Option<RuleSet>,
    testid: Option<String>,
) -> Element {
    if record.former.is_empty() {
        return VNode::empty();
    }
    rsx! {
        Card { title, icon: Glyph::Clock, testid,
            for (at, former) in record.former.iter().enumerate() {
                div { key: "{at}", class: "fact",
                    span { class: "small",
                        {labels::line([
                            labels::word("field", &former.field),
                            record.former_by.get(&former.by).cloned().unwrap_or_default(),
                            labels::moment(Moment::shanghai(former.hlc.ms())),
                        ])}
                    }
                    span { {format_value(&record.item.kind, &former.field, &former.value, rules.as_ref())} }
                    if let Some(reason) = former.reason.clone() {
                        span { class: "small", {tr_args("record-because", &[("reason", reason.into())])} }
                    }
                }
            }
        }
    }
}
