//! What follows a save, and the way back: the screen stays where it is when refused, and says why beside the button.

use device_core::{Command, Device, Refusal};
use dioxus::prelude::*;
use shared::RowId;

use crate::{components::Toasts, i18n::tr, labels};

/// A save in flight and what the last one was refused for.
#[derive(Clone, Copy, PartialEq)]
pub struct Saving {
    pub busy: Signal<bool>,
    pub refused: Signal<Option<Refusal>>,
}

impl Saving {
    pub fn new() -> Self {
        Self { busy: use_signal(|| false), refused: use_signal(|| None) }
    }

    /// Sends `command`; `saved` runs with the rows once they are durable. A second press while one is in flight is not
    /// heard. Leaving the screen cancels nothing: the command is with the core by then.
    pub fn run(self, device: Device, command: Command, saved: impl FnOnce(Vec<RowId>) + 'static) {
        self.attempt(device, command, saved, || {});
    }

    /// As [`Saving::run`], with something to put back when it was refused.
    pub fn attempt(
        mut self,
        device: Device,
        command: Command,
        saved: impl FnOnce(Vec<RowId>) + 'static,
        refused: impl FnOnce() + 'static,
    ) {
        if *self.busy.peek() {
            return;
        }
        self.busy.set(true);
        spawn(async move {
            let answer = device.save(command).await;
            self.busy.set(false);
            match answer {
                Ok(rows) => {
                    self.refused.set(None);
                    saved(rows);
                }
                Err(why) => {
                    refused();
                    self.refused.set(Some(why));
                }
            }
        });
    }
}

/// Says that it is saved and where, with a way to take it back. Outlives the screen.
pub fn undo(device: &Device, toasts: Toasts, text: String, rows: Vec<RowId>) {
    let device = device.clone();
    let (reason, done) = (tr("common-undo"), tr("record-undone"));
    toasts.undoable(text, move || {
        let (device, rows, reason, done) = (device.clone(), rows.clone(), reason.clone(), done.clone());
        dioxus::core::spawn_forever(async move {
            // The subject first; what was made along with it may have gone with it already.
            let mut first = None;
            for row in rows {
                let answer = device.void(row, &reason).await;
                first.get_or_insert(answer);
            }
            match first {
                Some(Err(why)) => toasts.failed(labels::refusal(&why).0),
                _ => toasts.good(done),
            }
        });
    });
}

/// As [`undo`], for a save that changed a record instead of making one.
pub fn undo_last(device: &Device, toasts: Toasts, text: String, row: RowId) {
    let device = device.clone();
    let done = tr("record-undone");
    toasts.undoable(text, move || {
        let (device, done) = (device.clone(), done.clone());
        dioxus::core::spawn_forever(async move {
            match device.undo(row).await {
                Err(why) => toasts.failed(labels::refusal(&why).0),
                Ok(_) => toasts.good(done),
            }
        });
    });
}
