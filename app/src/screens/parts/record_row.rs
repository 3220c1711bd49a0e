//! A record in a history: what, when, by whom, and its status.

use device_core::views::HistoryItem;
use dioxus::prelude::*;

use crate::{
    components::{Glyph, ListRow, RowTag, StatusPill, Tone},
    i18n::{tr, tr_args},
    labels,
};

#[component]
pub fn RecordRow(
    item: HistoryItem,
    /// The recipient's name, in a list about several recipients.
    who: Option<String>,
    on_press: EventHandler<HistoryItem>,
    testid: String,
) -> Element {
    let (status, label) = labels::state_pill(&item.state);
    let mut tags = Vec::new();
    if item.void {
        tags.push(RowTag::new(tr("status-void")));
    }
    if item.problems > 0 {
        let found = tr_args("recipient-problems", &[("n", item.problems.into())]);
        tags.push(RowTag::toned(found, Tone::Wait, Glyph::Warning));
    }
    let by = if item.mine { String::new() } else { item.by.clone().unwrap_or_else(|| tr("recipient-colleague")) };
    let photos = match item.photos.len() {
        0 => String::new(),
        n => tr_args("recipient-photos", &[("n", n.into())]),
    };
    rsx! {
        ListRow {
            title: labels::line([headline(&item), who.unwrap_or_default()]),
            icon: labels::glyph(&item.title),
            avatar_tone: if item.void { Tone::Neutral } else { Tone::Good },
            tags,
            sub: labels::line([labels::moment(item.happened), by, photos]),
            detail: item.text.clone(),
            no_chevron: true,
            trailing: rsx! {
                StatusPill { status, label }
            },
            testid,
            on_press: move |()| on_press.call(item.clone()),
        }
    }
}

/// `上门 · 外出`, `资助物资 42.00 元`.
pub fn headline(item: &HistoryItem) -> String {
    let what = labels::of_key(&item.title);
    let qualifier = match item.qualifier.as_deref() {
        None | Some("presence-found") => String::new(),
        Some(key) => labels::of_key(key),
    };
    let what = labels::line([what, qualifier]);
    match item.value {
        Some(value) if value.0 != 0 => format!("{what} {}", labels::money(value)),
        _ => what,
    }
}

#[cfg(test)]
mod tests {
    use shared::Fen;

    use super::*;
    use crate::screens::sample;

    #[test]
    fn a_headline_says_what_went_and_why_nobody_was_met() {
        let visit = sample::visit(1, "presence-away");
        assert_eq!(headline(&visit), "上门 · 外出");
        assert_eq!(headline(&HistoryItem { qualifier: Some("presence-found".into()), ..visit.clone() }), "上门");
        let goods = HistoryItem { title: "assistance-goods".into(), qualifier: None, value: Some(Fen(4200)), ..visit };
        assert_eq!(headline(&goods), "资助物资 42.00 元");
    }
}
