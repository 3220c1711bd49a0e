//! The layout of every page, and the pieces that several pages use.

use super::{page_locale::PageLocale, signed_in::SignedIn};
use crate::text::Lang;
use axum::{http::header, response::IntoResponse};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::sync::LazyLock;

const STYLE: &str = include_str!("../../../assets/console/console.css");

/// A hash of the style sheet in its address, so that browsers may cache it for ever.
static STYLE_VERSION: LazyLock<String> = LazyLock::new(|| shared::chain::sha256_hex(STYLE.as_bytes())[..12].to_owned());

/// The style sheet.
pub async fn style() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, STYLE)
}

/// What a page shows around its content.
pub struct Layout<'a> {
    pub locale: &'a PageLocale,
    pub signed_in: Option<&'a SignedIn>,
    pub title: String,
    /// The path of the current menu entry; empty for none.
    pub menu_path: &'a str,
}

/// A whole page.
pub fn page(layout: &Layout<'_>, content: Markup) -> Markup {
    let locale = layout.locale;
    html! {
        (DOCTYPE)
        html lang=(locale.lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (layout.title) " · " (locale.t("console-brand")) }
                link rel="stylesheet" href={ "/console/style.css?v=" (*STYLE_VERSION) };
            }
            body {
                a.skip href="#main" { (locale.t("console-skip")) }
                header.bar {
                    a.brand href="/console/report" { (knot()) span { (locale.t("console-brand")) } }
                    @if let Some(signed_in) = layout.signed_in { (menu(layout.menu_path, signed_in)) }
                    div.me {
                        @for lang in Lang::ALL.into_iter().filter(|l| *l != locale.lang) {
                            a lang=(lang.code()) href=(locale.in_lang(lang)) { (crate::text::tr(lang, "console-language")) }
                        }
                        @if let Some(signed_in) = layout.signed_in {
                            span.who { (signed_in.viewer.name) }
                            form method="post" action="/console/logout" {
                                (csrf(signed_in))
                                button.quiet type="submit" { (locale.t("console-log-out")) }
                            }
                        }
                    }
                }
                main #main { (content) }
            }
        }
    }
}

fn menu(menu_path: &str, signed_in: &SignedIn) -> Markup {
    let mut entries = vec![("/console/report", "console-menu-report"), ("/console/reviews", "console-menu-reviews")];
    if signed_in.viewer.is_administrator() {
        entries.extend([
            ("/console/devices", "console-menu-devices"),
            ("/console/enrol", "console-menu-enrol"),
            ("/console/bundle", "console-menu-bundle"),
        ]);
    }
    html! {
        nav.menu aria-label=(signed_in.locale.t("console-menu")) {
            @for (path, key) in entries {
                a href=(path) aria-current=[(path == menu_path).then_some("page")] { (signed_in.locale.t(key)) }
            }
        }
    }
}

/// The hidden field with the session's token, for every form.
pub fn csrf(signed_in: &SignedIn) -> Markup {
    html! { input type="hidden" name="csrf" value=(signed_in.csrf); }
}

/// A highlighted sentence; `kind` is `error`, `warning` or `good`.
pub fn note(kind: &str, text: &str) -> Markup {
    html! {
        p class={ "note " (kind) } role=[(kind == "error").then_some("alert")] {
            (icon(if kind == "good" { "check" } else { "warning" })) span { (text) }
        }
    }
}

macro_rules! icons {
    ($($name:literal),+ $(,)?) => {
        /// An icon in the colour of the text, hidden from screen readers. An unknown name gives an empty one.
        pub fn icon(name: &str) -> Markup {
            let svg = match name {
                $($name => include_str!(concat!("../../../assets/icons/", $name, ".svg")),)+
                _ => "",
            };
            html! { span.icon aria-hidden="true" { (PreEscaped(svg)) } }
        }
    };
}
icons!["check", "warning", "clock", "question", "photo", "chat", "offline", "phone", "upload"];

/// The product's logo: two loops of one line.
fn knot() -> Markup {
    html! {
        svg.knot viewBox="0 0 128 128" aria-hidden="true" {
            g fill="none" stroke-width="10" stroke-linejoin="round" {
                path.gold d="M81 98C59 83 52 69 52 56a15 15 0 0 1 29-5 15 15 0 0 1 29 5c0 13-7 27-29 42z" {}
                path.white d="M47 84C25 69 18 55 18 42a15 15 0 0 1 29-5 15 15 0 0 1 29 5c0 13-7 27-29 42z" {}
            }
        }
    }
}
