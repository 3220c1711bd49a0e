//! A recipient's card: profile, history, open needs, and the two buttons that record.
//!
//! - `profile`: who the recipient is and how to reach them; `edit`: name, phone, address, note, tags
//! - `contested`: values that gave way to another author's

mod contested;
mod edit;
mod profile;

use device_core::views::{CardView, HistoryItem, NeedItem};
use dioxus::prelude::*;
use shared::RecipientId;
use uuid::Uuid;

use super::parts::{NeedRow, RecordRow, about, answered, due_line, due_tag};
use crate::{
    components::{Button, ButtonKind, EmptyState, Glyph, IconButton, Page, Section, Tag, TopBar},
    i18n::{tr, tr_args},
    nav::{self, Destination},
    state::use_query,
};
use contested::Contested;
use edit::{EditSheet, TagSheet};
use profile::{Carers, Profile, Reach};

/// 6 records are shown before the button for all: about the last weeks.
const HISTORY_SHOWN: usize = 6;

#[component]
pub fn RecipientScreen(id: Uuid) -> Element {
    // The key remounts the page when another person of the household opens on the same route.
    rsx! {
        for id in [id] {
            CardPage { key: "{id}", id }
        }
    }
}

#[component]
fn CardPage(id: Uuid) -> Element {
    let recipient = RecipientId(id);
    let card = use_query(move |device| async move { device.card(recipient).await });
    let mut editing = use_signal(|| false);
    let item = card.ready().map(|card| card.item);
    rsx! {
        Page {
            testid: "screen-recipient",
            top: rsx! {
                TopBar {
                    title: item.as_ref().map_or_else(|| tr("nav-recipient"), |item| item.name.clone()),
                    subtitle: item.as_ref().map(about),
                    on_back: move |()| nav::leave(),
                    trailing: rsx! {
                        IconButton {
                            glyph: Glyph::Pen,
                            label: tr("recipient-edit"),
                            testid: "recipient-edit",
                            on_press: move |()| editing.set(true),
                        }
                    },
                }
            },
            foot: rsx! {
                div { class: "foot-pair",
                    Button {
                        label: tr("nav-visit"),
                        icon: Glyph::House,
                        testid: "recipient-visit",
                        on_press: move |()| nav::open(Destination::Visit { recipient: id }),
                    }
                    Button {
                        label: tr("nav-assist"),
                        kind: ButtonKind::Line,
                        testid: "recipient-assist",
                        on_press: move |()| nav::open(Destination::Assist { recipient: Some(id) }),
                    }
                }
            },
            {answered(card, |card| rsx! { CardBody { card } })}
        }
        if let Some(card) = card.ready() {
            if editing() {
                EditSheet { card, on_close: move |()| editing.set(false) }
            }
        }
    }
}

#[component]
pub(super) fn CardBody(card: CardView) -> Element {
    let mut tagging = use_signal(|| false);
    let recipient = card.item.id;
    rsx! {
        if let Some(line) = due_line(&card.item) {
            div { class: "cluster", "data-testid": "recipient-due",
                if let Some(tag) = due_tag(&card.item) {
                    Tag { label: tag.label, tone: tag.tone, icon: tag.icon }
                }
                span { class: "small", {line} }
            }
        }
        Reach { card: card.clone() }
        Contested { card: card.clone() }
        Section {
            title: tr("recipient-needs"),
            testid: "recipient-needs",
            trailing: rsx! {
                Button {
                    label: tr("recipient-add-need"),
                    kind: ButtonKind::Quiet,
                    icon: Glyph::Plus,
                    fit: true,
                    testid: "recipient-add-need",
                    on_press: move |()| nav::open(Destination::NewNeed { recipient: recipient.0 }),
                }
            },
            for need in card.needs.clone() {
                NeedRow {
                    key: "{need.id}",
                    testid: "recipient-need-{need.id}",
                    item: need,
                    hide_name: true,
                    on_press: move |need: NeedItem| nav::open(Destination::NeedDetail { need: need.id.0 }),
                }
            }
            if card.needs.is_empty() {
                p { class: "small", {tr("recipient-no-needs")} }
            }
        }
        History { records: card.history.clone() }
        Profile { card: card.clone(), on_tags: move |()| tagging.set(true) }
        Carers { card: card.clone() }
        if tagging() {
            TagSheet { card, on_close: move |()| tagging.set(false) }
        }
    }
}

/// The records about the recipient, the latest first.
#[component]
fn History(records: Vec<HistoryItem>) -> Element {
    let mut all = use_signal(|| false);
    let n = records.len();
    let shown = if all() { n } else { HISTORY_SHOWN };
    rsx! {
        Section { title: tr("recipient-history"), testid: "recipient-history",
            for item in records.into_iter().take(shown) {
                RecordRow {
                    key: "{item.row}",
                    testid: "recipient-record-{item.row}",
                    item,
                    on_press: move |item: HistoryItem| nav::open(Destination::RecordDetail { row: item.row.0 }),
                }
            }
            if n > shown {
                Button {
                    label: tr_args("recipient-all-records", &[("n", n.into())]),
                    kind: ButtonKind::Quiet,
                    testid: "recipient-all-records",
                    on_press: move |()| all.set(true),
                }
            }
            if n == 0 {
                EmptyState { icon: Glyph::House, title: tr("recipient-no-history"), text: tr("recipient-no-history-text") }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        i18n::Lang,
        screens::{
            sample,
            tests::{drawn, drawn_in},
        },
    };

    #[test]
    fn the_card_shows_who_what_and_where_without_a_full_number() {
        let page = drawn(|| rsx! { CardBody { card: sample::card() } });
        for text in ["138****0011", "6208**********1234", "老庄村三社", "烟囱漏烟", "上门", "待上传", "独居", "耳背"]
        {
            assert!(page.contains(text), "no {text} in {page}");
        }
    }

    #[test]
    fn the_card_is_complete_in_english() {
        let page = drawn_in(Lang::En, || rsx! { CardBody { card: sample::card() } });
        for text in ["Lives alone", "Home", "Waiting", "every 10 days"] {
            assert!(page.contains(text), "no {text} in {page}");
        }
    }
}
