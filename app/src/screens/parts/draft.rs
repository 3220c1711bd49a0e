//! Drafts: a form is stored while it is typed and restored when the screen opens again, after a kill too.

use std::{cell::RefCell, rc::Rc};

use device_core::{Command, Device, Refusal, views::PhotoView};
use dioxus::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    components::{Button, ButtonKind, Glyph, Sheet},
    i18n::tr,
    nav,
    state::{send, use_device},
    wait::pause,
};

/// 350 ms after the last change the draft is stored: one write per word, and a kill loses at most that word.
const AFTER_MS: u32 = 350;

/// What is typed and what is stored, outside signals, so that the draft can be stored while the screen closes.
#[derive(Default)]
struct DraftState {
    key: String,
    /// The JSON of the form without a draft.
    pristine: String,
    stored: Option<String>,
    latest: String,
    /// The draft is loaded and the form not finished. Otherwise nothing is stored.
    open: bool,
}

impl DraftState {
    /// The JSON to store now; `None` if the form is unchanged.
    fn due(&self) -> Option<String> {
        let known = self.stored.as_ref().unwrap_or(&self.pristine);
        (self.open && self.latest != *known).then(|| self.latest.clone())
    }
}

/// A form under a draft. Copy it into handlers; `T` is the form's plain data.
pub struct Draft<T: 'static> {
    pub form: Signal<T>,
    pub photos: Signal<Vec<PhotoView>>,
    /// False until the draft, if any, is in `form`.
    pub ready: Signal<bool>,
    /// The form is stored as a draft.
    pub kept: Signal<bool>,
    /// Why it could not be stored.
    pub refused: Signal<Option<Refusal>>,
    inner: CopyValue<Rc<RefCell<DraftState>>>,
}

impl<T> Clone for Draft<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Draft<T> {}
impl<T> PartialEq for Draft<T> {
    fn eq(&self, other: &Self) -> bool {
        self.form == other.form
    }
}

impl<T> Draft<T> {
    pub fn key(self) -> String {
        self.inner.peek().borrow().key.clone()
    }

    /// Stops storing: the core drops the draft with the record that is being saved.
    pub fn finish(self) {
        self.inner.peek().borrow_mut().open = false;
    }

    /// Stores changes again, after the record was refused.
    pub fn reopen(self) {
        self.inner.peek().borrow_mut().open = true;
    }

    /// Drops the draft and its photos.
    pub fn discard(self, device: &Device) {
        self.finish();
        send(device, Command::DropDraft { key: self.key() });
    }
}

/// The form whose draft is stored under `key`; `fresh` without one.
pub fn use_draft<T>(key: String, fresh: impl FnOnce() -> T) -> Draft<T>
where
    T: Clone + PartialEq + Serialize + DeserializeOwned + 'static,
{
    let device = use_device();
    let inner = use_hook(|| CopyValue::new(Rc::new(RefCell::new(DraftState::default()))));
    let start = use_hook(|| {
        let start = fresh();
        let text = json(&start);
        let cell = inner.peek();
        let mut kept = cell.borrow_mut();
        kept.key = key;
        kept.pristine.clone_from(&text);
        kept.latest = text;
        start
    });
    let draft = Draft {
        form: use_signal(|| start),
        photos: use_signal(Vec::new),
        ready: use_signal(|| false),
        kept: use_signal(|| false),
        refused: use_signal(|| None),
        inner,
    };
    use_future({
        let device = device.clone();
        move || {
            let device = device.clone();
            async move { load(&device, draft).await }
        }
    });
    use_resource({
        let device = device.clone();
        move || {
            let text = json(&*draft.form.read());
            draft.inner.peek().borrow_mut().latest = text;
            let device = device.clone();
            async move {
                // The next change cancels this task and starts another. Without a timer in the page the draft is
                // stored at once.
                pause(AFTER_MS).await;
                keep(device, draft).await;
            }
        }
    });
    let last = inner.peek().clone();
    use_drop(move || {
        // The screen may close within the pause: the last changes are stored here.
        let kept = last.borrow();
        if let Some(text) = kept.due() {
            send(&device, Command::SaveDraft { key: kept.key.clone(), json: text });
        }
    });
    draft
}

