//! A sheet that asks for a reason, for corrections and withdrawals.

use device_core::Refusal;
use dioxus::prelude::*;

use super::Refused;
use crate::{
    components::{Button, ButtonKind, Sheet, TextArea},
    i18n::tr,
};

#[component]
pub fn ReasonSheet(
    open: bool,
    title: String,
    text: String,
    action: String,
    #[props(default)] danger: bool,
    #[props(default)] busy: bool,
    refused: Option<Refusal>,
    on_close: EventHandler<()>,
    on_reason: EventHandler<String>,
    /// The field is `<testid>-why`, the button `<testid>-go`.
    testid: String,
    /// Above the reason, for example the fields to correct.
    children: Element,
) -> Element {
    let mut why = use_signal(String::new);
    let mut missing = use_signal(|| false);
    rsx! {
        Sheet {
            open,
            title,
            on_close,
            testid: testid.clone(),
            foot: rsx! {
                if let Some(refusal) = refused {
                    Refused { refusal }
                }
                Button {
                    label: action,
                    kind: if danger { ButtonKind::Danger } else { ButtonKind::Primary },
                    busy,
                    testid: "{testid}-go",
                    on_press: move |()| {
                        let reason = why.peek().trim().to_owned();
                        missing.set(reason.is_empty());
                        if !reason.is_empty() {
                            on_reason.call(reason);
                        }
                    },
                }
            },
            p { {text} }
            {children}
            TextArea {
                label: tr("field-reason"),
                rows: 2,
                max_len: 200,
                error: missing().then(|| tr("record-reason-missing")),
                testid: "{testid}-why",
                on_input: move |text| why.set(text),
            }
        }
    }
}
