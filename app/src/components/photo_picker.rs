//! Picking photos. The page does what only it can do, in `assets/scripts/photo.js`: it opens the camera or the album
//! and hands the bytes of each file over unchanged. The device core decodes, downsizes and encodes them, and checks
//! them.

use base64::{Engine, prelude::BASE64_STANDARD};
use dioxus::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::{button::IconButton, dom_id::use_dom_id, error_note::ErrorNote, icon::Glyph, pick_label::PickLabel};
use crate::i18n::{format, tr, tr_args};

const BRIDGE: &str =
    concat!(include_str!("../../../assets/scripts/picker.js"), include_str!("../../../assets/scripts/photo.js"));
/// The core refuses larger files. The script checks the size first, so that no such file crosses the bridge.
const MAX_BYTES: u64 = device_core::media::INPUT_BYTES_MAX as u64;

/// A picked file, as the camera or the album has it. Whether it is a photo, the core finds out.
#[derive(Clone, PartialEq)]
pub struct PickedPhoto {
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for PickedPhoto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PickedPhoto({} bytes)", self.bytes.len())
    }
}

impl PickedPhoto {
    /// For an `<img src>`, where there is no store to give a thumbnail. Browsers tell the format of an image by its
    /// content, so the type holds for PNG and WebP too.
    pub fn data_url(&self) -> String {
        format!("data:image/jpeg;base64,{}", BASE64_STANDARD.encode(&self.bytes))
    }
}

/// Why a file was not handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoProblem {
    /// The page could not read the file, or lost a part of it.
    Unreadable,
    /// Larger than [`MAX_BYTES`].
    TooLarge,
    /// The script does not answer.
    Bridge,
}

impl PhotoProblem {
    /// What failed and what to do next.
    fn sentences(self) -> (String, String) {
        match self {
            PhotoProblem::Unreadable => (tr("photo-error-unreadable"), tr("photo-error-unreadable-next")),
            PhotoProblem::TooLarge => (
                tr_args("photo-error-too-large", &[("limit", format::bytes(MAX_BYTES).into())]),
                tr("photo-error-too-large-next"),
            ),
            PhotoProblem::Bridge => (tr("photo-error-bridge"), tr("photo-error-bridge-next")),
        }
    }
}

/// A message of the script.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum BridgeMessage {
    /// So many files were picked.
    Begin(usize),
    /// The next bytes of a file, in base64.
    Slice(String),
    /// The file is complete, with so many bytes.
    End(u64),
    Refused(String),
}

#[derive(Debug, PartialEq)]
enum PickerEvent {
    Began(usize),
    Picked(PickedPhoto),
    Failed(PhotoProblem),
}

/// Joins the slices of one file after the other.
#[derive(Default)]
struct Assembly {
    bytes: Vec<u8>,
    /// A slice could not be decoded.
    damaged: bool,
}

impl Assembly {
    /// The event that `message` completes; `None` in the middle of a file.
    fn take(&mut self, message: BridgeMessage) -> Option<PickerEvent> {
        match message {
            BridgeMessage::Slice(text) => {
                self.damaged |= BASE64_STANDARD.decode_vec(text, &mut self.bytes).is_err();
                None
            }
            BridgeMessage::Begin(files) => {
                *self = Self::default();
                Some(PickerEvent::Began(files))
            }
            BridgeMessage::End(size) => {
                let Self { bytes, damaged } = std::mem::take(self);
                let whole = !damaged && !bytes.is_empty() && bytes.len() as u64 == size;
                Some(if whole {
                    PickerEvent::Picked(PickedPhoto { bytes })
                } else {
                    PickerEvent::Failed(PhotoProblem::Unreadable)
                })
            }
            BridgeMessage::Refused(why) => {
                *self = Self::default();
                Some(PickerEvent::Failed(match why.as_str() {
                    "too-large" => PhotoProblem::TooLarge,
                    "bridge" => PhotoProblem::Bridge,
                    _ => PhotoProblem::Unreadable,
                }))
            }
        }
    }
}

/// What the tile shows of the script's work.
#[derive(Clone, Copy, PartialEq)]
struct PickerState {
    /// Files that are still being read.
    pending: Signal<usize>,
    problem: Signal<Option<PhotoProblem>>,
}

/// Runs the script with `settings` for as long as the tile is on the page.
fn use_bridge(
    settings: serde_json::Value,
    on_photo: EventHandler<PickedPhoto>,
    on_problem: Option<EventHandler<PhotoProblem>>,
) -> PickerState {
    let mut pending = use_signal(|| 0_usize);
    let mut problem = use_signal(|| None::<PhotoProblem>);
    use_future(move || {
        let settings = settings.clone();
        async move {
            let mut bridge = document::eval(BRIDGE);
            if bridge.send(settings).is_err() {
                problem.set(Some(PhotoProblem::Bridge));
                return;
            }
            let mut assembly = Assembly::default();
            // The loop ends with the script, which ends when the tile has left the page.
            while let Ok(message) = bridge.recv::<BridgeMessage>().await {
                match assembly.take(message) {
                    None => {}
                    Some(PickerEvent::Began(files)) => {
                        problem.set(None);
                        pending.set(files);
                    }
                    Some(PickerEvent::Picked(photo)) => {
                        pending.with_mut(|n| *n = n.saturating_sub(1));
                        on_photo.call(photo);
                    }
                    Some(PickerEvent::Failed(why)) => {
                        pending.with_mut(|n| *n = n.saturating_sub(1));
                        problem.set(Some(why));
                        if let Some(handler) = on_problem {
                            handler.call(why);
                        }
                    }
                }
            }
        }
    });
    PickerState { pending, problem }
}

