//! A need and its status, from opened to solved or cannot be solved. `new` raises one.

mod new;

pub use new::NewNeedScreen;

use device_core::{
    Command, Refusal,
    views::{RecordState, RecordView},
};
use dioxus::prelude::*;
use shared::{
    NeedId, RowId, UnitId,
    records::{Need, NeedStatus},
};
use uuid::Uuid;

use super::{
    parts::{FormSheet, ReasonSheet, Refused, Saving, StoredPhotos, UnitField, answered, undo_last},
    record_detail::FormerValues,
};
use crate::{
    components::{Button, ButtonKind, Card, Glyph, Page, Section, StatusPill, Tag, TextArea, TopBar, use_toasts},
    i18n::{tr, tr_args},
    labels,
    nav::{self, Destination},
    state::{use_device, use_query, use_supervisor},
};

#[component]
pub fn NeedScreen(need: Uuid) -> Element {
    let record = use_query(move |device| async move { device.record(RowId(need)).await });
    rsx! {
        Page {
            testid: "screen-need",
            top: rsx! {
                TopBar {
                    title: tr("need-title"),
                    subtitle: record.ready().and_then(|record| record.recipient_name),
                    on_back: move |()| nav::leave(),
                }
            },
            {answered(record, |record| rsx! { NeedBody { need: NeedId(need), record } })}
        }
    }
}

/// The steps that may follow a status, in their order.
fn steps(status: &NeedStatus) -> Vec<NeedStatus> {
    use NeedStatus as S;
    match status {
        S::Opened => vec![S::Assigned, S::InHand, S::Solved, S::Cannot],
        S::Assigned => vec![S::InHand, S::Solved, S::Cannot],
        S::InHand => vec![S::Solved, S::Cannot],
        // Only a supervisor opens an end again.
        S::Solved | S::Cannot | S::Other(_) => vec![],
    }
}

#[component]
fn NeedBody(need: NeedId, record: RecordView) -> Element {
    let mut step = use_signal(|| None::<NeedStatus>);
    let mut reopening = use_signal(|| false);
    let supervisor = use_supervisor();
    let Ok(fields) = record.fields.view::<Need>() else {
        return rsx! {
            Refused { refusal: Refusal::NotFound }
        };
    };
    rsx! {
        NeedCard { need: fields.clone(), state: record.item.state.clone() }
        StoredPhotos { photos: record.item.photos.clone() }
        FormerValues { title: tr("need-earlier"), record }
        Section { title: tr("need-next"),
            for next in steps(&fields.status) {
                Button {
                    key: "{next}",
                    label: tr_args("need-step", &[("status", labels::word("status", next.word()).into())]),
                    kind: if next == NeedStatus::Solved { ButtonKind::Primary } else { ButtonKind::Line },
                    testid: "need-step-{next}",
                    on_press: move |()| step.set(Some(next.clone())),
                }
            }
            if fields.status.is_end() && supervisor {
                Button {
                    label: tr("reviews-reopen"),
                    kind: ButtonKind::Line,
                    icon: Glyph::Refresh,
                    testid: "need-reopen",
                    on_press: move |()| reopening.set(true),
                }
            } else if fields.status.is_end() {
                p { class: "small", {tr("need-ended")} }
            }
            Button {
                label: tr("need-open-record"),
                kind: ButtonKind::Quiet,
                testid: "need-open-record",
                on_press: move |()| nav::open(Destination::RecordDetail { row: need.0 }),
            }
        }
        if reopening() {
            ReopenSheet { need, on_close: move |()| reopening.set(false) }
        }
        if let Some(to) = step() {
            StepSheet { need, to, unit: fields.unit, on_close: move |()| step.set(None) }
        }
    }
}

/// What is needed, how far it is, and who deals with it.
#[component]
fn NeedCard(need: Need, state: RecordState) -> Element {
    let (status, label) = labels::state_pill(&state);
    let (tone, sign) = labels::need_tone(&need.status);
    let units = use_query(|device| async move { device.units().await });
    let unit = need.unit.and_then(|id| units.ready()?.into_iter().find(|unit| unit.id == id)).map(|unit| unit.name);
    rsx! {
        Card { title: labels::word("need", need.kind.word()), icon: Glyph::Message, testid: "need-card",
            p { class: "prose", {need.text.clone()} }
            div { class: "cluster",
                Tag { label: labels::word("status", need.status.word()), tone, icon: sign, testid: "need-status" }
                StatusPill { status, label }
            }
            p { class: "small",
                {labels::line([
                    tr_args("need-raised-on", &[("day", labels::day(need.happened.day()).into())]),
                    unit.unwrap_or_default(),
                ])}
            }
            if let Some(progress) = need.progress.clone() {
                p { {progress} }
            }
            if let Some(solved) = need.solved {
                p { class: "small", {tr_args("need-solved-on", &[("day", labels::day(solved.day()).into())])} }
            }
        }
    }
}

/// Opens a finished need again, with a reason.
#[component]
fn ReopenSheet(need: NeedId, on_close: EventHandler<()>) -> Element {
    let device = use_device();
    let toasts = use_toasts();
    let saving = Saving::new();
    rsx! {
        ReasonSheet {
            open: true,
            title: tr("reviews-reopen"),
            text: tr("reviews-reopen-text"),
            action: tr("reviews-reopen"),
            busy: (saving.busy)(),
            refused: (saving.refused)(),
            testid: "reopen",
            on_close,
            on_reason: move |reason| {
                let back = device.clone();
                saving.run(device.clone(), Command::ReopenNeed { need, reason }, move |_| {
                    undo_last(&back, toasts, tr("record-saved"), need.into());
                    on_close.call(());
                });
            },
        }
    }
}

#[component]
fn StepSheet(need: NeedId, to: NeedStatus, unit: Option<UnitId>, on_close: EventHandler<()>) -> Element {
    let device = use_device();
    let toasts = use_toasts();
    let saving = Saving::new();
    let mut unit = use_signal(|| unit);
    let mut note = use_signal(String::new);
    let word = to.word().to_owned();
    let asks_unit = matches!(to, NeedStatus::Assigned | NeedStatus::InHand);
    rsx! {
        FormSheet {
            title: labels::word("status", to.word()),
            saving,
            testid: "need-step-sheet",
            save_testid: "need-step-save",
            on_close,
            on_save: move |()| {
                let text = note.peek().trim().to_owned();
                let note = (!text.is_empty()).then_some(text);
                let command = Command::AdvanceNeed { need, to: word.clone(), unit: *unit.peek(), note };
                saving.run(device.clone(), command, move |_| {
                    toasts.good(tr("record-saved"));
                    on_close.call(());
                });
            },
            if asks_unit {
                UnitField { selected: unit(), testid: "need-step-unit", on_select: move |chosen| unit.set(chosen) }
            }
            TextArea {
                label: tr("field-progress"),
                placeholder: tr("need-progress-hint"),
                optional: true,
                rows: 2,
                testid: "need-step-note",
                on_input: move |text| note.set(text),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_goes_forward_only_and_ends_once() {
        for status in NeedStatus::ALL {
            for next in steps(status) {
                assert!(next.rank() > status.rank(), "{status} → {next}");
            }
            assert_eq!(steps(status).is_empty(), status.is_end());
        }
    }
}
