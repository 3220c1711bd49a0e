//! `GET /console/report?area=…&period=…&category=…`: the six figures, what needs attention, then tables.
//!
//! - 200 the page · 303 to the log-in · 400 an invalid query · 403 an area outside the viewer's

use super::{
    address::address,
    chart,
    figures::{cards, cells, head_row, more},
    format::{count, moment, period},
    page::{self, Layout},
    page_locale::PageLocale,
    refusal,
    signed_in::SignedIn,
    state::Console,
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
    records::Category,
    wire::{ErrorCode, Report, ReportRequest, report::Attention},
};
use std::sync::Arc;

/// The first year with figures.
const SINCE: i16 = 2023;

/// The query string of the report; each part may be missing.
#[derive(Debug, Default, Deserialize)]
pub struct ReportQuery {
    area: Option<String>,
    period: Option<String>,
    category: Option<String>,
}

impl ReportQuery {
    /// The request to the core: by default for the viewer's first area and the present year in Shanghai. `None` when a
    /// part is invalid.
    pub fn request(&self, signed_in: &SignedIn, now_ms: i64) -> Option<ReportRequest> {
        let given = |part: &Option<String>| part.clone().filter(|t| !t.is_empty());
        let area = match given(&self.area) {
            Some(text) => text.parse().ok()?,
            None => *signed_in.viewer.areas.first()?,
        };
        let period = match given(&self.period) {
            Some(text) => text.parse().ok()?,
            None => Period::Year(Day::of_utc_ms(now_ms).month().year),
        };
        let category = given(&self.category).map(|word| Category::from(word.as_str()));
        Some(ReportRequest { area, period, category })
    }
}

/// The page.
pub async fn show<S: Store>(
    State(console): State<Arc<Console<S>>>,
    signed_in: SignedIn,
    Query(query): Query<ReportQuery>,
) -> Response {
    let Some(request) = query.request(&signed_in, console.core.now_ms()) else {
        return refusal::refused(&signed_in.locale, Some(&signed_in), &ErrorCode::Malformed);
    };
    match view(&console, &signed_in, request).await {
        Ok(page) => page.into_response(),
        Err(error) => refusal::failed(&signed_in.locale, Some(&signed_in), error),
    }
}

async fn view<S: Store>(
    console: &Console<S>,
    signed_in: &SignedIn,
    request: ReportRequest,
) -> Result<Markup, CoreError> {
    let report = console.core.report_for(&signed_in.viewer, request).await?;
    let above: Vec<AreaCode> = report.area.ancestry().skip(1).filter(|area| signed_in.viewer.may_see(area)).collect();
    let trail = names(console, &above).await?;
    let roots = names(console, &signed_in.viewer.areas).await?;
    let locale = &signed_in.locale;
    let title = format!("{} · {}", report.area_name, period(report.period, locale));
    let content = html! {
        (crumbs(&report, &trail, &roots, locale))
        div.head {
            h1 { (report.area_name) span.of { (locale.t("console-report-of")) } }
            (filters(&report, locale))
        }
        (cards(&report.total, locale))
        div.two {
            section.card { (chart::by_month(&report, locale)) }
            section.card { (attention(&report.attention, report.area, locale)) }
        }
        (by_area(&report, locale))
        (by_category(&report, locale))
        (more(&report.total, locale))
        p.as-of { (locale.tw("console-as-of", &[("at", moment(report.as_of).into())])) }
    };
    Ok(page::page(&Layout { locale, signed_in: Some(signed_in), title, menu_path: "/console/report" }, content))
}

/// The areas with their names, in the same order. An area without a record has its code as its name.
async fn names<S: Store>(console: &Console<S>, areas: &[AreaCode]) -> Result<Vec<(AreaCode, String)>, CoreError> {
    let rows = console.core.rows(areas.iter().map(area_id).collect()).await?;
    let name = |area: &AreaCode| {
        let row = rows.iter().find(|row| row.id == area_id(area));
        row.and_then(|row| row.fields.text("name")).unwrap_or(area.as_str()).to_owned()
    };
    Ok(areas.iter().map(|area| (*area, name(area))).collect())
}

/// The address of the same report for another area.
fn report_address(report: &Report, area: AreaCode) -> String {
    let period = report.period.to_string();
    let category = report.category.as_ref().map(|category| ("category", category.word()));
    let query = [("area", area.as_str()), ("period", &period)].into_iter().chain(category);
    address("/console/report", query)
}

