//! Visits and contacts by month, as an SVG that needs no script and has a label for screen readers. A table below holds
//! the same figures.

use super::{
    format::{count, month, month_short},
    page_locale::PageLocale,
};
use maud::{Markup, html};
use shared::{Month, indicators::Figures, wire::Report};
use std::collections::BTreeMap;

/// A size in units of the drawing. Letters shrink with the drawing, so it is drawn once for desktops and once for
/// phones; the style sheet shows one of them.
struct Size {
    class: &'static str,
    width: f64,
    /// How many month labels fit side by side.
    labels: usize,
}
const SIZES: [Size; 2] =
    [Size { class: "large", width: 560.0, labels: 7 }, Size { class: "small", width: 330.0, labels: 4 }];
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 30.0;

/// Every month of the period up to the present one, with zeros for months without records.
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

/// The chart with its legend and its table.
pub fn by_month(report: &Report, locale: &PageLocale) -> Markup {
    let months = months(report);
    html! {
        figure.chart {
            figcaption { h2 { (locale.t("console-by-month")) } (legend(locale)) }
            @for size in &SIZES { (svg(&months, size, locale)) }
            details {
                summary { (locale.t("console-as-table")) }
                div.scroll { (table(&months, locale)) }
            }
        }
    }
}

fn legend(locale: &PageLocale) -> Markup {
    html! {
        ul.legend {
            @for (class, key) in [("visits", "console-visits"), ("contacts", "console-contacts")] {
                li {
                    svg viewBox="0 0 28 8" aria-hidden="true" { path class=(class) d="M1 4H27" {} }
                    (locale.t(key))
                }
            }
        }
    }
}

fn table(months: &[(Month, Figures)], locale: &PageLocale) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { (locale.t("console-month-head")) }
                th scope="col" { (locale.t("console-visits")) }
                th scope="col" { (locale.t("console-contacts")) }
            } }
            tbody {
                @for (m, figures) in months {
                    tr { th scope="row" { (month(*m, locale)) } td { (count(figures.visits())) } td { (count(figures.contacts())) } }
                }
            }
        }
    }
}

fn svg(months: &[(Month, Figures)], size: &Size, locale: &PageLocale) -> Markup {
    let width = size.width;
    let series: [(&str, Vec<i64>); 2] = [
        ("visits", months.iter().map(|(_, f)| f.visits()).collect()),
        ("contacts", months.iter().map(|(_, f)| f.contacts()).collect()),
    ];
    let top = round_up(series.iter().flat_map(|(_, values)| values).copied().max().unwrap_or(0));
    let step = (width - LEFT - RIGHT) / (months.len().max(2) - 1) as f64;
    // A single month is centred.
    let x = |at: usize| if months.len() == 1 { (LEFT + width - RIGHT) / 2.0 } else { LEFT + step * at as f64 };
    let y = |value: i64| HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value.max(0) as f64 / top as f64;
    let every = months.len().div_ceil(size.labels).max(1);
    html! {
        svg class=(size.class) viewBox={ "0 0 " (width) " " (HEIGHT) } role="img" aria-label=(in_words(months, locale)) {
            @for part in 0..=4_i64 {
                @let value = top / 4 * part;
                path.grid d={ "M" (LEFT) " " (one(y(value))) "H" (width - RIGHT) } {}
                text.tick x=(LEFT - 8.0) y=(one(y(value) + 4.5)) text-anchor="end" { (count(value)) }
            }
            @for (at, (month, _)) in months.iter().enumerate().filter(|(at, _)| at.is_multiple_of(every)) {
                text.tick x=(one(x(at))) y=(HEIGHT - 8.0) text-anchor="middle" { (axis_label(*month, at, months.len(), locale)) }
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

fn axis_label(month: Month, at: usize, all: usize, locale: &PageLocale) -> String {
    // Over more than a year the name of a month is ambiguous.
    if all > 12 || at == 0 && all == 1 { month.to_string() } else { month_short(month, locale) }
}

/// The `points` of a polyline.
fn points(values: &[i64], x: impl Fn(usize) -> f64, y: impl Fn(i64) -> f64) -> String {
    values.iter().enumerate().map(|(at, v)| format!("{},{}", one(x(at)), one(y(*v)))).collect::<Vec<_>>().join(" ")
}

/// One decimal: enough for a drawing of 560 units.
fn one(n: f64) -> String {
    format!("{n:.1}")
}

/// The next of 4, 8, 12, 20, 40, 80, 120, 200 …: the top of the scale, whose quarters are whole numbers.
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

/// The chart as a sentence, for screen readers.
fn in_words(months: &[(Month, Figures)], locale: &PageLocale) -> String {
    let (Some((first, _)), Some((last, _))) = (months.first(), months.last()) else {
        return locale.t("console-by-month");
    };
    let sum = |f: fn(&Figures) -> i64| count(months.iter().map(|(_, figures)| f(figures)).sum());
    let args = [
        ("from", month(*first, locale).into()),
        ("to", month(*last, locale).into()),
        ("visits", sum(Figures::visits).into()),
        ("contacts", sum(Figures::contacts).into()),
    ];
    locale.tw("console-chart-words", &args)
}

#[cfg(test)]
mod tests {
    use super::round_up;

    #[test]
    fn the_scale_ends_at_or_above_the_highest_value_and_has_whole_quarters() {
        for (max, top) in [(0, 4), (4, 4), (5, 8), (13, 20), (21, 40), (97, 120), (8_012, 12_000), (9_700, 12_000)] {
            assert_eq!(round_up(max), top, "{max}");
            assert_eq!(top % 4, 0);
        }
        assert!(round_up(i64::MAX) >= i64::MAX - 3);
    }
}
