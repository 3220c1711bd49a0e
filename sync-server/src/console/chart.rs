//! Visits and contacts by month, as an SVG that a screen reader can read and that needs no script; the same figures stand
//! in a table beside it.

use super::{
    format::{count, month, month_short},
    guard::Reader,
};
use maud::{Markup, html};
use shared::{Month, indicators::Figures, wire::Report};
use std::collections::BTreeMap;

/// The drawing's own units. It is drawn twice, because its letters shrink with it: for a desk and for a phone; the style
/// sheet shows one.
struct Size {
    class: &'static str,
    width: f64,
    /// Labels that fit below without touching.
    labels: usize,
}
const SIZES: [Size; 2] =
    [Size { class: "large", width: 560.0, labels: 7 }, Size { class: "small", width: 330.0, labels: 4 }];
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 30.0;

/// Every month of the period until now, those without records too: a gap is a fact.
pub fn months(report: &Report) -> Vec<(Month, Figures)> {
    let (first, last) = report.period.months();
    let last = last.min(report.as_of.day().month()).max(first);
    let mut figures: BTreeMap<Month, Figures> = report.by_month.iter().cloned().collect();
    (first.number()..=last.number())
        .map(|n| {
            let month = Month::from_number(n);
            (month, figures.remove(&month).unwrap_or_default())
        })
        .collect()
}

pub fn by_month(report: &Report, reader: &Reader) -> Markup {
    let months = months(report);
    html! {
        figure.chart {
            figcaption { h2 { (reader.t("console-by-month")) } (legend(reader)) }
            @for size in &SIZES { (svg(&months, size, reader)) }
            details {
                summary { (reader.t("console-as-table")) }
                div.scroll { (table(&months, reader)) }
            }
        }
    }
}

fn legend(reader: &Reader) -> Markup {
    html! {
        ul.legend {
            @for (class, key) in [("visits", "console-visits"), ("contacts", "console-contacts")] {
                li {
                    svg viewBox="0 0 28 8" aria-hidden="true" { path class=(class) d="M1 4H27" {} }
                    (reader.t(key))
                }
            }
        }
    }
}

fn table(months: &[(Month, Figures)], reader: &Reader) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { (reader.t("console-month-head")) }
                th scope="col" { (reader.t("console-visits")) }
                th scope="col" { (reader.t("console-contacts")) }
            } }
            tbody {
                @for (m, figures) in months {
                    tr { th scope="row" { (month(*m, reader)) } td { (count(figures.visits())) } td { (count(figures.contacts())) } }
                }
            }
        }
    }
}

fn svg(months: &[(Month, Figures)], size: &Size, reader: &Reader) -> Markup {
    let width = size.width;
    let series: [(&str, Vec<i64>); 2] = [
        ("visits", months.iter().map(|(_, f)| f.visits()).collect()),
        ("contacts", months.iter().map(|(_, f)| f.contacts()).collect()),
    ];
    let top = round_up(series.iter().flat_map(|(_, values)| values).copied().max().unwrap_or(0));
    let step = (width - LEFT - RIGHT) / (months.len().max(2) - 1) as f64;
    // A single month stands in the middle.
    let x = |at: usize| if months.len() == 1 { (LEFT + width - RIGHT) / 2.0 } else { LEFT + step * at as f64 };
    let y = |value: i64| HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value.max(0) as f64 / top as f64;
    let every = months.len().div_ceil(size.labels).max(1);
    html! {
        svg class=(size.class) viewBox={ "0 0 " (width) " " (HEIGHT) } role="img" aria-label=(in_words(months, reader)) {
            @for part in 0..=4_i64 {
                @let value = top / 4 * part;
                path.grid d={ "M" (LEFT) " " (one(y(value))) "H" (width - RIGHT) } {}
                text.tick x=(LEFT - 8.0) y=(one(y(value) + 4.5)) text-anchor="end" { (count(value)) }
            }
            @for (at, (month, _)) in months.iter().enumerate().filter(|(at, _)| at.is_multiple_of(every)) {
                text.tick x=(one(x(at))) y=(HEIGHT - 8.0) text-anchor="middle" { (axis_label(*month, at, months.len(), reader)) }
            }
            @for (class, values) in &series {
                polyline class=(class) points=(points(values, x, y)) {}
                @if values.len() <= 12 {
                    @for (at, value) in values.iter().enumerate() {
                        circle class=(class) cx=(one(x(at))) cy=(one(y(*value))) r="3.2" {}
                    }
                }
            }
        }
    }
}

fn axis_label(month: Month, at: usize, all: usize, reader: &Reader) -> String {
    // Over more than a year the month alone would not say which.
    if all > 12 || at == 0 && all == 1 { month.to_string() } else { month_short(month, reader) }
}

fn points(values: &[i64], x: impl Fn(usize) -> f64, y: impl Fn(i64) -> f64) -> String {
    values.iter().enumerate().map(|(at, v)| format!("{},{}", one(x(at)), one(y(*v)))).collect::<Vec<_>>().join(" ")
}

fn one(n: f64) -> String {
    format!("{n:.1}")
}

/// The next of 4, 8, 12, 20, 40, 60, 80, 100, 200 …: quarters of it are whole numbers.
fn round_up(max: i64) -> i64 {
    if max <= 4 {
        return 4;
    }
    let mut unit: i64 = 4;
    loop {
        for factor in [1, 2, 3, 5] {
            if let Some(candidate) = unit.checked_mul(factor).filter(|c| *c >= max) {
                return candidate;
            }
        }
        match unit.checked_mul(10) {
            Some(next) => unit = next,
            None => return i64::MAX / 4 * 4,
        }
    }
}

/// What the drawing shows, for those who do not see it.
fn in_words(months: &[(Month, Figures)], reader: &Reader) -> String {
    let (Some((first, _)), Some((last, _))) = (months.first(), months.last()) else {
        return reader.t("console-by-month");
    };
    let sum = |f: fn(&Figures) -> i64| count(months.iter().map(|(_, figures)| f(figures)).sum());
    let args = [
        ("from", month(*first, reader).into()),
        ("to", month(*last, reader).into()),
        ("visits", sum(Figures::visits).into()),
        ("contacts", sum(Figures::contacts).into()),
    ];
    reader.tw("console-chart-words", &args)
}

#[cfg(test)]
mod tests {
    use super::round_up;

    #[test]
    fn the_scale_ends_above_the_highest_value_at_a_number_with_whole_quarters() {
        for (max, top) in [(0, 4), (4, 4), (5, 8), (13, 20), (21, 40), (97, 120), (8_012, 12_000), (9_700, 12_000)] {
            assert_eq!(round_up(max), top, "{max}");
            assert_eq!(top % 4, 0);
        }
        assert!(round_up(i64::MAX) >= i64::MAX - 3);
    }
}