/// The tile that takes a photo; put it into [`Photos`] behind the [`PhotoTile`]s. Any number may be on one page. The
/// hidden input is `<testid>-input` in the DOM. Problems of the picker are shown in its place and passed to
/// `on_problem`.
#[component]
pub fn PhotoPicker(
    on_photo: EventHandler<PickedPhoto>,
    on_problem: Option<EventHandler<PhotoProblem>>,
    /// Opens the camera at once; else the phone offers camera and album.
    #[props(default = true)]
    camera: bool,
    /// Takes several photos from the album at once.
    #[props(default)]
    many: bool,
    label: Option<String>,
    testid: Option<String>,
) -> Element {
    let input = use_dom_id("photo-input");
    let tile = use_dom_id("photo-tile");
    let settings = json!({
        "input": input, "label": tile, "testid": testid, "camera": camera, "many": many, "maxBytes": MAX_BYTES,
    });
    let PickerState { pending, problem } = use_bridge(settings, on_photo, on_problem);
    let busy = pending() > 0;
    let text = match (busy, label) {
        (true, _) => tr("photo-working"),
        (false, Some(label)) => label,
        (false, None) if camera => tr("photo-take"),
        (false, None) => tr("photo-choose"),
    };
    let problem_id = testid.as_ref().map(|id| format!("{id}-problem"));
    rsx! {
        PickLabel {
            id: tile,
            input,
            class: "photo-add",
            busy,
            glyph: if camera { Glyph::Camera } else { Glyph::Photo },
            text,
            testid,
        }
        if let Some((what, next)) = problem().map(PhotoProblem::sentences) {
            div { class: "photo-problem",
                ErrorNote { what, next, testid: problem_id }
            }
        }
    }
}

/// A photo in the grid.
#[component]
pub fn PhotoTile(
    /// For `<img src>`: a data URL.
    src: String,
    caption: Option<String>,
    on_remove: Option<EventHandler<()>>,
    testid: Option<String>,
) -> Element {
    let alt = caption.clone().unwrap_or_default();
    rsx! {
        figure { class: "photo", style: "margin:0", "data-testid": testid,
            img { src, alt }
            if let Some(on_remove) = on_remove {
                IconButton { glyph: Glyph::Close, label: tr("photo-remove"), on_press: move |()| on_remove.call(()) }
            }
            if let Some(caption) = caption {
                figcaption { class: "photo-caption", {caption} }
            }
        }
    }
}

/// The grid that holds tiles and pickers.
#[component]
pub fn Photos(children: Element) -> Element {
    rsx! {
        div { class: "photos", {children} }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events after these messages, in order.
    fn events(messages: &[&str]) -> Vec<PickerEvent> {
        let mut assembly = Assembly::default();
        messages.iter().filter_map(|text| assembly.take(serde_json::from_str(text).unwrap())).collect()
    }

    #[test]
    fn slices_join_to_the_bytes_of_each_file() {
        let picked = |bytes: &[u8]| PickerEvent::Picked(PickedPhoto { bytes: bytes.to_vec() });
        assert_eq!(
            events(&[
                r#"{"begin":2}"#,
                r#"{"slice":"/9j/"}"#,
                r#"{"slice":"4A=="}"#,
                r#"{"end":4}"#,
                r#"{"slice":"iVBO"}"#,
                r#"{"end":3}"#
            ]),
            [PickerEvent::Began(2), picked(&[0xff, 0xd8, 0xff, 0xe0]), picked(b"\x89PN")]
        );
    }

    #[test]
    fn a_refused_file_says_why_and_leaves_nothing_for_the_next() {
        assert_eq!(
            events(&[r#"{"slice":"/9j/"}"#, r#"{"refused":"unreadable"}"#, r#"{"slice":"/9j/"}"#, r#"{"end":3}"#]),
            [
                PickerEvent::Failed(PhotoProblem::Unreadable),
                PickerEvent::Picked(PickedPhoto { bytes: vec![0xff, 0xd8, 0xff] })
            ]
        );
        assert_eq!(events(&[r#"{"refused":"too-large"}"#]), [PickerEvent::Failed(PhotoProblem::TooLarge)]);
        assert_eq!(events(&[r#"{"refused":"bridge"}"#]), [PickerEvent::Failed(PhotoProblem::Bridge)]);
    }

    #[test]
    fn a_file_that_lost_bytes_on_the_bridge_is_a_problem_and_no_photo() {
        let unreadable = [PickerEvent::Failed(PhotoProblem::Unreadable)];
        assert_eq!(events(&[r#"{"end":0}"#]), unreadable);
        assert_eq!(events(&[r#"{"slice":"%%"}"#, r#"{"end":1}"#]), unreadable);
        assert_eq!(events(&[r#"{"slice":"/9j/"}"#, r#"{"end":6}"#]), unreadable);
    }
}
