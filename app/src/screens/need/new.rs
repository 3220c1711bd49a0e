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
    components::{Chips, Choice, Section, TextArea},
    i18n::tr,
    labels,
    screens::parts::{Draft, DraftEnd, DraftPhotos, FormPage, UnitField, use_record_form},
    state::use_query,
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
    let card = use_query(move |device| async move { device.card(id).await });
    let form = use_record_form(format!("need:{recipient}"), NeedForm::new);
    let draft = form.draft;
    rsx! {
        FormPage {
            form,
            title: tr("need-new-title"),
            subtitle: card.ready().map(|card| card.item.name),
            testid: "screen-need-new",
            save_testid: "need-save",
            refused_testid: "need-refused",
            on_save: move |()| {
                let need = draft.form.peek().record(id, &draft.key());
                form.save(Command::OpenNeed(need), tr("record-saved"));
            },
            NewNeedBody { draft }
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
