//! Exports unsent work to a file: the button, and afterwards where the file is and what to do with it.

use device_core::{Refusal, device::calls::CallResult, views::BundleView};
use dioxus::prelude::*;
use std::{future::Future, path::PathBuf};

use super::Refused;
use crate::{
    components::{Button, ButtonKind, ErrorNote, Glyph, Note, Tone},
    downloads,
    i18n::{tr, tr_args},
    state::use_device,
};

/// The outcome of an export.
#[derive(Clone, Debug, PartialEq)]
pub enum SaveOutcome {
    Done {
        path: PathBuf,
        ops: u32,
        photos: u32,
        ops_left: u32,
        photos_left: u32,
    },
    Refused(Refusal),
    /// No folder accepted the file.
    NoPlace,
}

/// Exports a new bundle of unsent work, or with `sealed` the one that was sealed when access ended, which needs no PIN.
#[component]
pub fn SaveFile(
    #[props(default)] sealed: bool,
    #[props(default = ButtonKind::Line)] kind: ButtonKind,
    label: String,
) -> Element {
    let device = use_device();
    let mut busy = use_signal(|| false);
    let mut saved = use_signal(|| None::<SaveOutcome>);
    rsx! {
        Button {
            label,
            kind,
            icon: Glyph::Lock,
            busy: busy(),
            testid: "save-file",
            on_press: move |()| {
                let device = device.clone();
                busy.set(true);
                spawn(async move {
                    let made = async {
                        if sealed { device.sealed_bundle().await } else { device.export_bundle().await }
                    };
                    saved.set(Some(save(made).await));
                    busy.set(false);
                });
            },
        }
        if let Some(saved) = saved() {
            SaveOutcomeNote { saved }
        }
    }
}

async fn save(made: impl Future<Output = CallResult<BundleView>>) -> SaveOutcome {
    let view = match made.await {
        Ok(view) => view,
        Err(refusal) => return SaveOutcome::Refused(refusal),
    };
    match downloads::save(&view.name, &view.bytes) {
        Ok(path) => SaveOutcome::Done {
            path,
            ops: view.ops,
            photos: view.photos,
            ops_left: view.ops_left,
            photos_left: view.photos_left,
        },
        Err(_) => SaveOutcome::NoPlace,
    }
}

/// The path of the file, its content, what did not fit, and what to do with it.
#[component]
pub fn SaveOutcomeNote(saved: SaveOutcome) -> Element {
    match saved {
        SaveOutcome::Refused(refusal) => rsx! {
            Refused { refusal }
        },
        SaveOutcome::NoPlace => rsx! {
            ErrorNote { what: tr("sync-file-no-place"), next: tr("sync-file-no-place-next"), testid: "save-file-problem" }
        },
        SaveOutcome::Done { path, ops, photos, ops_left, photos_left } => {
            let mut text = tr_args("sync-file-saved-in", &[("path", path.display().to_string().into())]);
            if ops_left > 0 {
                text.push_str(&tr_args("sync-file-ops-left", &[("n", ops_left.into())]));
            }
            if photos_left > 0 {
                text.push_str(&tr_args("sync-file-photos-left", &[("n", photos_left.into())]));
            }
            text.push_str(&tr("sync-file-saved-next"));
            rsx! {
                Note {
                    tone: Tone::Good,
                    icon: Glyph::Check,
                    what: tr_args("sync-file-saved", &[("n", ops.into()), ("photos", photos.into())]),
                    text,
                    testid: "file-saved",
                }
            }
        }
    }
}
