//! Picks the households that receive something: one by one, by village, or a whole village at once.

use device_core::{command::RecipientQuery, views::RecipientItem};
use dioxus::prelude::*;

use super::form::AssistForm;
use crate::{
    components::{Button, ButtonKind, Chips, Choice, Glyph, Icon, Page, TopBar},
    i18n::{tr, tr_args},
    screens::parts::{People, about, use_people},
    state::use_device,
};

/// 5000: more than any village has, and few enough for one answer.
const WHOLE_VILLAGE: u32 = 5_000;

#[component]
pub(super) fn PeoplePage(form: Signal<AssistForm>, on_close: EventHandler<()>) -> Element {
    let mut query = use_signal(RecipientQuery::default);
    let found = use_people(query.into());
    let picked = form.read().people.len();
    let villages: Vec<_> = found
        .answer
        .ready()
        .map(|view| view.villages)
        .unwrap_or_default()
        .into_iter()
        .map(|(code, name, n)| Choice::new(code, format!("{name} {n}")).testid(format!("pick-village-{code}")))
        .collect();
    let row = use_callback(move |item: RecipientItem| {
        rsx! {
            TickRow { item, form }
        }
    });
    let village = query.read().village;
    rsx! {
        Page {
            testid: "screen-pick",
            top: rsx! {
                TopBar {
                    title: tr("assist-pick"),
                    subtitle: tr_args("assist-picked", &[("n", picked.into())]),
                    on_back: move |()| on_close.call(()),
                }
            },
            foot: rsx! {
                Button {
                    label: tr_args("assist-pick-done", &[("n", picked.into())]),
                    testid: "pick-done",
                    on_press: on_close,
                }
            },
            People {
                found,
                row,
                row_height: 84.0,
                testid: "pick",
                on_search: move |text| query.write().search = text,
                between: rsx! {
                    if villages.len() > 1 {
                        div { class: "chips-scroll",
                            Chips {
                                label: tr("recipients-village"),
                                options: villages,
                                selected: village,
                                on_select: move |village| query.write().village = village,
                            }
                        }
                    }
                    PickAllButton { query, form }
                },
            }
        }
    }
}

/// Picks everyone whom the query finds.
#[component]
fn PickAllButton(query: Signal<RecipientQuery>, form: Signal<AssistForm>) -> Element {
    let mut form = form;
    let device = use_device();
    rsx! {
        Button {
            label: if query.read().village.is_some() { tr("assist-pick-village") } else { tr("assist-pick-shown") },
            kind: ButtonKind::Line,
            icon: Glyph::Check,
            testid: "pick-all",
            on_press: move |()| {
                let device = device.clone();
                let all = RecipientQuery { offset: 0, limit: WHOLE_VILLAGE, ..query.peek().clone() };
                spawn(async move {
                    // A refusal is shown by the list above, which runs the same query.
                    if let Ok(view) = device.recipients(all).await {
                        let mut form = form.write();
                        for item in view.items {
                            form.pick(item.id, &item.name);
                        }
                    }
                });
            },
        }
    }
}

#[component]
fn TickRow(item: RecipientItem, form: Signal<AssistForm>) -> Element {
    let mut form = form;
    let on = form.read().is_picked(item.id);
    let id = item.id;
    let sub = about(&item);
    let name = item.name.clone();
    rsx! {
        button {
            r#type: "button",
            class: "row tick",
            role: "checkbox",
            aria_checked: if on { "true" } else { "false" },
            "data-testid": "pick-{id}",
            onclick: move |_| form.write().toggle(id, &name),
            span { class: "tick-box", aria_hidden: "true",
                if on {
                    Icon { glyph: Glyph::Check, small: true }
                }
            }
            span { class: "row-text",
                span { class: "row-title", {item.name} }
                span { class: "row-sub", {sub} }
            }
        }
    }
}