/// Links to the areas above, and to the viewer's areas.
fn crumbs(report: &Report, trail: &[(AreaCode, String)], roots: &[(AreaCode, String)], locale: &PageLocale) -> Markup {
    html! {
        @if !trail.is_empty() || roots.len() > 1 { nav.crumbs aria-label=(locale.t("console-crumbs")) {
            ol {
                @for (area, name) in trail.iter().rev() {
                    li { a href=(report_address(report, *area)) { (name) } }
                }
                li aria-current="page" { (report.area_name) }
            }
            @if roots.len() > 1 {
                span.also { (locale.t("console-my-areas")) }
                ol.roots {
                    @for (area, name) in roots { li { a href=(report_address(report, *area)) { (name) } } }
                }
            }
        } }
    }
}

fn filters(report: &Report, locale: &PageLocale) -> Markup {
    let today = report.as_of.day().month();
    let option = |choice: Period| {
        html! { option value=(choice) selected[choice == report.period] { (period(choice, locale)) } }
    };
    let offered = offered(today);
    let also = (!offered.iter().any(|(_, group)| group.contains(&report.period))).then_some(report.period);
    html! {
        form.filters method="get" action="/console/report" {
            input type="hidden" name="area" value=(report.area.as_str());
            label {
                span { (locale.t("console-period")) }
                select name="period" {
                    @if let Some(also) = also { (option(also)) }
                    @for (key, group) in &offered {
                        optgroup label=(locale.t(key)) { @for choice in group { (option(*choice)) } }
                    }
                }
            }
            label {
                span { (locale.t("console-category")) }
                select name="category" {
                    option value="" selected[report.category.is_none()] { (locale.t("console-all-categories")) }
                    @for category in Category::ALL {
                        option value=(category.word()) selected[report.category.as_ref() == Some(category)] {
                            (category_name(category, locale))
                        }
                    }
                }
            }
            button type="submit" { (locale.t("console-show")) }
            // A button of the same form, so that it exports what is chosen now.
            button.line type="submit" formaction="/console/report.csv" { (locale.t("console-csv")) }
        }
    }
}

/// The periods to choose from, in groups: all years, and the quarters and months of the last two years.
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

/// The name of a category; a category of a newer client keeps its word.
pub fn category_name(category: &Category, locale: &PageLocale) -> String {
    if category.is_known() { locale.t(&format!("category-{category}")) } else { category.word().to_owned() }
}

fn attention(attention: &Attention, area: AreaCode, locale: &PageLocale) -> Markup {
    let lines = [
        ("overdue", "clock", attention.overdue),
        ("reviews", "question", attention.reviews),
        ("photos", "photo", attention.photos_missing),
        ("needs", "chat", attention.needs_open),
        ("silent", "offline", attention.silent_devices),
    ];
    html! {
        h2 { (locale.t("console-attention")) }
        ul.attention {
            @for (what, icon, n) in lines {
                li class=(if n == 0 { "none" } else { what }) {
                    (page::icon(icon))
                    span {
                        @if what == "reviews" {
                            a href={ "/console/reviews?area=" (area) } { (locale.t("console-attention-reviews")) }
                        } @else {
                            (locale.t(&format!("console-attention-{what}")))
                        }
                    }
                    b.tag { (locale.tw(&format!("console-attention-{what}-n"), &[("n", count(n).into())])) }
                }
            }
        }
    }
}

fn by_area(report: &Report, locale: &PageLocale) -> Markup {
    html! {
        section.card.table {
            h2 { (locale.t("console-by-area")) }
            @if report.by_area.is_empty() {
                p.empty { (locale.t("console-no-areas-below")) }
            } @else {
                div.scroll tabindex="0" {
                    table {
                        (head_row("console-area", locale))
                        tbody {
                            @for line in &report.by_area {
                                tr { th scope="row" { a href=(report_address(report, line.area)) { (line.name) } } (cells(&line.figures)) }
                            }
                        }
                        tfoot { tr { th scope="row" { (locale.t("console-total")) } (cells(&report.total)) } }
                    }
                }
            }
        }
    }
}

fn by_category(report: &Report, locale: &PageLocale) -> Markup {
    html! {
        @if !report.by_category.is_empty() {
            section.card.table {
                h2 { (locale.t("console-by-category")) }
                div.scroll tabindex="0" {
                    table {
                        (head_row("console-category", locale))
                        tbody {
                            @for (category, figures) in &report.by_category {
                                tr { th scope="row" { (category_name(category, locale)) } (cells(figures)) }
                            }
                        }
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
}
