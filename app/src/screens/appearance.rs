//! The appearance of the app: language, size of text and colours. Shown on the welcome screen and in the settings.

use dioxus::prelude::*;

use crate::{
    components::{Choice, Segmented},
    i18n::{Lang, tr},
    prefs::{Prefs, TextSize, Theme},
    screens::parts::use_prefs_editor,
};

/// Each language is named in itself, for readers of only that language.
fn languages(prefix: &str) -> Vec<Choice<Lang>> {
    vec![
        Choice::new(Lang::ZhCn, tr("settings-lang-zh")).testid(format!("{prefix}-zh")),
        Choice::new(Lang::En, tr("settings-lang-en")).testid(format!("{prefix}-en")),
    ]
}

fn sizes(prefix: &str) -> Vec<Choice<TextSize>> {
    vec![
        Choice::new(TextSize::Normal, tr("settings-text-normal")).testid(format!("{prefix}-normal-text")),
        Choice::new(TextSize::Large, tr("settings-text-large")).testid(format!("{prefix}-large-text")),
    ]
}

fn themes(prefix: &str) -> Vec<Choice<Theme>> {
    vec![
        Choice::new(Theme::Light, tr("settings-theme-light")).testid(format!("{prefix}-light")),
        Choice::new(Theme::Dark, tr("settings-theme-dark")).testid(format!("{prefix}-dark")),
        Choice::new(Theme::Contrast, tr("settings-theme-contrast")).testid(format!("{prefix}-contrast")),
    ]
}

/// Changes the appearance. `prefix` begins every test id: `<prefix>-en`, `<prefix>-large-text`, `<prefix>-contrast`.
#[component]
pub fn Appearance(prefix: &'static str, #[props(default)] colours: bool, #[props(default)] labels: bool) -> Element {
    let prefs = use_prefs_editor();
    let now = prefs.current();
    let (lang, text) = (prefs.clone(), prefs.clone());
    rsx! {
        if labels {
            span { class: "label", {tr("settings-lang")} }
        }
        Segmented {
            label: tr("settings-lang"),
            options: languages(prefix),
            selected: now.lang,
            on_select: move |chosen| lang.set(Prefs { lang: chosen, ..lang.current() }),
        }
        if labels {
            span { class: "label", {tr("settings-text")} }
        }
        Segmented {
            label: tr("settings-text"),
            options: sizes(prefix),
            selected: now.text,
            on_select: move |chosen| text.set(Prefs { text: chosen, ..text.current() }),
        }
        if colours {
            if labels {
                span { class: "label", {tr("settings-theme")} }
            }
            Segmented {
                label: tr("settings-theme"),
                options: themes(prefix),
                selected: now.theme,
                on_select: move |chosen| prefs.set(Prefs { theme: chosen, ..prefs.current() }),
            }
        }
    }
}
