//! A correction of a record, with a reason. The former values stay readable.

use device_core::{Command, views::RecordView};
use dioxus::prelude::*;
use serde_json::Value;
use shared::{
    Fields,
    records::{Kind, Presence, VisitMode},
};

use crate::{
    components::{Chips, Choice, NumberField, NumberKind, TextArea, use_toasts},
    i18n::tr,
    labels,
    screens::parts::{ReasonSheet, Saving},
    state::use_device,
};

pub(super) const fn can_amend(kind: &Kind) -> bool {
    matches!(kind, Kind::Visit | Kind::Assistance | Kind::Need)
}

/// The fields that may be corrected, as stored or as typed.
#[derive(Clone, Debug, Default, PartialEq)]
struct AmendedFields {
    /// The text of a need.
    text: String,
    note: String,
    amount: Option<i64>,
    mode: Option<String>,
    presence: Option<String>,
}

impl AmendedFields {
    fn of(fields: &Fields) -> Self {
        Self {
            text: fields.text("text").unwrap_or_default().to_owned(),
            note: fields.text("note").unwrap_or_default().to_owned(),
            amount: fields.int("amount"),
            mode: fields.text("mode").map(str::to_owned),
            presence: fields.text("presence").map(str::to_owned),
        }
    }

    /// The fields that differ.
    fn changed(&self, from: &Self) -> Fields {
        let mut fields = Fields::new();
        let text = self.text.trim();
        // A blank text is ignored: a need always has one.
        if !text.is_empty() && text != from.text {
            fields.set("text", text.into());
        }
        if self.note.trim() != from.note {
            let note = self.note.trim();
            fields.set("note", if note.is_empty() { Value::Null } else { note.into() });
        }
        if self.amount != from.amount {
            fields.set("amount", self.amount.into());
        }
        for (name, now, was) in [("mode", &self.mode, &from.mode), ("presence", &self.presence, &from.presence)] {
            if now != was
                && let Some(now) = now
            {
                fields.set(name, now.as_str().into());
            }
        }
        fields
    }
}

#[component]
pub(super) fn AmendSheet(record: RecordView, on_close: EventHandler<()>) -> Element {
    let device = use_device();
    let toasts = use_toasts();
    let saving = Saving::new();
    let start = AmendedFields::of(&record.fields);
    let typed = use_signal(|| start.clone());
    let mut nothing = use_signal(|| false);
    let row = record.item.row;
    rsx! {
        ReasonSheet {
            open: true,
            title: tr("record-amend"),
            text: if nothing() { tr("record-amend-nothing") } else { tr("record-amend-text") },
            action: tr("record-amend-save"),
            busy: (saving.busy)(),
            refused: (saving.refused)(),
            testid: "amend",
            on_close,
            on_reason: {
                let start = start.clone();
                move |reason: String| {
                    let fields = typed.peek().changed(&start);
                    nothing.set(fields.is_empty());
                    if !fields.is_empty() {
                        saving.run(device.clone(), Command::Amend { row, reason, fields }, move |_| {
                            toasts.good(tr("record-saved"));
                            on_close.call(());
                        });
                    }
                }
            },
            AmendFields { kind: record.item.kind.clone(), start, typed }
        }
    }
}

/// The fields that a record of this kind may have corrected.
#[component]
fn AmendFields(kind: Kind, start: AmendedFields, typed: Signal<AmendedFields>) -> Element {
    let mut typed = typed;
    rsx! {
        if kind == Kind::Visit {
            VisitFields { typed }
        }
        if start.amount.is_some() {
            NumberField {
                label: tr("field-amount"),
                kind: NumberKind::Money,
                initial: start.amount,
                testid: "amend-amount",
                on_change: move |read: Result<Option<i64>, _>| {
                    if let Ok(amount) = read {
                        typed.write().amount = amount;
                    }
                },
            }
        }
        if kind == Kind::Need {
            TextArea {
                label: tr("need-what"),
                initial: start.text.clone(),
                rows: 2,
                testid: "amend-text",
                on_input: move |text| typed.write().text = text,
            }
        } else {
            TextArea {
                label: tr("field-note"),
                initial: start.note.clone(),
                optional: true,
                rows: 2,
                testid: "amend-note",
                on_input: move |text| typed.write().note = text,
            }
        }
    }
}

/// How the visit was made, and whether the recipient was met.
#[component]
fn VisitFields(typed: Signal<AmendedFields>) -> Element {
    let mut typed = typed;
    let now = typed();
    let choices = |group: &str, values: Vec<&str>| {
        values
            .into_iter()
            .map(|value| {
                Choice::new(value.to_owned(), labels::word(group, value)).testid(format!("amend-{group}-{value}"))
            })
            .collect::<Vec<_>>()
    };
    rsx! {
        h3 { class: "label", {tr("field-mode")} }
        Chips {
            label: tr("field-mode"),
            options: choices("mode", VisitMode::ALL.iter().map(|mode| mode.word()).collect()),
            selected: now.mode,
            required: true,
            on_select: move |mode| typed.write().mode = mode,
        }
        h3 { class: "label", {tr("field-presence")} }
        Chips {
            label: tr("field-presence"),
            options: choices("presence", Presence::ALL.iter().map(|presence| presence.word()).collect()),
            selected: now.presence,
            required: true,
            on_select: move |presence| typed.write().presence = presence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_holds_only_what_differs() {
        let start = AmendedFields::of(&Fields::new().with("note", "好").with("mode", "home").with("presence", "found"));
        assert!(start.changed(&start).is_empty());
        let now = AmendedFields { mode: Some("phone".into()), note: String::new(), ..start.clone() };
        let fields = now.changed(&start);
        assert_eq!(fields.names().collect::<Vec<_>>(), ["mode", "note"]);
        assert_eq!(fields.text("mode"), Some("phone"));
        let need = AmendedFields::of(&Fields::new().with("text", "缺煤"));
        let now = AmendedFields { text: "缺煤和炉子".into(), ..need.clone() };
        assert_eq!(now.changed(&need).text("text"), Some("缺煤和炉子"));
        assert!(AmendedFields { text: " ".into(), ..need.clone() }.changed(&need).is_empty());
    }
}
