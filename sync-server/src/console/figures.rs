//! Figures of a report: the six headline figures as cards and as lines of a table, and all others.

use super::{
    format::{count, wan},
    page_locale::PageLocale,
};
use maud::{Markup, html};
use shared::indicators::{Figures, Indicator};

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

/// The six figures as cards.
pub fn cards(figures: &Figures, locale: &PageLocale) -> Markup {
    html! {
        section.figures aria-label=(locale.t("console-six")) {
            @for (key, value) in six(figures) {
                div.card {
                    p.label { (locale.t(key)) " " span.unit { (locale.t(&format!("{key}-unit"))) } }
                    p.value { (value) }
                }
            }
        }
    }
}

/// The head of a table of the six figures, below a first column.
pub fn head_row(first: &str, locale: &PageLocale) -> Markup {
    html! {
        thead { tr {
            th scope="col" { (locale.t(first)) }
            @for (key, _) in six(&Figures::default()) {
                th scope="col" { (locale.t(key)) " " span.unit { (locale.t(&format!("{key}-unit"))) } }
            }
        } }
    }
}

/// The cells of a line of that table.
pub fn cells(figures: &Figures) -> Markup {
    html! { @for (_, value) in six(figures) { td { (value) } } }
}

/// All other figures: the parts of the six, and what counts apart from them.
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

/// All other figures as a list, folded.
pub fn more(figures: &Figures, locale: &PageLocale) -> Markup {
    html! {
        section.card.slim {
            details {
                summary { (locale.t("console-more")) }
                dl.more {
                    @for (indicator, value) in others(figures) {
                        div { dt { (locale.t(&format!("console-indicator-{indicator}"))) } dd { (value) } }
                    }
                }
            }
        }
    }
}
