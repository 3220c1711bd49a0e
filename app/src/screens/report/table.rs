//! The six figures of each area below, or of each category. The table scrolls sideways while the names stay visible.

use device_core::views::AreaView;
use dioxus::prelude::*;
use shared::{indicators::Figures, wire::ReportLine};

use super::headline_figures::six;
use crate::{i18n::tr, labels};

const COLUMNS: [&str; 6] = ["home_visit", "contact", "policies", "solved", "deed", "aid"];

/// A line of the table.
pub(super) struct TableRow<T> {
    /// The value for `on_open`.
    pub what: T,
    pub name: String,
    pub testid: String,
    pub figures: Figures,
}

/// A table of figures. `first` is the heading of the names, which open their row.
pub(super) fn figures_table<T: Clone + 'static>(
    label: String,
    first: String,
    testid: &'static str,
    lines: Vec<TableRow<T>>,
    on_open: EventHandler<T>,
) -> Element {
    rsx! {
        div { class: "table-scroll", tabindex: "0", role: "region", aria_label: label,
            table { class: "figures-table", "data-testid": testid,
                thead {
                    tr {
                        th { scope: "col", {first} }
                        for column in COLUMNS {
                            th { key: "{column}", scope: "col", {labels::word("indicator", column)} }
                        }
                    }
                }
                tbody {
                    for TableRow { what, name, testid, figures } in lines {
                        tr { key: "{testid}",
                            th { scope: "row",
                                button {
                                    r#type: "button",
                                    class: "table-open",
                                    "data-testid": testid.clone(),
                                    onclick: move |_| on_open.call(what.clone()),
                                    {name}
                                }
                            }
                            for (at, value) in six(&figures).into_iter().enumerate() {
                                td { key: "{at}", {value.1} }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[component]
pub(super) fn AreaTable(lines: Vec<ReportLine>, on_area: EventHandler<AreaView>) -> Element {
    let lines = lines.into_iter().map(|line| TableRow {
        testid: format!("report-area-{}", line.area),
        what: AreaView { code: line.area, name: line.name.clone() },
        name: line.name,
        figures: line.figures,
    });
    rsx! {
        {figures_table(tr("report-by-area"), tr("field-area"), "report-table", lines.collect(), on_area)}
        p { class: "small", {tr("report-table-hint")} }
    }
}
