//! The path from the supervisor's area down to the present one.

use device_core::views::AreaView;
use dioxus::prelude::*;

use crate::{
    components::{Glyph, Icon},
    i18n::tr,
};

/// Each area of the path but the last opens its report.
#[component]
pub(super) fn Breadcrumb(path: Vec<AreaView>, on_press: EventHandler<usize>) -> Element {
    let last = path.len().saturating_sub(1);
    rsx! {
        nav { class: "crumbs", aria_label: tr("field-area"), "data-testid": "report-area",
            for (at, area) in path.into_iter().enumerate() {
                if at > 0 {
                    Icon { glyph: Glyph::Chevron, small: true }
                }
                if at < last {
                    button { key: "{area.code}", r#type: "button", class: "crumb", "data-testid": "crumb-{area.code}", onclick: move |_| on_press.call(at),
                        {shown(&area)}
                    }
                } else {
                    span { key: "{area.code}", class: "crumb here", aria_current: "page", {shown(&area)} }
                }
            }
        }
    }
}

fn shown(area: &AreaView) -> String {
    if area.name.is_empty() { tr("report-my-area") } else { area.name.clone() }
}
