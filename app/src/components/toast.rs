//! Toasts: short messages that disappear by themselves, some with a way to undo.

use std::rc::Rc;

use dioxus::prelude::*;

use super::{
    button::IconButton,
    icon::{Glyph, Icon},
    tag::Tone,
};
use crate::{i18n::tr, wait::pause};

/// 5 seconds: long enough to read a sentence twice.
const SHOWN_MS: u32 = 5_000;
/// 9 seconds: an undo needs a decision and a slow hand.
const SHOWN_WITH_UNDO_MS: u32 = 9_000;
/// More than three at once would cover the screen.
const AT_MOST: usize = 3;

#[derive(Clone)]
struct Undo(Rc<dyn Fn()>);

impl PartialEq for Undo {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Clone, PartialEq)]
struct Toast {
    id: u64,
    tone: Tone,
    text: String,
    undo: Option<Undo>,
}

/// The toasts of the app; get it with [`use_toasts`].
#[derive(Clone, Copy, PartialEq)]
pub struct Toasts {
    list: Signal<Vec<Toast>>,
    next: Signal<u64>,
}

impl Toasts {
    fn push(mut self, tone: Tone, text: String, undo: Option<Undo>) {
        let id = *self.next.peek();
        self.next.set(id + 1);
        let mut list = self.list.write();
        list.push(Toast { id, tone, text, undo });
        let over = list.len().saturating_sub(AT_MOST);
        list.drain(..over);
    }

    fn remove(mut self, id: u64) {
        self.list.write().retain(|toast| toast.id != id);
    }

    /// Says that something went well.
    pub fn good(self, text: impl Into<String>) {
        self.push(Tone::Good, text.into(), None);
    }

    /// Says that something failed. A failure that needs a decision belongs into an [`ErrorNote`](super::ErrorNote).
    pub fn failed(self, text: impl Into<String>) {
        self.push(Tone::Danger, text.into(), None);
    }

    /// Says that something happened, with a button that calls `undo`. The toast outlives the screen that showed it,
    /// so `undo` may capture handles that live as long as the app (the device, the toasts), but no signal of that
    /// screen.
    pub fn undoable(self, text: impl Into<String>, undo: impl Fn() + 'static) {
        self.push(Tone::Good, text.into(), Some(Undo(Rc::new(undo))));
    }
}

/// Makes toasts available below. Call once, in the root component.
pub fn provide_toasts() -> Toasts {
    use_context_provider(|| Toasts { list: Signal::new(Vec::new()), next: Signal::new(0) })
}

/// The app's toasts. Must be called below [`provide_toasts`].
pub fn use_toasts() -> Toasts {
    use_context()
}

#[component]
fn ToastLine(toast: Toast) -> Element {
    let toasts = use_toasts();
    let id = toast.id;
    let lasting = if toast.undo.is_some() { SHOWN_WITH_UNDO_MS } else { SHOWN_MS };
    use_future(move || async move {
        // Without a timer in the page the toast stays until it is closed.
        if pause(lasting).await {
            toasts.remove(id);
        }
    });
    let failed = toast.tone == Tone::Danger;
    let class = if failed { "toast danger" } else { "toast good" };
    rsx! {
        div { class, role: if failed { "alert" } else { "status" }, "data-testid": "toast",
            span { class: "toast-mark icon", Icon { glyph: if failed { Glyph::Warning } else { Glyph::Check } } }
            span { class: "toast-text", {toast.text} }
            if let Some(undo) = toast.undo {
                button {
                    r#type: "button",
                    class: "toast-undo",
                    "data-testid": "toast-undo",
                    onclick: move |_| {
                        (undo.0)();
                        toasts.remove(id);
                    },
                    {tr("common-undo")}
                }
            } else {
                IconButton { glyph: Glyph::Close, label: tr("common-close"), on_press: move |()| toasts.remove(id) }
            }
        }
    }
}

/// Where toasts appear; once, in the root component.
#[component]
pub fn ToastHost() -> Element {
    let toasts = use_toasts();
    rsx! {
        div { class: "toasts", aria_live: "polite",
            for toast in toasts.list.read().iter() {
                ToastLine { key: "{toast.id}", toast: toast.clone() }
            }
        }
    }
}
