//! The skeleton of a record form: a page with a title, the draft put back, sections, problems beside the save button,
//! and the undo after saving. Each record's screen supplies its fields and its command.

use device_core::{Command, Device, Refusal};
use dioxus::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use shared::RowId;

use super::{Draft, DraftNote, Loading, Refused, Saving, undo, use_draft};
use crate::{
    components::{Button, Page, Sheet, Toasts, TopBar, use_toasts},
    i18n::tr,
    nav,
    state::use_device,
};

/// A form under a draft, and its save. Copy it into handlers; `T` is the form's plain data.
pub struct RecordForm<T: 'static> {
    pub draft: Draft<T>,
    saving: Saving,
    device: Signal<Device>,
    toasts: Toasts,
}

impl<T> Clone for RecordForm<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for RecordForm<T> {}
impl<T> PartialEq for RecordForm<T> {
    fn eq(&self, other: &Self) -> bool {
        self.draft == other.draft
    }
}

/// The form whose draft is stored under `key`; `fresh` without one.
pub fn use_record_form<T>(key: String, fresh: impl FnOnce() -> T) -> RecordForm<T>
where
    T: Clone + PartialEq + Serialize + DeserializeOwned + 'static,
{
    let device = use_device();
    RecordForm {
        draft: use_draft(key, fresh),
        saving: Saving::new(),
        device: use_signal(|| device),
        toasts: use_toasts(),
    }
}

impl<T> RecordForm<T> {
    /// Saves the record, says so in `text` with a way to undo it, and leaves the screen. A refusal is shown above the
    /// button.
    pub fn save(self, command: Command, text: String) {
        let device = self.device.peek().clone();
        self.save_then(command, move |rows| {
            undo(&device, self.toasts, text, rows);
            nav::leave();
        });
    }

    /// Saves the record and calls `saved` with its rows.
    pub fn save_then(self, command: Command, saved: impl FnOnce(Vec<RowId>) + 'static) {
        // From here on the draft belongs to the record; a late keystroke must not store it again.
        self.draft.finish();
        let device = self.device.peek().clone();
        self.saving.attempt(device, command, saved, move || self.draft.reopen());
    }
}

/// The page of a record form. `children` are its fields; they are mounted once the draft is loaded.
#[component]
pub fn FormPage<T: 'static>(
    form: RecordForm<T>,
    title: String,
    subtitle: Option<String>,
    /// At the end of the title bar.
    trailing: Option<Element>,
    /// Above the save button: what is still missing.
    problem: Option<Element>,
    /// In place of "save".
    save_label: Option<String>,
    on_save: EventHandler<()>,
    testid: String,
    save_testid: String,
    #[props(default = "refused".to_owned())] refused_testid: String,
    children: Element,
) -> Element {
    let RecordForm { draft, saving, .. } = form;
    rsx! {
        Page {
            testid,
            top: rsx! {
                TopBar { title, subtitle, trailing, on_back: move |()| nav::leave() }
            },
            foot: rsx! {
                SaveBar {
                    busy: (saving.busy)(),
                    refusal: (saving.refused)(),
                    refused_testid,
                    problem,
                    label: save_label,
                    testid: save_testid,
                    on_save,
                }
                DraftNote { kept: (draft.kept)(), refused: (draft.refused)() }
            },
            if (draft.ready)() {
                {children}
            } else {
                Loading {}
            }
        }
    }
}

/// The sheet of a form that changes a record. It has no draft: closing it drops what was typed.
#[component]
pub fn FormSheet(
    title: String,
    saving: Saving,
    on_save: EventHandler<()>,
    on_close: EventHandler<()>,
    testid: String,
    save_testid: String,
    children: Element,
) -> Element {
    rsx! {
        Sheet {
            open: true,
            title,
            on_close,
            testid,
            foot: rsx! {
                SaveBar { busy: (saving.busy)(), refusal: (saving.refused)(), testid: save_testid, on_save }
            },
            {children}
        }
    }
}

/// The save button, below the refusal of the last attempt and what is still missing.
#[component]
fn SaveBar(
    busy: bool,
    refusal: Option<Refusal>,
    #[props(default = "refused".to_owned())] refused_testid: String,
    problem: Option<Element>,
    label: Option<String>,
    testid: String,
    on_save: EventHandler<()>,
) -> Element {
    rsx! {
        if let Some(refusal) = refusal {
            Refused { refusal, testid: refused_testid }
        }
        {problem}
        Button { label: label.unwrap_or_else(|| tr("common-save")), busy, testid, on_press: on_save }
    }
}
