//! A supervisor's report: any area in reach, any period, from the server or from the cache.
//!
//! - `period`: month, quarter, year, since the start; `chart`: visits and contacts by month, drawn and as a table
//! - `category`: one category of people, and the six figures of each
//! - `crumbs`: the way back up; `headline_figures`: the six figures and their units; `table`: the six figures for
//!   each area below, which open that area

mod category;
mod chart;
mod crumbs;
mod headline_figures;
mod period;
mod table;

use device_core::{Refusal, views::AreaView};
use dioxus::prelude::*;
use shared::{
    AreaCode, Period,
    records::Category,
    wire::{Report, ReportRequest, report::Attention},
};

use super::{
    parts::{LinkPill, Loading, Refused},
    reviews::ReviewsLink,
};
use crate::{
    components::{Card, EmptyState, Figure, Glyph, IconButton, Note, Page, Section, Segmented, Tag, Tone, TopBar},
    i18n::{format, tr, tr_args},
    labels,
    state::{today, use_link, use_remote_query, use_status},
};
use category::{CategoryField, CategoryTable};
use chart::Chart;
use crumbs::Breadcrumb;
use headline_figures::six;
use period::{Span, label, span_choices, step};
use table::AreaTable;

#[component]
pub fn ReportScreen() -> Element {
    let me = use_status().and_then(|status| status.me);
    let link = use_link();
    // A supervisor's first area; without one, the area of the worker.
    let top = me.map(|me| {
        let first = me.areas.first().copied();
        (first.unwrap_or(me.area), if first.is_none_or(|area| area == me.area) { me.area_name } else { String::new() })
    });
    rsx! {
        Page {
            testid: "screen-report",
            top: rsx! {
                TopBar {
                    title: tr("nav-report"),
                    subtitle: tr("report-nobody-typed"),
                    trailing: rsx! {
                        LinkPill { link }
                    },
                }
            },
            match top {
                Some((area, name)) => rsx! {
                    // The name comes with the first sync, after the area.
                    ReportPage { key: "{area}{name}", area, name: name.clone() }
                },
                None => rsx! {
                    Loading {}
                },
            }
        }
    }
}

#[component]
fn ReportPage(area: AreaCode, name: String) -> Element {
    let mut path = use_signal(|| vec![AreaView { code: area, name }]);
    let mut period = use_signal(|| Span::Month.current(today().month()));
    let mut category = use_signal(|| None::<Category>);
    let answer = use_remote_query(move |device| {
        let here = path.read().last().map_or(area, |area| area.code);
        let request = ReportRequest { area: here, period: period(), category: category() };
        async move { device.report(request).await }
    });
    let now = period();
    let here = path.read().last().map_or(area, |area| area.code);
    // While another area or period loads, the previous one must not be taken for it.
    let matching = answer.get().filter(|got| match got {
        Ok((report, _)) => report.area == here && report.period == now && report.category == category(),
        Err(_) => true,
    });
    rsx! {
        Breadcrumb {
            path: path(),
            on_press: move |depth: usize| path.write().truncate(depth + 1),
        }
        Segmented {
            label: tr("report-period"),
            options: span_choices(),
            selected: Span::of(now),
            on_select: move |span: Span| period.set(span.current(today().month())),
        }
        PeriodStepper {
            period: now,
            loading: answer.is_loading(),
            on_period: move |next| period.set(next),
            on_refresh: move |()| answer.reload(),
        }
        CategoryField { selected: category(), on_select: move |chosen| category.set(chosen) }
        match matching {
            None => rsx! {
                Loading {}
            },
            // Not a failure: this period is not in the cache.
            Some(Err(Refusal::Offline)) => rsx! {
                EmptyState {
                    icon: Glyph::Offline,
                    title: tr("report-none-kept"),
                    text: tr("report-none-kept-text"),
                    testid: "report-none-kept",
                }
            },
            Some(Err(refusal)) => rsx! {
                Refused { refusal, on_retry: move |()| answer.reload() }
            },
            Some(Ok((report, fresh))) => rsx! {
                ReportBody {
                    report,
                    fresh,
                    on_area: move |area: AreaView| path.write().push(area),
                    on_category: move |chosen| category.set(Some(chosen)),
                }
            },
        }
    }
}

/// The period with steps to the one before and after, and a refresh.
#[component]
fn PeriodStepper(
    period: Period,
    loading: bool,
    on_period: EventHandler<Period>,
    on_refresh: EventHandler<()>,
) -> Element {
    let now = today().month();
    let (before, after) = (step(period, -1, now), step(period, 1, now));
    rsx! {
        div { class: "stepper",
            IconButton {
                glyph: Glyph::Back,
                label: tr("report-earlier"),
                testid: "report-earlier",
                disabled: before.is_none(),
                on_press: move |()| if let Some(period) = before { on_period.call(period) },
            }
            span { class: "strong", "data-testid": "report-period", {label(period)} }
            IconButton {
                glyph: Glyph::Chevron,
                label: tr("report-later"),
                testid: "report-later",
                disabled: after.is_none(),
                on_press: move |()| if let Some(period) = after { on_period.call(period) },
            }
            IconButton {
                glyph: Glyph::Refresh,
                label: tr("report-refresh"),
                testid: "report-refresh",
                disabled: loading,
                on_press: on_refresh,
            }
        }
    }
}

