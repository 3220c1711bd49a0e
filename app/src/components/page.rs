//! The frame of a screen: the top bar, the scrolling body, the fixed foot.

use dioxus::prelude::*;

/// `top` is a [`TopBar`](super::TopBar). `foot` contains the main button and stays visible.
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

/// Content under a heading.
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
