//! One category of people: chosen above the figures, or pressed in the table that sets them beside each other.

use dioxus::prelude::*;
use shared::{indicators::Figures, records::Category};

use super::table::{Line, figures_table};
use crate::{
    components::{Chips, Choice},
    i18n::{tr, tr_args},
    labels,
};

/// All of them, or one. Folded, so that the figures stay in sight.
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
    let lines = lines.into_iter().map(|(category, figures)| Line {
        name: labels::word("category", category.word()),
        testid: format!("report-by-category-{category}"),
        what: category,
        figures,
    });
    let first = tr("field-category");
    figures_table(tr("report-by-category"), first, "report-category-table", lines.collect(), on_category)
}
