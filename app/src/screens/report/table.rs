//! The six figures of each area below. The name opens the area; the table scrolls sideways with the names in sight.

use device_core::views::AreaView;
use dioxus::prelude::*;
use shared::wire::ReportLine;

use crate::{i18n::tr, words};

pub(super) const COLUMNS: [&str; 6] = ["home_visit", "contact", "policies", "solved", "deed", "aid"];

#[component]
pub(super) fn AreaTable(lines: Vec<ReportLine>, on_area: EventHandler<AreaView>) -> Element {
    rsx! {
        div { class: "table-scroll", tabindex: "0", role: "region", aria_label: tr("report-by-area"),
            table { class: "figures-table", "data-testid": "report-table",
                thead {
                    tr {
                        th { scope: "col", {tr("field-area")} }
                        for column in COLUMNS {
                            th { key: "{column}", scope: "col", {words::word("indicator", column)} }
                        }
                    }
                }
                tbody {
                    for line in lines {
                        tr { key: "{line.area}",
                            th { scope: "row",
                                button {
                                    r#type: "button",
                                    class: "table-open",
                                    "data-testid": "report-area-{line.area}",
                                    onclick: {
                                        let area = AreaView { code: line.area, name: line.name.clone() };
                                        move |_| on_area.call(area.clone())
                                    },
                                    {line.name.clone()}
                                }
                            }
                            for (at, value) in super::six(&line.figures).into_iter().enumerate() {
                                td { key: "{at}", {value.1} }
                            }
                        }
                    }
                }
            }
        }
        p { class: "small", {tr("report-table-hint")} }
    }
}
