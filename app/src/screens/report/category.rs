//! The category of people in a report: chosen above the figures, or in the table that compares them.

use dioxus::prelude::*;
use shared::{indicators::Figures, records::Category};

use super::table::{TableRow, figures_table};
use crate::{
    components::{Chips, Choice},
    i18n::{tr, tr_args},
    labels,
};

/// All categories, or one. Collapsed, so that the figures stay visible.
#[component]
pub(super) fn CategoryField(selected: Option<Category>, on_select: EventHandler<Option<Category>>) -> Element {
    let all = Choice::new(None, tr("report-all-categories")).testid("report-category-all");
    let each = Category::ALL.iter().map(|category| {
        let word = category.word();
        Choice::new(Some(category.clone()), labels::word("category", word)).testid(format!("report-category-{word}"))
    });
    let chosen = match &selected {
        Some(category) => labels::word("category", category.word()),
        None => tr("report-all-categories"),
    };
    rsx! {
        details { class: "as-table",
            summary { "data-testid": "report-category", {tr_args("report-of-category", &[("category", chosen.into())])} }
            Chips {
                label: tr("report-category"),
                options: [all].into_iter().chain(each).collect::<Vec<_>>(),
                selected: Some(selected),
                required: true,
                testid: "report-categories",
                on_select: move |chosen: Option<Option<Category>>| on_select.call(chosen.flatten()),
            }
        }
    }
}

#[component]
pub(super) fn CategoryTable(lines: Vec<(Category, Figures)>, on_category: EventHandler<Category>) -> Element {
    let lines = lines.into_iter().map(|(category, figures)| TableRow {
        name: labels::word("category", category.word()),
        testid: format!("report-by-category-{category}"),
        what: category,
        figures,
    });
    let first = tr("field-category");
    figures_table(tr("report-by-category"), first, "report-category-table", lines.collect(), on_category)
}
