//! Picking a file. The page does the work that only it can do, in `assets/scripts/file.js`.

use base64::{Engine, prelude::BASE64_STANDARD};
use dioxus::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::{dom_id::use_dom_id, error_note::ErrorNote, icon::Glyph, pick_label::PickLabel};
use crate::i18n::tr;

const BRIDGE: &str =
    concat!(include_str!("../../../assets/scripts/picker.js"), include_str!("../../../assets/scripts/file.js"));

/// What the script says.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Begin(#[expect(dead_code, reason = "one file at a time")] usize),
    File(String),
    Refused(String),
}

#[derive(Debug, PartialEq)]
enum Heard {
    Working,
    File(Vec<u8>),
    /// Locale key of what was wrong.
    Problem(&'static str),
}

fn hear(word: Word) -> Heard {
    match word {
        Word::Begin(_) => Heard::Working,
        Word::Refused(why) if why == "too-large" => Heard::Problem("file-error-too-large"),
        Word::Refused(why) if why == "bridge" => Heard::Problem("file-error-bridge"),
        Word::Refused(_) => Heard::Problem("file-error-unreadable"),
        Word::File(text) => match BASE64_STANDARD.decode(text) {
            Ok(bytes) if !bytes.is_empty() => Heard::File(bytes),
            _ => Heard::Problem("file-error-unreadable"),
        },
    }
}

/// A button that lets one pick a file. The hidden input is `<testid>-input` in the DOM. Its own problems are shown below it.
#[component]
pub fn FilePicker(
    label: String,
    on_file: EventHandler<Vec<u8>>,
    /// Larger files are not even read.
    max_bytes: u64,
    #[props(default)] busy: bool,
    testid: Option<String>,
) -> Element {
    let input = use_dom_id("file-input");
    let button = use_dom_id("file-label");
    let mut working = use_signal(|| false);
    let mut problem = use_signal(|| None::<&'static str>);
    // The page's part of the picker does not answer; said to whoever presses, since most never will.
    let mut dead = use_signal(|| false);
    use_future({
        let set = json!({ "input": input, "label": button, "testid": testid, "maxBytes": max_bytes });
        move || {
            let set = set.clone();
            async move {
                let mut bridge = document::eval(BRIDGE);
                if bridge.send(set).is_err() {
                    dead.set(true);
                    return;
                }
                // Ends with the script, which ends when this button has left the page.
                while let Ok(word) = bridge.recv::<Word>().await {
                    let heard = hear(word);
                    working.set(heard == Heard::Working);
                    match heard {
                        Heard::Working => problem.set(None),
                        Heard::File(bytes) => on_file.call(bytes),
                        Heard::Problem(key) => problem.set(Some(key)),
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
                if dead() {
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

    fn heard(text: &str) -> Heard {
        hear(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn what_the_page_sends_is_understood() {
        assert_eq!(heard(r#"{"begin":1}"#), Heard::Working);
        assert_eq!(heard(r#"{"file":"bGl4"}"#), Heard::File(b"lix".to_vec()));
        assert_eq!(heard(r#"{"file":""}"#), Heard::Problem("file-error-unreadable"));
        assert_eq!(heard(r#"{"refused":"too-large"}"#), Heard::Problem("file-error-too-large"));
        assert_eq!(heard(r#"{"refused":"bridge"}"#), Heard::Problem("file-error-bridge"));
    }
}
