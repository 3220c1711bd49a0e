//! Raising a need.

use device_core::{
    Command,
    command::{NeedText, NewNeed},
};
use dioxus::prelude::*;
use serde::{Deserialize, Serialize};
use shared::{
    RecipientId, UnitId,
    records::{NeedKind, PhotoOf},
};
use uuid::Uuid;

use crate::{
    components::{Button, Chips, Choice, Page, Section, TextArea, TopBar, use_toasts},
    i18n::tr,
    labels,
    screens::parts::{
        Draft, DraftEnd, DraftNote, DraftPhotos, Loading, Refused, Saving, UnitField, leave, undo, use_draft,
    },
    state::{use_ask, use_device},
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct NeedForm {
    kind: NeedKind,
    text: String,
    unit: Option<UnitId>,
}

impl NeedForm {
    fn new() -> Self {
        Self { kind: NeedKind::Living, text: String::new(), unit: None }
    }

    fn record(&self, recipient: RecipientId, draft: &str) -> NewNeed {
        let need = NeedText { kind: self.kind.clone(), text: self.text.trim().to_owned(), unit: self.unit };
        NewNeed { recipient, need, draft: Some(draft.to_owned()) }
    }
}

#[component]
pub fn NewNeedScreen(recipient: Uuid) -> Element {
    let id = RecipientId(recipient);
    let device = use_device();
    let toasts = use_toasts();
    let card = use_ask(move |device| async move { device.card(id).await });
    let draft = use_draft(format!("need:{recipient}"), NeedForm::new);
    let saving = Saving::new();
    let save = move |()| {
        let need = draft.form.peek().record(id, &draft.key());
        draft.finish();
        let for_undo = device.clone();
        saving.attempt(
            device.clone(),
            Command::OpenNeed(need),
            move |rows| {
                undo(&for_undo, toasts, tr("record-saved"), rows);
                leave();
            },
            move || draft.reopen(),
        );
    };
    rsx! {
        Page {
            testid: "screen-need-new",
            top: rsx! {
                TopBar {
                    title: tr("need-new-title"),
                    subtitle: card.ready().map(|card| card.item.name),
                    on_back: move |()| leave(),
                }
            },
            foot: rsx! {
                if let Some(refusal) = (saving.refused)() {
                    Refused { refusal, testid: "need-refused" }
                }
                Button { label: tr("common-save"), busy: (saving.busy)(), testid: "need-save", on_press: save }
                DraftNote { kept: (draft.kept)(), refused: (draft.refused)() }
            },
            if (draft.ready)() {
                NewNeedBody { draft }
            } else {
                Loading {}
            }
        }
    }
}

#[component]
fn NewNeedBody(draft: Draft<NeedForm>) -> Element {
    let mut form = draft.form;
    let now = form();
    let kinds: Vec<_> = NeedKind::ALL
        .iter()
        .map(|kind| Choice::new(kind.clone(), labels::word("need", kind.word())).testid(format!("need-kind-{kind}")))
        .collect();
    rsx! {
        Section { title: tr("need-kind"),
            Chips {
                label: tr("need-kind"),
                options: kinds,
                selected: now.kind,
                required: true,
                on_select: move |kind: Option<NeedKind>| {
                    if let Some(kind) = kind {
                        form.write().kind = kind;
                    }
                },
            }
        }
        TextArea {
            label: tr("need-what"),
            initial: form.peek().text.clone(),
            placeholder: tr("need-what-hint"),
            testid: "need-text",
            on_input: move |text| form.write().text = text,
        }
        UnitField { selected: now.unit, testid: "need-unit", on_select: move |unit| form.write().unit = unit }
        Section { title: tr("record-photos"),
            DraftPhotos { draft: draft.key(), of: PhotoOf::Need, photos: draft.photos, testid: "need-photo" }
        }
        DraftEnd { draft }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_the_need() {
        let form = NeedForm { text: " 没有煤 ".into(), ..NeedForm::new() };
        let need = form.record(RecipientId::NIL, "need:1");
        assert_eq!((need.need.text.as_str(), need.draft.as_deref()), ("没有煤", Some("need:1")));
    }
}
