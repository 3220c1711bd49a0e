//! `GET /console/report?area=…&period=…&category=…`: six figures first, what needs attention second, tables third.
//!
//! - 200 the page · 303 to the log-in · 400 an address that cannot be read · 403 not an area of the reader's

use super::{
    Console, chart,
    format::{count, moment, period, wan},
    guard::{self, Reader, Signed},
    now_ms,
    page::{self, Frame},
};
use crate::{core::CoreError, import::area_id, store::Store};
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use shared::{
    AreaCode, Day, Month, Period,
    indicators::{Figures, Indicator},
    records::Category,
    wire::{ErrorCode, Report, ReportRequest, report::Attention},
};
use std::sync::Arc;

/// The year the figures begin with.
const SINCE: i16 = 2023;

/// What the address says; each part may be missing.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    area: Option<String>,
    period: Option<String>,
    category: Option<String>,
}

impl Asked {
    /// `None` when a part cannot be read. Without an area the reader's own, without a period this year.
    pub fn request(&self, signed: &Signed) -> Option<ReportRequest> {
        let given = |part: &Option<String>| part.clone().filter(|t| !t.is_empty());
        let area = match given(&self.area) {
            Some(text) => text.parse().ok()?,
            None => *signed.viewer.areas.first()?,
        };
        let period = match given(&self.period) {
            Some(text) => text.parse().ok()?,
            None => Period::Year(Day::of_utc_ms(now_ms()).month().year),
        };
        let category = given(&self.category).map(|word| Category::from(word.as_str()));
        Some(ReportRequest { area, period, category })
    }
}

