//! Taking photos. The page does the work that only it can do (camera, downsizing), in `assets/scripts/photo.js`.

use base64::{Engine, prelude::BASE64_STANDARD};
use dioxus::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::{button::IconButton, dom_id::use_dom_id, error_note::ErrorNote, icon::Glyph, pick_label::PickLabel};
use crate::i18n::{format, tr, tr_args};

const BRIDGE: &str =
    concat!(include_str!("../../../assets/scripts/picker.js"), include_str!("../../../assets/scripts/photo.js"));
/// The longer side of a photo in px: a written sheet can still be read, and it is some 200 kB.
const MAX_SIDE: u32 = 1600;
/// Larger files are no phone's photos, and opening one may take more memory than a cheap phone has.
const MAX_BYTES: u64 = 48 * 1024 * 1024;

/// A photo as it comes from the page: drawn anew as JPEG, so that it carries no position and no camera data.
#[derive(Clone, PartialEq)]
pub struct PickedPhoto {
    pub jpeg: Vec<u8>,
    /// In px.
    pub width: u32,
    pub height: u32,
}

impl std::fmt::Debug for PickedPhoto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PickedPhoto({}x{}, {} bytes)", self.width, self.height, self.jpeg.len())
    }
}

impl PickedPhoto {
    /// For an `<img src>`, until the store can give one.
    pub fn data_url(&self) -> String {
        format!("data:image/jpeg;base64,{}", BASE64_STANDARD.encode(&self.jpeg))
    }
}

/// Why a photo was not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoProblem {
    /// Cut short, or no image at all.
    Unreadable,
    /// Over the size that a phone can open.
    TooLarge,
    /// The page's part of the picker does not answer.
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

#[derive(Deserialize)]
struct Drawn {
    width: u32,
    height: u32,
    jpeg: String,
}

/// What the script says.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Begin(usize),
    Photo(Drawn),
    Refused(String),
}

#[derive(Debug, PartialEq)]
enum Heard {
    Working(usize),
    Photo(PickedPhoto),
    Problem(PhotoProblem),
}

fn hear(word: Word) -> Heard {
    match word {
        Word::Begin(n) => Heard::Working(n),
        Word::Refused(why) if why == "too-large" => Heard::Problem(PhotoProblem::TooLarge),
        Word::Refused(why) if why == "bridge" => Heard::Problem(PhotoProblem::Bridge),
        Word::Refused(_) => Heard::Problem(PhotoProblem::Unreadable),
        Word::Photo(drawn) => match BASE64_STANDARD.decode(&drawn.jpeg) {
            Ok(jpeg) if !jpeg.is_empty() => {
                Heard::Photo(PickedPhoto { jpeg, width: drawn.width, height: drawn.height })
            }
            _ => Heard::Problem(PhotoProblem::Unreadable),
        },
    }
}

/// The tile that takes a photo; put it into [`Photos`] behind the [`PhotoTile`]s. Any number may stand on one page. The
/// hidden input is `<testid>-input` in the DOM. Its own problems are shown in its place, and told to `on_problem`.
#[component]
pub fn PhotoPicker(
    on_photo: EventHandler<PickedPhoto>,
    on_problem: Option<EventHandler<PhotoProblem>>,
    /// Opens the camera at once; else the phone asks for camera or album.
    #[props(default = true)]
    camera: bool,
    /// Several from the album at once.
    #[props(default)]
    many: bool,
    label: Option<String>,
    testid: Option<String>,
) -> Element {
    let input = use_dom_id("photo-input");
    let tile = use_dom_id("photo-tile");
    let mut working = use_signal(|| 0_usize);
    let mut problem = use_signal(|| None::<PhotoProblem>);
    use_future({
        let set = json!({
            "input": input, "label": tile, "testid": testid, "camera": camera, "many": many,
            "maxBytes": MAX_BYTES, "maxSide": MAX_SIDE,
        });
        move || {
            let set = set.clone();
            async move {
                let mut bridge = document::eval(BRIDGE);
                if bridge.send(set).is_err() {
                    problem.set(Some(PhotoProblem::Bridge));
                    return;
                }
                // Ends with the script, which ends when this tile has left the page.
                while let Ok(word) = bridge.recv::<Word>().await {
                    match hear(word) {
                        Heard::Working(n) => {
                            problem.set(None);
                            working.set(n);
                        }
                        Heard::Photo(photo) => {
                            working.with_mut(|n| *n = n.saturating_sub(1));
                            on_photo.call(photo);
                        }
                        Heard::Problem(what) => {
                            working.with_mut(|n| *n = n.saturating_sub(1));
                            problem.set(Some(what));
                            if let Some(handler) = on_problem {
                                handler.call(what);
                            }
                        }
                    }
                }
            }
        }
    });
    let busy = working() > 0;
    let word = match (busy, label) {
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
            text: word,
            testid,
        }
        if let Some(what) = problem() {
            div { class: "photo-problem",
                ErrorNote {
                    what: what.sentences().0,
                    next: what.sentences().1,
                    testid: problem_id,
                }
            }
        }
    }
}

/// A photo that was taken.
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

    fn heard(text: &str) -> Heard {
        hear(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn what_the_page_sends_is_understood() {
        assert_eq!(heard(r#"{"begin":2}"#), Heard::Working(2));
        assert_eq!(heard(r#"{"refused":"too-large"}"#), Heard::Problem(PhotoProblem::TooLarge));
        assert_eq!(heard(r#"{"refused":"unreadable"}"#), Heard::Problem(PhotoProblem::Unreadable));
        assert_eq!(
            heard(r#"{"photo":{"width":4,"height":3,"jpeg":"/9j/"}}"#),
            Heard::Photo(PickedPhoto { jpeg: vec![0xff, 0xd8, 0xff], width: 4, height: 3 })
        );
    }

    #[test]
    fn a_photo_without_bytes_is_a_problem_and_no_photo() {
        assert_eq!(heard(r#"{"photo":{"width":4,"height":3,"jpeg":""}}"#), Heard::Problem(PhotoProblem::Unreadable));
        assert_eq!(heard(r#"{"photo":{"width":4,"height":3,"jpeg":"%%"}}"#), Heard::Problem(PhotoProblem::Unreadable));
    }
}
