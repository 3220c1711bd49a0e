//! A search field that searches with every letter.

use dioxus::prelude::*;

use super::{
    button::IconButton,
    icon::{Glyph, Icon},
};
use crate::i18n::tr;

/// `on_search` gets the text after each change. The core answers within milliseconds, so calls are not debounced.
#[component]
pub fn SearchField(
    on_search: EventHandler<String>,
    placeholder: Option<String>,
    #[props(default)] initial: String,
    testid: Option<String>,
) -> Element {
    let mut filled = use_signal(|| !initial.is_empty());
    let mut seed = use_signal(|| (0_u32, initial));
    let (generation, start) = seed();
    rsx! {
        div { class: "search", role: "search",
            div { class: "field-box",
                Icon { glyph: Glyph::Search }
                for turn in [generation] {
                    input {
                        key: "{turn}",
                        r#type: "text",
                        inputmode: "search",
                        initial_value: start.clone(),
                        placeholder: placeholder.clone(),
                        aria_label: placeholder.clone().unwrap_or_else(|| tr("common-search")),
                        maxlength: 60,
                        autocomplete: "off",
                        autocapitalize: "none",
                        "data-testid": testid.clone(),
                        oninput: move |event| {
                            let text = event.value();
                            filled.set(!text.is_empty());
                            on_search.call(text);
                        },
                    }
                }
                if filled() {
                    IconButton {
                        glyph: Glyph::Close,
                        label: tr("common-clear"),
                        testid: testid.map(|id| format!("{id}-clear")),
                        on_press: move |()| {
                            seed.set((generation.wrapping_add(1), String::new()));
                            filled.set(false);
                            on_search.call(String::new());
                        },
                    }
                }
            }
        }
    }
}
