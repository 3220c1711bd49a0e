//! Picking a file. The page does what only it can do, in `assets/scripts/file.js`: it opens the picker and reads the
//! file.

use base64::{Engine, prelude::BASE64_STANDARD};
use dioxus::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::{dom_id::use_dom_id, error_note::ErrorNote, icon::Glyph, pick_label::PickLabel};
use crate::i18n::tr;

const BRIDGE: &str =
    concat!(include_str!("../../../assets/scripts/picker.js"), include_str!("../../../assets/scripts/file.js"));

/// A message of the script.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum BridgeMessage {
    Begin(#[expect(dead_code, reason = "one file at a time")] usize),
    File(String),
    Refused(String),
}

#[derive(Debug, PartialEq)]
enum PickerEvent {
    Working,
    File(Vec<u8>),
    /// The locale key of the problem.
    Problem(&'static str),
}

fn event_of(message: BridgeMessage) -> PickerEvent {
    match message {
        BridgeMessage::Begin(_) => PickerEvent::Working,
        BridgeMessage::Refused(why) if why == "too-large" => PickerEvent::Problem("file-error-too-large"),
        BridgeMessage::Refused(why) if why == "bridge" => PickerEvent::Problem("file-error-bridge"),
        BridgeMessage::Refused(_) => PickerEvent::Problem("file-error-unreadable"),
        BridgeMessage::File(text) => match BASE64_STANDARD.decode(text) {
            Ok(bytes) if !bytes.is_empty() => PickerEvent::File(bytes),
            _ => PickerEvent::Problem("file-error-unreadable"),
        },
    }
}

/// A button that picks a file. The hidden input is `<testid>-input` in the DOM. Problems of the picker are shown
/// below the button.
#[component]
pub fn FilePicker(
    label: String,
    on_file: EventHandler<Vec<u8>>,
    /// The script does not read larger files.
    max_bytes: u64,
    #[props(default)] busy: bool,
    testid: Option<String>,
) -> Element {
    let input = use_dom_id("file-input");
    let button = use_dom_id("file-label");
    let mut working = use_signal(|| false);
    let mut problem = use_signal(|| None::<&'static str>);
    // The script does not answer. Shown only after a press, because most people never press this button.
    let mut bridge_failed = use_signal(|| false);
    use_future({
        let set = json!({ "input": input, "label": button, "testid": testid, "maxBytes": max_bytes });
        move || {
            let set = set.clone();
            async move {
                let mut bridge = document::eval(BRIDGE);
                if bridge.send(set).is_err() {
                    bridge_failed.set(true);
                    return;
                }
                // The loop ends with the script, which ends when this button has left the page.
                while let Ok(message) = bridge.recv::<BridgeMessage>().await {
                    let event = event_of(message);
                    working.set(event == PickerEvent::Working);
                    match event {
                        PickerEvent::Working => problem.set(None),
                        PickerEvent::File(bytes) => on_file.call(bytes),
                        PickerEvent::Problem(key) => problem.set(Some(key)),
                    }
                }
            }
        }
    });
    let busy = busy || working();
    let problem_id = testid.as_ref().map(|id| format!("{id}-problem"));
    rsx! {
        PickLabel {
            id: button,
            input,
            class: "btn line",
            busy,
            glyph: Glyph::People,
            text: label,
            testid,
            on_press: move |()| {
                if bridge_failed() {
                    problem.set(Some("file-error-bridge"));
                }
            },
        }
        if let Some(key) = problem() {
            ErrorNote { what: tr(key), next: tr(&format!("{key}-next")), testid: problem_id }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> PickerEvent {
        event_of(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn each_message_of_the_script_becomes_an_event() {
        assert_eq!(event(r#"{"begin":1}"#), PickerEvent::Working);
        assert_eq!(event(r#"{"file":"bGl4"}"#), PickerEvent::File(b"lix".to_vec()));
        assert_eq!(event(r#"{"file":""}"#), PickerEvent::Problem("file-error-unreadable"));
        assert_eq!(event(r#"{"refused":"too-large"}"#), PickerEvent::Problem("file-error-too-large"));
        assert_eq!(event(r#"{"refused":"bridge"}"#), PickerEvent::Problem("file-error-bridge"));
    }
}
