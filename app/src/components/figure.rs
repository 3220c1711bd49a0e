//! A large number with its label. A press opens the records behind it.

use dioxus::prelude::*;

#[component]
pub fn Figure(
    label: String,
    /// Already formatted.
    value: String,
    unit: Option<String>,
    sub: Option<String>,
    on_press: Option<EventHandler<()>>,
    testid: Option<String>,
) -> Element {
    let body = rsx! {
        span { class: "figure-label", {label} }
        span { class: "figure-value",
            {value}
            if let Some(unit) = unit {
                span { class: "figure-unit", {unit} }
            }
        }
        if let Some(sub) = sub {
            span { class: "figure-label", {sub} }
        }
    };
    rsx! {
        if let Some(on_press) = on_press {
            button { r#type: "button", class: "figure", "data-testid": testid, onclick: move |_| on_press.call(()), {body} }
        } else {
            div { class: "figure", "data-testid": testid, {body} }
        }
    }
}
