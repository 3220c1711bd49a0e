//! Visits and contacts by month: two lines that differ in dashes as well as colour, and the same as a table.

use dioxus::prelude::*;
use shared::{Month, indicators::Figures};

use crate::{
    components::Card,
    i18n::{format, tr},
    labels,
};

/// In units of the drawing, which is scaled to the width of its card.
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 140.0;
const PAD: f64 = 10.0;

/// A round number at or above `max`.
fn ceiling(max: i64) -> i64 {
    let mut step = 1;
    while step * 10 <= max.max(1) {
        step *= 10;
    }
    [1, 2, 3, 4, 5, 6, 8, 10].into_iter().map(|n| n * step).find(|top| *top >= max).unwrap_or(max).max(1)
}

/// The corners of a line through `values`, from the left edge to the right.
fn corners(values: &[i64], top: i64) -> String {
    let last = values.len().saturating_sub(1).max(1) as f64;
    values
        .iter()
        .enumerate()
        .map(|(at, value)| {
            let x = PAD + at as f64 / last * (WIDTH - 2.0 * PAD);
            let y = HEIGHT - PAD - (*value as f64 / top as f64) * (HEIGHT - 2.0 * PAD);
            format!("{x:.1},{y:.1}")
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn name(month: Month) -> String {
    labels::month(month)
}

#[component]
pub(super) fn Chart(months: Vec<(Month, Figures)>) -> Element {
    let visits: Vec<i64> = months.iter().map(|(_, figures)| figures.visits()).collect();
    let contacts: Vec<i64> = months.iter().map(|(_, figures)| figures.contacts()).collect();
    let top = ceiling(visits.iter().chain(&contacts).copied().max().unwrap_or(0));
    let ends = months.first().zip(months.last()).map(|((first, _), (last, _))| (name(*first), name(*last)));
    rsx! {
        Card { title: tr("report-by-month"), testid: "report-chart",
            svg { class: "chart", view_box: "0 0 {WIDTH} {HEIGHT}", role: "img", "aria-label": tr("report-by-month"),
                for at in [0.0, 0.5, 1.0] {
                    line {
                        class: "chart-grid",
                        x1: PAD,
                        x2: WIDTH - PAD,
                        y1: PAD + at * (HEIGHT - 2.0 * PAD),
                        y2: PAD + at * (HEIGHT - 2.0 * PAD),
                    }
                }
                text { class: "chart-text", x: PAD, y: PAD + 12.0, {format::count(top)} }
                polyline { class: "chart-line visits", points: corners(&visits, top) }
                polyline { class: "chart-line contacts", points: corners(&contacts, top) }
            }
            if let Some((first, last)) = ends {
                div { class: "fact-row small",
                    span { {first} }
                    span { {last} }
                }
            }
            div { class: "cluster small",
                span { class: "chart-key visits", {labels::word("indicator", "home_visit")} }
                span { class: "chart-key contacts", {labels::word("indicator", "contact")} }
            }
            details { class: "as-table",
                summary { "data-testid": "report-chart-table", {tr("report-as-table")} }
                table { class: "figures-table",
                    thead {
                        tr {
                            th { scope: "col", {tr("report-month")} }
                            th { scope: "col", {labels::word("indicator", "home_visit")} }
                            th { scope: "col", {labels::word("indicator", "contact")} }
                        }
                    }
                    tbody {
                        for (month, figures) in months.clone() {
                            tr { key: "{month}",
                                th { scope: "row", {name(month)} }
                                td { {format::count(figures.visits())} }
                                td { {format::count(figures.contacts())} }
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
    fn the_scale_ends_on_a_round_number_above_everything() {
        for (max, top) in [(0, 1), (1, 1), (7, 8), (12, 20), (50, 50), (51, 60), (6_200, 8_000), (9_100, 10_000)] {
            assert_eq!(ceiling(max), top, "{max}");
        }
    }

    #[test]
    fn lines_run_from_edge_to_edge_and_stay_inside() {
        assert_eq!(corners(&[0, 10], 10), "10.0,130.0 310.0,10.0");
        assert_eq!(corners(&[5], 10), "10.0,70.0");
        assert_eq!(corners(&[], 1), "");
    }
}