/// What needs attention, without the counts that are zero.
fn attention(attention: &Attention) -> Vec<(&'static str, i64, Tone)> {
    [
        ("report-overdue", attention.overdue, Tone::Danger),
        ("report-reviews", attention.reviews, Tone::Info),
        ("report-photos", attention.photos_missing, Tone::Wait),
        ("report-needs", attention.needs_open, Tone::Info),
        ("report-silent", attention.silent_devices, Tone::Wait),
    ]
    .into_iter()
    .filter(|(_, n, _)| *n > 0)
    .collect()
}

#[component]
pub(super) fn ReportBody(
    report: Report,
    fresh: bool,
    on_area: EventHandler<AreaView>,
    on_category: EventHandler<Category>,
) -> Element {
    let as_of = labels::moment(report.as_of);
    let empty = report.total.0.values().all(|tally| tally.n == 0 && tally.fen.0 == 0);
    let asks = attention(&report.attention);
    rsx! {
        if fresh {
            p { class: "small", "data-testid": "report-fresh", {tr_args("report-as-of", &[("when", as_of.into())])} }
        } else {
            Note {
                tone: Tone::Neutral,
                icon: Glyph::Offline,
                text: tr_args("report-kept", &[("when", as_of.into())]),
                testid: "report-kept",
            }
        }
        div { class: "halves", "data-testid": "report-six",
            for (word, value, unit) in six(&report.total) {
                Figure { key: "{word}", label: labels::word("indicator", word), value, unit, testid: "figure-{word}" }
            }
        }
        if empty {
            EmptyState { icon: Glyph::Chart, title: tr("report-empty"), text: tr("report-empty-text") }
        }
        Card { title: tr("report-attention"), icon: Glyph::Warning, testid: "report-attention",
            for (key, n, tone) in asks.clone() {
                div { key: "{key}", class: "fact-row",
                    span { {tr(key)} }
                    Tag { label: format::count(n), tone, icon: if tone == Tone::Danger { Glyph::Warning } else { Glyph::Clock } }
                }
            }
            if asks.is_empty() {
                p { class: "small", {tr("report-nothing")} }
            }
        }
        ReviewsLink { testid: "report-to-reviews" }
        if report.by_month.len() > 1 {
            Chart { months: report.by_month.clone() }
        }
        if !report.by_area.is_empty() {
            Section { title: tr("report-by-area"),
                AreaTable { lines: report.by_area.clone(), on_area }
            }
        }
        // A report of one category has nothing to compare.
        if report.category.is_none() && report.by_category.len() > 1 {
            Section { title: tr("report-by-category"),
                CategoryTable { lines: report.by_category.clone(), on_category }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        Fen, Month,
        indicators::{Figures, Indicator, Tally},
        wire::ReportLine,
    };

    use super::*;
    use crate::screens::{sample, tests::drawn};

    fn figures(visits: i64) -> Figures {
        let mut figures = Figures::default();
        figures.add(&Indicator::HomeVisit, Tally { n: visits, fen: Fen::ZERO });
        figures.add(&Indicator::AidMoney, Tally { n: 1, fen: Fen(20_050) });
        figures
    }

    fn report() -> Report {
        let month = |n| Month::new(2026, n).unwrap();
        Report {
            area: sample::village().at(shared::AreaLevel::Township).unwrap(),
            area_name: "安国镇".into(),
            period: "2026".parse().unwrap(),
            category: None,
            total: figures(62_000),
            by_area: vec![ReportLine { area: sample::village(), name: "老庄村".into(), figures: figures(40) }],
            by_category: vec![(Category::Orphan, figures(2))],
            by_month: vec![(month(10), figures(30)), (month(11), figures(10))],
            attention: Attention { overdue: 143, ..Attention::default() },
            as_of: sample::at(sample::day()),
        }
    }

    #[test]
    fn kept_figures_say_since_when() {
        let page =
            drawn(|| rsx! { ReportBody { report: report(), fresh: false, on_area: |_| {}, on_category: |_| {} } });
        assert!(page.contains("report-kept") && page.contains("62,000") && page.contains("143"), "{page}");
        assert!(page.contains("老庄村") && page.contains("<polyline"), "{page}");
        let page =
            drawn(|| rsx! { ReportBody { report: report(), fresh: true, on_area: |_| {}, on_category: |_| {} } });
        assert!(!page.contains("report-kept"), "{page}");
    }

    #[test]
    fn nothing_to_attend_to_is_said_too() {
        assert!(attention(&Attention::default()).is_empty());
        assert_eq!(attention(&report().attention).len(), 1);
    }
}
