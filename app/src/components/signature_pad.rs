//! A signature drawn by finger, as a small PNG. The drawing itself is `assets/scripts/signature.js`.

use base64::{Engine, prelude::BASE64_STANDARD};
use dioxus::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::{
    button::{Button, ButtonKind},
    dom_id::use_dom_id,
    error_note::ErrorNote,
    icon::Glyph,
};
use crate::i18n::tr;

const PAD: &str = include_str!("../../../assets/scripts/signature.js");
/// Less ink than this, in px, is a finger that touched the glass and no name.
const SHORTEST: f64 = 40.0;

/// A drawn signature: black on white, at most twice the size of the pad.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    pub png: Vec<u8>,
    /// In px.
    pub width: u32,
    pub height: u32,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Drawn {
        png: String,
        width: u32,
        height: u32,
        length: f64,
    },
    Cleared {
        #[serde(rename = "cleared")]
        _cleared: bool,
    },
    Refused {
        #[serde(rename = "refused")]
        _refused: bool,
    },
}

/// What the pad holds after a word of the script: `Ok(None)` is an empty pad.
fn hear(word: Word) -> Result<Option<Signature>, ()> {
    match word {
        Word::Refused { .. } => Err(()),
        Word::Cleared { .. } => Ok(None),
        Word::Drawn { length, .. } if length < SHORTEST => Ok(None),
        Word::Drawn { png, width, height, .. } => Ok(BASE64_STANDARD
            .decode(png)
            .ok()
            .filter(|png| !png.is_empty())
            .map(|png| Signature { png, width, height })),
    }
}

/// The pad. `on_change` gets the whole signature after each stroke, and `None` when it is cleared.
#[component]
pub fn SignaturePad(
    on_change: EventHandler<Option<Signature>>,
    label: Option<String>,
    /// Of the canvas; the button is `<testid>-clear`.
    testid: Option<String>,
) -> Element {
    let canvas = use_dom_id("signature");
    let mut bridge = use_signal(|| None::<document::Eval>);
    let mut signed = use_signal(|| false);
    let mut broken = use_signal(|| false);
    use_future({
        let set = json!({ "canvas": canvas });
        move || {
            let set = set.clone();
            async move {
                let mut pad = document::eval(PAD);
                if pad.send(set).is_err() {
                    broken.set(true);
                    return;
                }
                bridge.set(Some(pad));
                while let Ok(word) = pad.recv::<Word>().await {
                    match hear(word) {
                        Ok(signature) => {
                            signed.set(signature.is_some());
                            on_change.call(signature);
                        }
                        Err(()) => broken.set(true),
                    }
                }
            }
        }
    });
    let clear_id = testid.as_ref().map(|id| format!("{id}-clear"));
    rsx! {
        div { class: "signature",
            div { class: "signature-paper",
                canvas {
                    id: canvas,
                    role: "img",
                    aria_label: label.unwrap_or_else(|| tr("signature-label")),
                    "data-testid": testid,
                }
                span { class: "signature-line", aria_hidden: "true" }
            }
            if broken() {
                ErrorNote { what: tr("signature-error"), next: tr("signature-error-next") }
            } else {
                div { class: "row-head",
                    span { class: "small row-text", {tr("signature-hint")} }
                    Button {
                        label: tr("signature-clear"),
                        kind: ButtonKind::Quiet,
                        icon: Glyph::Refresh,
                        fit: true,
                        disabled: !signed(),
                        testid: clear_id,
                        on_press: move |()| {
                            let sent = bridge.peek().as_ref().is_some_and(|pad| pad.send("clear").is_ok());
                            if !sent {
                                broken.set(true);
                            }
                        },
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(text: &str) -> Result<Option<Signature>, ()> {
        hear(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn a_drawn_name_is_a_signature_and_a_touch_is_none() {
        let drawn = heard(r#"{"png":"iVBORw0=","width":700,"height":420,"length":180.5}"#).unwrap().unwrap();
        assert_eq!((drawn.width, drawn.height, drawn.png[1]), (700, 420, b'P'));
        assert_eq!(heard(r#"{"png":"iVBORw0=","width":700,"height":420,"length":3}"#), Ok(None));
    }

    #[test]
    fn clearing_leaves_nothing_and_a_missing_canvas_is_an_error() {
        assert_eq!(heard(r#"{"cleared":true}"#), Ok(None));
        assert_eq!(heard(r#"{"refused":true}"#), Err(()));
    }
}
