//! A save in flight, and undo. After a refusal the screen stays open and shows the reason beside the button.

use device_core::{Command, Device, Refusal};
use dioxus::prelude::*;
use shared::RowId;

use crate::{components::Toasts, i18n::tr, labels};

/// Whether a save is in flight, and the refusal of the last one.
#[derive(Clone, Copy, PartialEq)]
pub struct Saving {
    pub busy: Signal<bool>,
    pub refused: Signal<Option<Refusal>>,
}

impl Saving {
    pub fn new() -> Self {
        Self { busy: use_signal(|| false), refused: use_signal(|| None) }
    }

    /// Sends `command` and calls `saved` with the rows once they are durable. A second call while one is in flight is
    /// ignored. Closing the screen cancels nothing: the core has the command by then.
    pub fn run(self, device: Device, command: Command, saved: impl FnOnce(Vec<RowId>) + 'static) {
        self.attempt(device, command, saved, || {});
    }

    /// As [`Saving::run`]; calls `refused` after a refusal.
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

/// Shows a toast with an undo that voids `rows`. It outlives the screen.
pub fn undo(device: &Device, toasts: Toasts, text: String, rows: Vec<RowId>) {
    let device = device.clone();
    let (reason, done) = (tr("common-undo"), tr("record-undone"));
    toasts.undoable(text, move || {
        let (device, rows, reason, done) = (device.clone(), rows.clone(), reason.clone(), done.clone());
        dioxus::core::spawn_forever(async move {
            // The first row is the subject; voiding it may have voided the others, so only its answer counts.
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

/// As [`undo`], for a save that changed a record instead of creating one.
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
