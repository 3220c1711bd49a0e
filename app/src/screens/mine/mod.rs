//! The worker's own page: the month's figures, confirmed and waiting apart, the worker's records, and links.

use std::collections::BTreeMap;

use device_core::views::{HistoryItem, IdentityView, MonthView};
use dioxus::prelude::*;
use shared::{Month, RowId, indicators::Figures};

use super::{
    parts::{LinkPill, RecordRow, Refused, initial},
    reviews::ReviewsLink,
};
use crate::{
    components::{Button, ButtonKind, EmptyState, Figure, Glyph, IconButton, ListRow, Page, Section, Tone, TopBar},
    i18n::{format, tr, tr_args},
    labels,
    nav::{self, Destination},
    state::{Link, today, use_link, use_query, use_status, use_supervisor},
};

/// 10 records are shown before the button for all.
const SHOWN: usize = 10;
/// The first month of the programme's figures.
const FIRST: (i16, u8) = (2023, 1);

#[component]
pub fn MineScreen() -> Element {
    let me = use_status().and_then(|status| status.me);
    let link = use_link();
    let mut month = use_signal(|| today().month());
    let view = use_query(move |device| {
        let month = month();
        async move { device.my_month(month).await }
    });
    let supervisor = use_supervisor();
    rsx! {
        Page {
            testid: "screen-mine",
            top: rsx! {
                TopBar {
                    title: tr("nav-mine"),
                    trailing: rsx! {
                        LinkPill { link }
                    },
                }
            },
            if let Some(me) = me {
                Who { me }
            }
            MonthStep { month: month(), on_month: move |next| month.set(next) }
            // While another month loads, the previous one must not be taken for it. Its space stays, so that nothing
            // below moves.
            match view.get().filter(|got| !got.as_ref().is_ok_and(|view| view.month != month())) {
                Some(Ok(view)) => rsx! { MonthBody { key: "{view.month}", view } },
                Some(Err(refusal)) => rsx! { Refused { refusal, on_retry: move |()| view.reload() } },
                None => rsx! { MonthRoom {} },
            }
            Links { supervisor, link }
            // Last, because its height changes when the records come.
            if let Some(view) = view.ready().filter(|view| view.month == month()) {
                Records { key: "{view.month}", records: view.records, people: view.people }
            }
        }
    }
}

#[component]
fn Who(me: IdentityView) -> Element {
    rsx! {
        ListRow {
            title: me.name.clone(),
            avatar: initial(&me.name),
            sub: labels::line([labels::word("role", me.role.word()), me.area_name.clone()]),
            detail: me.unit_name.clone(),
            testid: "mine-who",
        }
    }
}

/// The month before or after; `None` before the programme and in the future.
fn step(month: Month, by: i32, now: Month) -> Option<Month> {
    let next = Month::from_number(month.number() + by);
    let first = Month::new(FIRST.0, FIRST.1).map_or(0, Month::number);
    (first..=now.number()).contains(&next.number()).then_some(next)
}

#[component]
fn MonthStep(month: Month, on_month: EventHandler<Month>) -> Element {
    let now = today().month();
    let (before, after) = (step(month, -1, now), step(month, 1, now));
    rsx! {
        div { class: "stepper",
            IconButton {
                glyph: Glyph::Back,
                label: tr("mine-earlier"),
                testid: "mine-earlier",
                disabled: before.is_none(),
                on_press: move |()| if let Some(month) = before { on_month.call(month) },
            }
            h2 { class: "strong", "data-testid": "mine-month",
                if month == now {
                    {tr("mine-figures")}
                } else {
                    {tr_args("mine-month", &[("month", labels::month(month).into())])}
                }
            }
            IconButton {
                glyph: Glyph::Chevron,
                label: tr("mine-later"),
                testid: "mine-later",
                disabled: after.is_none(),
                on_press: move |()| if let Some(month) = after { on_month.call(month) },
            }
        }
    }
}

/// One of the six figures: the count, and how much of it is still on this phone.
#[derive(Clone, Debug, PartialEq)]
struct OwnFigure {
    word: &'static str,
    /// Confirmed and waiting together, as the report will show it.
    value: String,
    unit: String,
    /// Confirmed and waiting apart, if something waits.
    apart: Option<(String, String)>,
}

/// The six headline figures, by the report's own definitions.
fn own_figures(confirmed: &Figures, waiting: &Figures) -> Vec<OwnFigure> {
    type Of = fn(&Figures) -> i64;
    let counts: [(&str, Of, &str); 5] = [
        ("home_visit", Figures::visits, "mine-times"),
        ("contact", Figures::contacts, "mine-times"),
        ("policies", Figures::policies, "mine-cases"),
        ("solved", Figures::solved, "mine-cases"),
        ("deed", Figures::deeds, "mine-cases"),
    ];
    let mut all: Vec<OwnFigure> = counts
        .into_iter()
        .map(|(word, of, unit)| own_figure(word, of(confirmed), of(waiting), tr(unit), format::count))
        .collect();
    all.push(own_figure("aid", confirmed.aid().0, waiting.aid().0, tr("common-yuan"), yuan));
    all
}

