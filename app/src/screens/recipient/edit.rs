//! Edits the fields that a worker may change: name, phone, address, note, tags. Only changes are sent.

use device_core::{Command, views::CardView};
use dioxus::prelude::*;
use shared::{Fields, records::recipient::TAGS};

use crate::{
    components::{Choice, ManyChips, TextArea, TextField, TextKind, use_toasts},
    i18n::tr,
    labels,
    screens::parts::{FormSheet, Saving},
    state::use_device,
};

#[derive(Clone, Debug, Default, PartialEq)]
struct RecipientEdits {
    /// A blank name is ignored: a recipient always has one.
    name: String,
    /// The full number is not shown here, so a blank field means no change.
    phone: String,
    address: String,
    note: String,
}

/// The fields that differ from the card; a cleared field becomes `null`.
fn changed(card: &CardView, typed: &RecipientEdits) -> Fields {
    let mut fields = Fields::new();
    let phone = typed.phone.trim();
    if !phone.is_empty() {
        fields = fields.with("phone", phone);
    }
    let name = typed.name.trim();
    if !name.is_empty() && name != card.item.name {
        fields = fields.with("name", name);
    }
    for (name, was, now) in [("address", &card.address, &typed.address), ("note", &card.note, &typed.note)] {
        let now = now.trim();
        if now != was.as_deref().unwrap_or_default() {
            fields = if now.is_empty() { fields.with(name, serde_json::Value::Null) } else { fields.with(name, now) };
        }
    }
    fields
}

#[component]
pub(super) fn EditSheet(card: CardView, on_close: EventHandler<()>) -> Element {
    let device = use_device();
    let toasts = use_toasts();
    let saving = Saving::new();
    let start = RecipientEdits {
        name: card.item.name.clone(),
        phone: String::new(),
        address: card.address.clone().unwrap_or_default(),
        note: card.note.clone().unwrap_or_default(),
    };
    let typed = use_signal(|| start.clone());
    let recipient = card.item.id;
    let masked = card.item.phone_masked.clone();
    rsx! {
        FormSheet {
            title: tr("recipient-edit"),
            saving,
            testid: "edit-sheet",
            save_testid: "edit-save",
            on_close,
            on_save: move |()| {
                let fields = changed(&card, &typed.peek());
                if fields.is_empty() {
                    on_close.call(());
                    return;
                }
                let command = Command::EditRecipient { recipient, fields };
                saving.run(device.clone(), command, move |_| {
                    toasts.good(tr("record-saved"));
                    on_close.call(());
                });
            },
            RecipientFields { start, masked_phone: masked, edits: typed }
        }
    }
}

/// The fields that a worker may change.
#[component]
fn RecipientFields(start: RecipientEdits, masked_phone: Option<String>, edits: Signal<RecipientEdits>) -> Element {
    let mut typed = edits;
    rsx! {
        TextField {
            label: tr("field-name"),
            initial: start.name.clone(),
            hint: tr("recipient-name-hint"),
            max_len: 40,
            testid: "edit-name",
            on_input: move |text| typed.write().name = text,
        }
        TextField {
            label: tr("recipient-new-phone"),
            kind: TextKind::Phone,
            optional: true,
            placeholder: masked_phone,
            hint: tr("recipient-new-phone-hint"),
            max_len: 30,
            testid: "edit-phone",
            on_input: move |text| typed.write().phone = text,
        }
        TextField {
            label: tr("field-address"),
            initial: start.address.clone(),
            optional: true,
            testid: "edit-address",
            on_input: move |text| typed.write().address = text,
        }
        TextArea {
            label: tr("recipient-note"),
            initial: start.note.clone(),
            hint: tr("recipient-note-hint"),
            optional: true,
            testid: "edit-note",
            on_input: move |text| typed.write().note = text,
        }
    }
}

/// The added and the removed tags.
fn difference(was: &[String], now: &[String]) -> (Vec<String>, Vec<String>) {
    let missing = |from: &[String], other: &[String]| from.iter().filter(|t| !other.contains(t)).cloned().collect();
    (missing(now, was), missing(was, now))
}

#[component]
pub(super) fn TagSheet(card: CardView, on_close: EventHandler<()>) -> Element {
    let device = use_device();
    let toasts = use_toasts();
    let saving = Saving::new();
    let was = card.item.tags.clone();
    let mut now = use_signal(|| was.clone());
    let recipient = card.item.id;
    // A tag that this build does not know stays in the choice.
    let own = was.iter().filter(|tag| !TAGS.contains(&tag.as_str())).cloned();
    let options: Vec<_> = TAGS
        .iter()
        .map(|tag| (*tag).to_owned())
        .chain(own)
        .map(|tag| Choice::new(tag.clone(), labels::word("tag", &tag)).testid(format!("tag-{tag}")))
        .collect();
    rsx! {
        FormSheet {
            title: tr("recipient-edit-tags"),
            saving,
            testid: "tag-sheet",
            save_testid: "tag-save",
            on_close,
            on_save: move |()| {
                let (add, remove) = difference(&was, &now.peek());
                if add.is_empty() && remove.is_empty() {
                    on_close.call(());
                    return;
                }
                let command = Command::EditTags { recipient, add, remove };
                saving.run(device.clone(), command, move |_| {
                    toasts.good(tr("record-saved"));
                    on_close.call(());
                });
            },
            ManyChips {
                label: tr("field-tags"),
                options,
                selected: now(),
                on_change: move |tags| now.set(tags),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::sample;

    #[test]
    fn only_what_was_changed_is_sent() {
        let card = sample::card();
        let as_it_is = RecipientEdits {
            name: " ".into(),
            phone: " ".into(),
            address: card.address.clone().unwrap(),
            note: card.note.clone().unwrap(),
        };
        assert!(changed(&card, &as_it_is).is_empty());
        let fields = changed(&card, &RecipientEdits { phone: "13900001234".into(), note: String::new(), ..as_it_is });
        assert_eq!(fields.names().collect::<Vec<_>>(), ["note", "phone"]);
        assert_eq!(fields.get("note"), None, "emptied, not left out");
        let renamed = changed(&card, &RecipientEdits { name: "谷均".into(), ..RecipientEdits::default() });
        assert_eq!(renamed.text("name"), Some("谷均"));
    }

    #[test]
    fn tags_are_sent_as_what_came_and_what_went() {
        let tags = |list: &[&str]| list.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let (add, remove) = difference(&tags(&["a", "b"]), &tags(&["b", "c"]));
        assert_eq!((add, remove), (tags(&["c"]), tags(&["a"])));
    }
}
