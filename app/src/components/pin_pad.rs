//! A keypad for the PIN. It replaces the phone's keyboard, which may learn what is typed.

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};
use crate::i18n::{tr, tr_args};

/// Calls `on_complete` with `length` digits and clears itself for the next try. It ignores digits while `busy`.
#[component]
pub fn PinPad(
    title: String,
    on_complete: EventHandler<String>,
    hint: Option<String>,
    /// Why the last PIN was refused. The dots shake.
    error: Option<String>,
    #[props(default = 6)] length: usize,
    #[props(default)] busy: bool,
    /// Accepts digits of a hardware keyboard as soon as it appears.
    #[props(default = true)]
    autofocus: bool,
    /// The id of the whole pad; the keys are `pin-0` … `pin-9` and `pin-delete`.
    testid: Option<String>,
) -> Element {
    let mut digits = use_signal(String::new);
    let mut press = move |digit: char| {
        if busy {
            return;
        }
        digits.write().push(digit);
        if digits.peek().len() >= length {
            on_complete.call(std::mem::take(&mut *digits.write()));
        }
    };
    let entered = digits.read().len();
    let said = tr_args("pin-entered", &[("n", entered.into()), ("length", length.into())]);
    let wrong = if error.is_some() && entered == 0 { "wrong" } else { "" };
    rsx! {
        div {
            class: "pin {wrong}",
            tabindex: "-1",
            "data-testid": testid,
            onmounted: move |event| async move {
                if autofocus {
                    // Only a hardware keyboard needs the focus, so a failure is ignored.
                    let _ = event.set_focus(true).await;
                }
            },
            onkeydown: move |event| match event.key() {
                Key::Character(text) => {
                    if let Some(digit) = text.chars().next().filter(char::is_ascii_digit) {
                        press(digit);
                    }
                }
                Key::Backspace => {
                    digits.write().pop();
                }
                _ => {}
            },
            h2 { class: "pin-title", {title} }
            div { class: "pin-dots", role: "status", aria_label: said,
                for at in 0..length {
                    span { key: "{at}", class: if at < entered { "pin-dot full" } else { "pin-dot" } }
                }
            }
            if let Some(error) = error {
                p { class: "field-error", role: "alert", "data-testid": "pin-error",
                    Icon { glyph: Glyph::Warning, small: true }
                    {error}
                }
            } else if let Some(hint) = hint {
                p { class: "small", {hint} }
            }
            PinKeys { busy, empty: entered == 0, on_digit: press, on_delete: move |()| { digits.write().pop(); } }
        }
    }
}

/// The keys 1 to 9, 0 and delete.
#[component]
fn PinKeys(busy: bool, empty: bool, on_digit: EventHandler<char>, on_delete: EventHandler<()>) -> Element {
    rsx! {
        div { class: "pin-keys",
            for digit in "123456789".chars() {
                PinKey { key: "{digit}", digit, busy, on_digit }
            }
            span { class: "pin-key soft", aria_hidden: "true",
                if busy {
                    span { class: "spinner" }
                }
            }
            PinKey { digit: '0', busy, on_digit }
            button {
                r#type: "button",
                class: "pin-key soft",
                aria_label: tr("pin-delete"),
                disabled: busy || empty,
                "data-testid": "pin-delete",
                onclick: move |_| on_delete.call(()),
                Icon { glyph: Glyph::Backspace }
            }
        }
    }
}

#[component]
fn PinKey(digit: char, busy: bool, on_digit: EventHandler<char>) -> Element {
    rsx! {
        button {
            r#type: "button",
            class: "pin-key",
            disabled: busy,
            "data-testid": "pin-{digit}",
            onclick: move |_| on_digit.call(digit),
            "{digit}"
        }
    }
}