fn own_figure(word: &'static str, confirmed: i64, waiting: i64, unit: String, say: fn(i64) -> String) -> OwnFigure {
    let apart = (waiting != 0).then(|| (say(confirmed), say(waiting)));
    OwnFigure { word, value: say(confirmed + waiting), unit, apart }
}

/// Yuan without decimals where there are none.
fn yuan(fen: i64) -> String {
    let text = format::yuan(fen);
    text.strip_suffix(".00").map(str::to_owned).unwrap_or(text)
}

/// A placeholder as high as the six figures.
#[component]
fn MonthRoom() -> Element {
    rsx! {
        div { class: "halves", aria_hidden: "true",
            for OwnFigure { word, unit, .. } in own_figures(&Figures::default(), &Figures::default()) {
                Figure { key: "{word}", label: labels::word("indicator", word), value: "…", unit, sub: tr("common-loading") }
            }
        }
        p { class: "small", {tr("mine-same")} }
    }
}

#[component]
fn MonthBody(view: MonthView) -> Element {
    let figures = own_figures(&view.confirmed, &view.waiting);
    rsx! {
        div { class: "halves", "data-testid": "mine-six",
            for OwnFigure { word, value, unit, apart } in figures {
                Figure {
                    key: "{word}",
                    label: labels::word("indicator", word),
                    value,
                    unit,
                    // Always a line, so that the height is the same with and without waiting records.
                    sub: apart
                        .map_or_else(
                            || tr("mine-confirmed"),
                            |(confirmed, waiting)| tr_args("mine-waiting", &[("confirmed", confirmed.into()), ("waiting", waiting.into())]),
                        ),
                    testid: "mine-figure-{word}",
                }
            }
        }
        p { class: "small", {tr("mine-same")} }
    }
}

#[component]
fn Records(records: Vec<HistoryItem>, people: BTreeMap<RowId, String>) -> Element {
    let mut all = use_signal(|| false);
    let n = records.len();
    if n == 0 {
        return rsx! {
            EmptyState { icon: Glyph::Note, title: tr("mine-no-records"), text: tr("mine-no-records-text"), testid: "mine-no-records" }
        };
    }
    let shown = if all() { n } else { n.min(SHOWN) };
    rsx! {
        Section { title: tr_args("mine-records", &[("n", n.into())]), testid: "mine-records",
            for item in records.into_iter().take(shown) {
                RecordRow {
                    key: "{item.row}",
                    testid: "mine-record-{item.row}",
                    who: people.get(&item.row).cloned(),
                    item,
                    on_press: move |item: HistoryItem| nav::open(Destination::RecordDetail { row: item.row.0 }),
                }
            }
            if shown < n {
                Button {
                    label: tr_args("mine-show-all", &[("n", n.into())]),
                    kind: ButtonKind::Quiet,
                    testid: "mine-records-all",
                    on_press: move |()| all.set(true),
                }
            }
        }
    }
}

/// A link of the own page. Its label is `nav-<name>`, its test id `mine-<name>`.
#[derive(Clone, PartialEq)]
struct PageLink {
    name: &'static str,
    sub: String,
    icon: Glyph,
    tone: Tone,
    to: Destination,
}

/// The other screens that open from here; a supervisor has the report too.
fn page_links(supervisor: bool, waiting: u32) -> Vec<PageLink> {
    let sync = match waiting {
        0 => tr("mine-sync-sent"),
        n => tr_args("mine-sync-waiting", &[("n", n.into())]),
    };
    let tone = if waiting > 0 { Tone::Wait } else { Tone::Good };
    let link = |name, sub, icon, tone, to| PageLink { name, sub, icon, tone, to };
    let mut links = vec![link("sync", sync, Glyph::Sync, tone, Destination::Sync)];
    if supervisor {
        links.push(link("report", tr("mine-report-sub"), Glyph::Chart, Tone::Good, Destination::Report));
    }
    links.extend([
        link("settings", tr("mine-settings-sub"), Glyph::Settings, Tone::Neutral, Destination::Settings),
        link("feedback", tr("mine-feedback-sub"), Glyph::Message, Tone::Neutral, Destination::Feedback),
        link("emergency", tr("mine-emergency-sub"), Glyph::Phone, Tone::Danger, Destination::Emergency),
    ]);
    links
}

/// Links to other screens.
#[component]
fn Links(supervisor: bool, link: Link) -> Element {
    rsx! {
        Section { title: tr("mine-more"), testid: "mine-links",
            if supervisor {
                ReviewsLink { testid: "mine-reviews" }
            }
            for PageLink { name, sub, icon, tone, to } in page_links(supervisor, link.waiting) {
                ListRow {
                    key: "{name}",
                    title: tr(&format!("nav-{name}")),
                    sub,
                    icon,
                    avatar_tone: tone,
                    testid: "mine-{name}",
                    on_press: move |()| {
                        // Tabs replace each other; the others open with a way back.
                        if matches!(to, Destination::Sync | Destination::Report) {
                            nav::replace_with(to);
                        } else {
                            nav::open(to);
                        }
                    },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