pub async fn show<S: Store>(
    State(console): State<Arc<Console<S>>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Response {
    let Some(request) = asked.request(&signed) else {
        return guard::refused(&signed.reader, Some(&signed), &ErrorCode::Malformed);
    };
    match view(&console, &signed, request).await {
        Ok(page) => page.into_response(),
        Err(error) => guard::failed(&signed.reader, Some(&signed), error),
    }
}

async fn view<S: Store>(console: &Console<S>, signed: &Signed, request: ReportRequest) -> Result<Markup, CoreError> {
    let report = console.core.report_for(&signed.viewer, request).await?;
    let above: Vec<AreaCode> = report.area.ancestry().skip(1).filter(|area| signed.viewer.may_see(area)).collect();
    let trail = names(console, &above).await?;
    let roots = names(console, &signed.viewer.areas).await?;
    let reader = &signed.reader;
    let title = format!("{} · {}", report.area_name, period(report.period, reader));
    let content = html! {
        (crumbs(&report, &trail, &roots, reader))
        div.head {
            h1 { (report.area_name) span.of { (reader.t("console-report-of")) } }
            (filters(&report, reader))
        }
        (cards(&report.total, reader))
        div.two {
            section.card { (chart::by_month(&report, reader)) }
            section.card { (attention(&report.attention, report.area, reader)) }
        }
        (by_area(&report, reader))
        (by_category(&report, reader))
        (more(&report.total, reader))
        p.as-of { (reader.tw("console-as-of", &[("at", moment(report.as_of).into())])) }
    };
    Ok(page::page(&Frame { reader, signed: Some(signed), title, here: "/console/report" }, content))
}

/// Areas with their names, in the order asked for; one without a record is called by its code.
async fn names<S: Store>(console: &Console<S>, areas: &[AreaCode]) -> Result<Vec<(AreaCode, String)>, CoreError> {
    let rows = console.core.rows(areas.iter().map(area_id).collect()).await?;
    let name = |area: &AreaCode| {
        let row = rows.iter().find(|row| row.id == area_id(area));
        row.and_then(|row| row.fields.text("name")).unwrap_or(area.as_str()).to_owned()
    };
    Ok(areas.iter().map(|area| (*area, name(area))).collect())
}

/// The address of the same report for another area.
fn address(report: &Report, area: AreaCode) -> String {
    let category = report.category.as_ref().map(|c| format!("&category={}", encode(c.word()))).unwrap_or_default();
    format!("/console/report?area={area}&period={}{category}", report.period)
}

/// A word in an address. Words of newer peers may hold anything.
fn encode(word: &str) -> String {
    word.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

fn crumbs(report: &Report, trail: &[(AreaCode, String)], roots: &[(AreaCode, String)], reader: &Reader) -> Markup {
    html! {
        @if !trail.is_empty() || roots.len() > 1 { nav.crumbs aria-label=(reader.t("console-crumbs")) {
            ol {
                @for (area, name) in trail.iter().rev() {
                    li { a href=(address(report, *area)) { (name) } }
                }
                li aria-current="page" { (report.area_name) }
            }
            @if roots.len() > 1 {
                span.also { (reader.t("console-my-areas")) }
                ol.roots {
                    @for (area, name) in roots { li { a href=(address(report, *area)) { (name) } } }
                }
            }
        } }
    }
}

fn filters(report: &Report, reader: &Reader) -> Markup {
    let today = report.as_of.day().month();
    let option = |choice: Period| {
        html! { option value=(choice) selected[choice == report.period] { (period(choice, reader)) } }
    };
    let offered = offered(today);
    let also = (!offered.iter().any(|(_, group)| group.contains(&report.period))).then_some(report.period);
    html! {
        form.filters method="get" action="/console/report" {
            input type="hidden" name="area" value=(report.area.as_str());
            label {
                span { (reader.t("console-period")) }
                select name="period" {
                    @if let Some(also) = also { (option(also)) }
                    @for (key, group) in &offered {
                        optgroup label=(reader.t(key)) { @for choice in group { (option(*choice)) } }
                    }
                }
            }
            label {
                span { (reader.t("console-category")) }
                select name="category" {
                    option value="" selected[report.category.is_none()] { (reader.t("console-all-categories")) }
                    @for category in Category::ALL {
                        option value=(category.word()) selected[report.category.as_ref() == Some(category)] {
                            (category_name(category, reader))
                        }
                    }
                }
            }
            button type="submit" { (reader.t("console-show")) }
            // A button of the same form, so that it takes what is chosen and not what was shown before.
            button.line type="submit" formaction="/console/report.csv" { (reader.t("console-csv")) }
        }
    }
}

/// Periods to choose from: since the beginning, years, quarters and months of the last two years.
fn offered(now: Month) -> Vec<(&'static str, Vec<Period>)> {
    let mut years: Vec<Period> = vec![Period::Since(SINCE)];
    years.extend((SINCE..=now.year).rev().map(Period::Year));
    let past = |n: i32| Month::from_number(now.number() - n);
    let quarters = (0..8).map(|n| {
        let month = past(n * 3);
        Period::Quarter { year: month.year, quarter: (month.month - 1) / 3 + 1 }
    });
    vec![
        ("console-group-years", years),
        ("console-group-quarters", quarters.collect()),
        ("console-group-months", (0..24).map(|n| Period::Month(past(n))).collect()),
    ]
}

pub fn category_name(category: &Category, reader: &Reader) -> String {
    if category.is_known() { reader.t(&format!("category-{category}")) } else { category.word().to_owned() }
}

/// The six headline figures with their labels.
pub fn six(figures: &Figures) -> [(&'static str, String); 6] {
    [
        ("console-visits", count(figures.visits())),
        ("console-contacts", count(figures.contacts())),
        ("console-policies", count(figures.policies())),
        ("console-solved", count(figures.solved())),
        ("console-deeds", count(figures.deeds())),
        ("console-aid", wan(figures.aid())),
    ]
}

fn cards(figures: &Figures, reader: &Reader) -> Markup {
    html! {
        section.figures aria-label=(reader.t("console-six")) {
            @for (key, value) in six(figures) {
                div.card {
                    p.label { (reader.t(key)) " " span.unit { (reader.t(&format!("{key}-unit"))) } }
                    p.value { (value) }
                }
            }
        }
    }
}

fn attention(attention: &Attention, area: AreaCode, reader: &Reader) -> Markup {
    let lines = [
        ("overdue", "clock", attention.overdue),
        ("reviews", "question", attention.reviews),
        ("photos", "photo", attention.photos_missing),
        ("needs", "chat", attention.needs_open),
        ("silent", "offline", attention.silent_devices),
    ];
    html! {
        h2 { (reader.t("console-attention")) }
        ul.attention {
            @for (what, icon, n) in lines {
                li class=(if n == 0 { "none" } else { what }) {
                    (page::icon(icon))
                    span {
                        @if what == "reviews" {
                            a href={ "/console/reviews?area=" (area) } { (reader.t("console-attention-reviews")) }
                        } @else {
                            (reader.t(&format!("console-attention-{what}")))
                        }
                    }
                    b.tag { (reader.tw(&format!("console-attention-{what}-n"), &[("n", count(n).into())])) }
                }
            }
        }
    }
}

fn head_row(first: &str, reader: &Reader) -> Markup {
    html! {
        thead { tr {
            th scope="col" { (reader.t(first)) }
            @for (key, _) in six(&Figures::default()) {
                th scope="col" { (reader.t(key)) " " span.unit { (reader.t(&format!("{key}-unit"))) } }
            }
        } }
    }
}

fn cells(figures: &Figures) -> Markup {
    html! { @for (_, value) in six(figures) { td { (value) } } }
}

fn by_area(report: &Report, reader: &Reader) -> Markup {
    html! {
        section.card.table {
            h2 { (reader.t("console-by-area")) }
            @if report.by_area.is_empty() {
                p.empty { (reader.t("console-no-areas-below")) }
            } @else {
                div.scroll tabindex="0" {
                    table {
                        (head_row("console-area", reader))
                        tbody {
                            @for line in &report.by_area {
                                tr { th scope="row" { a href=(address(report, line.area)) { (line.name) } } (cells(&line.figures)) }
                            }
                        }
                        tfoot { tr { th scope="row" { (reader.t("console-total")) } (cells(&report.total)) } }
                    }
                }
            }
        }
    }
}

fn by_category(report: &Report, reader: &Reader) -> Markup {
    html! {
        @if !report.by_category.is_empty() {
            section.card.table {
                h2 { (reader.t("console-by-category")) }
                div.scroll tabindex="0" {
                    table {
                        (head_row("console-category", reader))
                        tbody {
                            @for (category, figures) in &report.by_category {
                                tr { th scope="row" { (category_name(category, reader)) } (cells(figures)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Figures beside the six: their parts, and what is kept apart from them.
pub fn others(figures: &Figures) -> Vec<(Indicator, String)> {
    let money = |i: &Indicator| {
        matches!(i, Indicator::AidMoney | Indicator::AidGoods | Indicator::Benefit | Indicator::Donation)
    };
    let apart = Indicator::ALL
        .iter()
        .filter(|i| !matches!(i, Indicator::HomeVisit | Indicator::Contact | Indicator::Solved | Indicator::Deed));
    apart
        .map(|i| {
            let tally = figures.get(i.clone());
            (i.clone(), if money(i) { wan(tally.fen) } else { count(tally.n) })
        })
        .collect()
}

fn more(figures: &Figures, reader: &Reader) -> Markup {
    html! {
        section.card.slim {
            details {
                summary { (reader.t("console-more")) }
                dl.more {
                    @for (indicator, value) in others(figures) {
                        div { dt { (reader.t(&format!("console-indicator-{indicator}"))) } dd { (value) } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_and_months_offered_reach_back_two_years_without_gaps() {
        let offered = offered(Month::new(2026, 1).unwrap());
        assert_eq!(offered[0].1[0], Period::Since(2023));
        assert_eq!(offered[0].1.len(), 5);
        let quarters: Vec<String> = offered[1].1.iter().map(Period::to_string).collect();
        assert_eq!(quarters[..3], ["2026-Q1", "2025-Q4", "2025-Q3"]);
        assert_eq!(offered[2].1[23].to_string(), "2024-02");
    }

    #[test]
    fn a_word_of_a_newer_peer_cannot_leave_its_place_in_an_address() {
        assert_eq!(encode("a&area=62\"'<"), "a%26area%3D62%22%27%3C");
    }
}
