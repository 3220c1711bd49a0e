//! The frame around every page, and the pieces that several pages use.

use super::guard::{Reader, Signed};
use crate::text::Lang;
use axum::{http::header, response::IntoResponse};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::sync::LazyLock;

const STYLE: &str = include_str!("../../../assets/console/console.css");

/// Changes with the style sheet, so that browsers may keep it for good.
static STYLE_VERSION: LazyLock<String> = LazyLock::new(|| shared::chain::sha256_hex(STYLE.as_bytes())[..12].to_owned());

pub async fn style() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, STYLE)
}

pub struct Frame<'a> {
    pub reader: &'a Reader,
    pub signed: Option<&'a Signed>,
    pub title: String,
    /// Path of the menu entry that is open.
    pub here: &'a str,
}

pub fn page(frame: &Frame<'_>, content: Markup) -> Markup {
    let reader = frame.reader;
    html! {
        (DOCTYPE)
        html lang=(reader.lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (frame.title) " · " (reader.t("console-brand")) }
                link rel="stylesheet" href={ "/console/style.css?v=" (*STYLE_VERSION) };
            }
            body {
                a.skip href="#main" { (reader.t("console-skip")) }
                header.bar {
                    a.brand href="/console/report" { (knot()) span { (reader.t("console-brand")) } }
                    @if let Some(signed) = frame.signed { (menu(frame.here, signed)) }
                    div.me {
                        @for lang in Lang::ALL.into_iter().filter(|l| *l != reader.lang) {
                            a lang=(lang.code()) href=(reader.in_lang(lang)) { (crate::text::tr(lang, "console-language")) }
                        }
                        @if let Some(signed) = frame.signed {
                            span.who { (signed.viewer.name) }
                            form method="post" action="/console/logout" {
                                (csrf(signed))
                                button.quiet type="submit" { (reader.t("console-log-out")) }
                            }
                        }
                    }
                }
                main #main { (content) }
            }
        }
    }
}

fn menu(here: &str, signed: &Signed) -> Markup {
    let mut entries = vec![("/console/report", "console-menu-report"), ("/console/reviews", "console-menu-reviews")];
    if signed.viewer.is_administrator() {
        entries.extend([
            ("/console/devices", "console-menu-devices"),
            ("/console/enrol", "console-menu-enrol"),
            ("/console/bundle", "console-menu-bundle"),
        ]);
    }
    html! {
        nav.menu aria-label=(signed.reader.t("console-menu")) {
            @for (path, key) in entries {
                a href=(path) aria-current=[(path == here).then_some("page")] { (signed.reader.t(key)) }
            }
        }
    }
}

/// The token that every form carries.
pub fn csrf(signed: &Signed) -> Markup {
    html! { input type="hidden" name="csrf" value=(signed.csrf); }
}

/// A sentence that needs to be read: `kind` is `error`, `warning` or `good`.
pub fn note(kind: &str, text: &str) -> Markup {
    html! {
        p class={ "note " (kind) } role=[(kind == "error").then_some("alert")] {
            (icon(if kind == "good" { "check" } else { "warning" })) span { (text) }
        }
    }
}

macro_rules! icons {
    ($($name:literal),+ $(,)?) => {
        /// An icon of the product's set; it follows the colour of the text and says nothing on its own.
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

/// Two loops of one line: the product's sign.
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
