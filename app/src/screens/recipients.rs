//! The recipients in the worker's care: search, filters in a sheet, a list that is fast at any length.

use device_core::{
    command::RecipientQuery,
    views::{RecipientItem, RecipientsView},
};
use dioxus::prelude::*;
use shared::records::recipient::TAGS;

use super::parts::{LinkPill, People, PersonRow, use_people};
use crate::{
    components::{Button, ButtonKind, Chips, Choice, Glyph, Page, Sheet, Switch, TopBar},
    i18n::{format, tr, tr_args},
    labels,
    nav::{self, Destination},
    state::use_link,
};

#[component]
pub fn RecipientsScreen() -> Element {
    let mut query = use_signal(RecipientQuery::default);
    let found = use_people(query.into());
    let mut filtering = use_signal(|| false);
    let link = use_link();
    let view = found.answer.ready();
    let row = use_callback(|item: RecipientItem| {
        rsx! {
            PersonRow {
                testid: "recipient-{item.id}",
                item,
                on_press: move |item: RecipientItem| nav::open(Destination::RecipientCard { id: item.id.0 }),
            }
        }
    });
    rsx! {
        Page {
            testid: "screen-recipients",
            top: rsx! {
                TopBar {
                    title: tr("nav-recipients"),
                    subtitle: view.as_ref().map(|view| tr_args("recipients-total", &[("n", format::count(view.total.into()).into())])),
                    trailing: rsx! {
                        LinkPill { link }
                    },
                }
            },
            People {
                found,
                row,
                testid: "recipients",
                on_search: move |text| query.write().search = text,
                between: rsx! {
                    FilterBar { query, on_open: move |()| filtering.set(true) }
                },
            }
        }
        FilterSheet { open: filtering(), query, view, on_close: move |()| filtering.set(false) }
    }
}

/// The number of active filters, without the search.
fn filters(query: &RecipientQuery) -> usize {
    [query.due, query.category.is_some(), query.village.is_some(), query.tag.is_some()].iter().filter(|on| **on).count()
}

/// The query without its filters, with its search.
fn cleared(query: &RecipientQuery) -> RecipientQuery {
    RecipientQuery { search: query.search.clone(), ..RecipientQuery::default() }
}

#[component]
fn FilterBar(query: Signal<RecipientQuery>, on_open: EventHandler<()>) -> Element {
    let on = filters(&query.read());
    let label = if on == 0 { tr("recipients-filter") } else { tr_args("recipients-filter-n", &[("n", on.into())]) };
    rsx! {
        div { class: "cluster",
            Button { label, kind: ButtonKind::Line, icon: Glyph::Filter, fit: true, testid: "recipients-filter", on_press: on_open }
            if on > 0 {
                Button {
                    label: tr("recipients-filter-clear"),
                    kind: ButtonKind::Quiet,
                    fit: true,
                    testid: "recipients-filter-clear",
                    on_press: move |()| {
                        let next = cleared(&query.peek());
                        query.set(next);
                    },
                }
            }
        }
    }
}

#[component]
fn FilterSheet(
    open: bool,
    query: Signal<RecipientQuery>,
    view: Option<RecipientsView>,
    on_close: EventHandler<()>,
) -> Element {
    let now = query();
    let (villages, categories) = view.map(|view| (view.villages, view.categories)).unwrap_or_default();
    let with_count = |name: &str, n: u32| format!("{name} {n}");
    let categories: Vec<_> = categories
        .into_iter()
        .map(|(category, n)| {
            let testid = format!("filter-category-{category}");
            Choice::new(category.clone(), with_count(&labels::word("category", category.word()), n)).testid(testid)
        })
        .collect();
    let villages: Vec<_> = villages
        .into_iter()
        .map(|(code, name, n)| Choice::new(code, with_count(&name, n)).testid(format!("filter-village-{code}")))
        .collect();
    let tags: Vec<_> = TAGS
        .iter()
        .map(|tag| Choice::new((*tag).to_owned(), labels::word("tag", tag)).testid(format!("filter-tag-{tag}")))
        .collect();
    rsx! {
        Sheet {
            open,
            title: tr("recipients-filter"),
            on_close,
            testid: "filter-sheet",
            foot: rsx! {
                Button { label: tr("common-done"), testid: "filter-done", on_press: on_close }
            },
            Switch {
                label: tr("recipients-filter-due"),
                on: now.due,
                testid: "filter-due",
                on_change: move |on| query.write().due = on,
            }
            h3 { class: "label", {tr("field-category")} }
            Chips {
                label: tr("field-category"),
                options: categories,
                selected: now.category,
                on_select: move |category| query.write().category = category,
            }
            if !villages.is_empty() {
                h3 { class: "label", {tr("recipients-village")} }
                Chips {
                    label: tr("recipients-village"),
                    options: villages,
                    selected: now.village,
                    on_select: move |village| query.write().village = village,
                }
            }
            h3 { class: "label", {tr("field-tags")} }
            Chips {
                label: tr("field-tags"),
                options: tags,
                selected: now.tag,
                on_select: move |tag| query.write().tag = tag,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clearing_the_filters_keeps_the_search() {
        let query =
            RecipientQuery { search: "gj".into(), due: true, tag: Some("lives-alone".into()), ..Default::default() };
        assert_eq!(filters(&query), 2);
        let clear = cleared(&query);
        assert_eq!((filters(&clear), clear.search.as_str()), (0, "gj"));
    }
}
