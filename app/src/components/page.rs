//! The frame of a screen: a bar, what scrolls, and what stays at the thumb.

use dioxus::prelude::*;

/// `top` is a [`TopBar`](super::TopBar); `foot` holds the main button and stays in sight.
#[component]
pub fn Page(top: Element, foot: Option<Element>, testid: Option<String>, children: Element) -> Element {
    rsx! {
        div { class: "page", "data-testid": testid,
            {top}
            main { class: "page-body", {children} }
            if let Some(foot) = foot {
                div { class: "page-foot", {foot} }
            }
        }
    }
}

/// Things under a heading.
#[component]
pub fn Section(title: String, trailing: Option<Element>, testid: Option<String>, children: Element) -> Element {
    rsx! {
        section { class: "section", "data-testid": testid,
            h2 { class: "section-title",
                span { {title} }
                {trailing}
            }
            {children}
        }
    }
}
