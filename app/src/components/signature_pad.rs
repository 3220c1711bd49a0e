//! A signature drawn by finger, as a small PNG. `assets/scripts/signature.js` does the drawing.

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
/// A line shorter than 40 px is an accidental touch and no signature.
const SHORTEST: f64 = 40.0;

/// A drawn signature: black on white, at most twice the size of the pad.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    pub png: Vec<u8>,
    /// In px.
    pub width: u32,
    pub height: u32,
}

/// A message of the script.
#[derive(Deserialize)]
#[serde(untagged)]
enum BridgeMessage {
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

/// What the pad holds after a message: `Ok(None)` is an empty pad, `Err` a script that found no canvas.
fn signature_of(message: BridgeMessage) -> Result<Option<Signature>, ()> {
    match message {
        BridgeMessage::Refused { .. } => Err(()),
        BridgeMessage::Cleared { .. } => Ok(None),
        BridgeMessage::Drawn { length, .. } if length < SHORTEST => Ok(None),
        BridgeMessage::Drawn { png, width, height, .. } => Ok(BASE64_STANDARD
            .decode(png)
            .ok()
            .filter(|png| !png.is_empty())
            .map(|png| Signature { png, width, height })),
    }
}

/// The script's pad as the component sees it.
#[derive(Clone, Copy)]
struct Pad {
    bridge: Signal<Option<document::Eval>>,
    signed: Signal<bool>,
    /// The script does not answer.
    broken: Signal<bool>,
}

impl Pad {
    fn clear(&mut self) {
        let sent = self.bridge.peek().as_ref().is_some_and(|script| script.send("clear").is_ok());
        if !sent {
            self.broken.set(true);
        }
    }
}

/// Runs the script on the canvas with this id.
fn use_pad(canvas: &str, on_change: EventHandler<Option<Signature>>) -> Pad {
    let mut bridge = use_signal(|| None::<document::Eval>);
    let mut signed = use_signal(|| false);
    let mut broken = use_signal(|| false);
    let settings = json!({ "canvas": canvas });
    use_future(move || {
        let settings = settings.clone();
        async move {
            let mut script = document::eval(PAD);
            if script.send(settings).is_err() {
                broken.set(true);
                return;
            }
            bridge.set(Some(script));
            while let Ok(message) = script.recv::<BridgeMessage>().await {
                match signature_of(message) {
                    Ok(signature) => {
                        signed.set(signature.is_some());
                        on_change.call(signature);
                    }
                    Err(()) => broken.set(true),
                }
            }
        }
    });
    Pad { bridge, signed, broken }
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
    let mut pad = use_pad(&canvas, on_change);
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
            if (pad.broken)() {
                ErrorNote { what: tr("signature-error"), next: tr("signature-error-next") }
            } else {
                div { class: "row-head",
                    span { class: "small row-text", {tr("signature-hint")} }
                    Button {
                        label: tr("signature-clear"),
                        kind: ButtonKind::Quiet,
                        icon: Glyph::Refresh,
                        fit: true,
                        disabled: !(pad.signed)(),
                        testid: clear_id,
                        on_press: move |()| pad.clear(),
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(text: &str) -> Result<Option<Signature>, ()> {
        signature_of(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn a_drawn_name_is_a_signature_and_a_touch_is_none() {
        let drawn = received(r#"{"png":"iVBORw0=","width":700,"height":420,"length":180.5}"#).unwrap().unwrap();
        assert_eq!((drawn.width, drawn.height, drawn.png[1]), (700, 420, b'P'));
        assert_eq!(received(r#"{"png":"iVBORw0=","width":700,"height":420,"length":3}"#), Ok(None));
    }

    #[test]
    fn clearing_leaves_nothing_and_a_missing_canvas_is_an_error() {
        assert_eq!(received(r#"{"cleared":true}"#), Ok(None));
        assert_eq!(received(r#"{"refused":true}"#), Err(()));
    }
}