/// Puts the stored draft and its photos into the form.
async fn load<T>(device: &Device, mut draft: Draft<T>)
where
    T: Serialize + DeserializeOwned,
{
    match device.load_draft(&draft.key()).await {
        Ok(found) => {
            // A draft of an older build that cannot be read is ignored; its photos are still usable.
            if let Some(form) = found.json.as_deref().and_then(|text| serde_json::from_str::<T>(text).ok()) {
                {
                    let cell = draft.inner.peek();
                    let mut state = cell.borrow_mut();
                    state.latest = json(&form);
                    state.stored = Some(state.latest.clone());
                }
                draft.form.set(form);
                draft.kept.set(true);
            }
            if !found.photos.is_empty() {
                draft.kept.set(true);
                draft.photos.set(found.photos);
            }
        }
        Err(why) => draft.refused.set(Some(why)),
    }
    draft.reopen();
    draft.ready.set(true);
}

/// Stores what has changed since the last time.
async fn keep<T>(device: Device, mut draft: Draft<T>) {
    let Some(text) = draft.inner.peek().borrow().due() else { return };
    match device.save_draft(&draft.key(), text.clone()).await {
        Ok(()) => {
            draft.inner.peek().borrow_mut().stored = Some(text);
            draft.kept.set(true);
            draft.refused.set(None);
        }
        Err(why) => draft.refused.set(Some(why)),
    }
}

fn json<T: Serialize>(form: &T) -> String {
    serde_json::to_string(form).unwrap_or_default()
}

/// One line that says whether the draft is stored, or why not.
#[component]
pub fn DraftNote(kept: bool, refused: Option<Refusal>) -> Element {
    if let Some(why) = refused {
        return rsx! {
            super::Refused { refusal: why, testid: "draft-refused" }
        };
    }
    let text = if kept { tr("record-draft-kept") } else { tr("record-stays-here") };
    rsx! {
        p { class: "small foot-note", "data-testid": if kept { "draft-kept" } else { "draft-none" }, {text} }
    }
}

/// Drops the draft, after a confirmation.
#[component]
pub fn DraftEnd<T: 'static>(draft: Draft<T>) -> Element {
    let device = use_device();
    let mut sure = use_signal(|| false);
    if !(draft.kept)() {
        return VNode::empty();
    }
    rsx! {
        Button {
            label: tr("record-draft-drop"),
            kind: ButtonKind::Quiet,
            icon: Glyph::Trash,
            testid: "draft-drop",
            on_press: move |()| sure.set(true),
        }
        Sheet {
            open: sure(),
            title: tr("record-draft-drop"),
            on_close: move |()| sure.set(false),
            testid: "draft-sheet",
            foot: rsx! {
                Button {
                    label: tr("record-draft-drop-yes"),
                    kind: ButtonKind::Danger,
                    testid: "draft-drop-yes",
                    on_press: move |()| {
                        draft.discard(&device);
                        nav::leave();
                    },
                }
                Button { label: tr("record-draft-drop-no"), kind: ButtonKind::Line, on_press: move |()| sure.set(false) }
            },
            p { {tr("record-draft-drop-text")} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DraftState;

    fn kept(stored: Option<&str>, latest: &str, open: bool) -> DraftState {
        DraftState {
            key: "visit:1".into(),
            pristine: "{}".into(),
            stored: stored.map(str::to_owned),
            latest: latest.into(),
            open,
        }
    }

    #[test]
    fn an_unchanged_form_leaves_no_draft() {
        assert_eq!(kept(None, "{}", true).due(), None);
    }

    #[test]
    fn a_change_is_due_until_it_is_stored() {
        assert_eq!(kept(None, "a", true).due().as_deref(), Some("a"));
        assert_eq!(kept(Some("a"), "a", true).due(), None);
        assert_eq!(kept(Some("a"), "{}", true).due().as_deref(), Some("{}"), "emptied again is a change too");
    }

    #[test]
    fn a_saved_record_leaves_no_draft_behind() {
        assert_eq!(kept(Some("a"), "b", false).due(), None);
    }
}
