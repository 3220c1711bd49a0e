//! The root: style, preferences, toasts, and the screen that the route names.

use dioxus::prelude::*;

use crate::{
    components::{ToastHost, provide_toasts},
    prefs::{Prefs, provide_prefs},
    routes::Route,
    theme::CSS,
};

#[component]
pub fn App() -> Element {
    let prefs = provide_prefs(Prefs::default());
    provide_toasts();
    use_hook(open_where_asked);
    let Prefs { lang, text, theme } = prefs();
    rsx! {
        style { {CSS} }
        div { class: "app", lang: lang.code(), "data-text": text.code(), "data-theme": theme.code(),
            Router::<Route> {}
            ToastHost {}
        }
    }
}

/// Debug builds open at the address in `LIANXIN_ROUTE`, to look at one screen without walking there.
fn open_where_asked() {
    #[cfg(all(debug_assertions, not(target_arch = "wasm32")))]
    if let Ok(address) = std::env::var("LIANXIN_ROUTE") {
        dioxus::history::provide_history_context(std::rc::Rc::new(dioxus::history::MemoryHistory::with_initial_path(
            address,
        )));
    }
}
