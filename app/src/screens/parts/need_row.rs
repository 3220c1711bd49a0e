//! A need in a list: what, whose, and its status.

use device_core::views::NeedItem;
use dioxus::prelude::*;

use crate::{
    components::{Glyph, ListRow, RowTag},
    i18n::tr_args,
    labels,
};

#[component]
pub fn NeedRow(
    item: NeedItem,
    on_press: EventHandler<NeedItem>,
    /// For the recipient's own card, whose title is the name.
    #[props(default)]
    hide_name: bool,
    testid: String,
) -> Element {
    let (tone, sign) = labels::need_tone(&item.status);
    let status = labels::word("status", item.status.word());
    let status = match &item.unit_name {
        Some(unit) => format!("{unit} {status}"),
        None => status,
    };
    let raised = tr_args("need-raised-on", &[("day", labels::day(item.happened.day()).into())]);
    let who = if hide_name { String::new() } else { item.recipient_name.clone() };
    let title = if item.text.is_empty() { labels::word("need", item.kind.word()) } else { item.text.clone() };
    rsx! {
        ListRow {
            title,
            icon: Glyph::Message,
            avatar_tone: tone,
            tags: vec![RowTag::toned(status, tone, sign)],
            sub: labels::line([who, labels::word("need", item.kind.word()), raised]),
            detail: item.progress.clone(),
            testid,
            on_press: move |()| on_press.call(item.clone()),
        }
    }
}
