//! How each household confirms: a signature on screen, a photo of the paper, collected by another, or refused.

use std::collections::BTreeMap;

use device_core::Refusal;
use dioxus::prelude::*;
use shared::{
    RecipientId,
    records::{PhotoOf, ReceiptMode, RuleSet},
};

use super::{
    form::{AssistForm, AssistRecipient, ReceiptForm, TruckItem},
    goods::name_of,
    proof::{Collected, Paper},
};
use crate::{
    components::{
        Button, ButtonKind, Choice, ErrorNote, ListRow, NumberField, NumberKind, Section, Segmented, Sheet, Signature,
        SignaturePad, Status, StatusPill, TextField,
    },
    i18n::{tr, tr_args},
    labels,
    screens::parts::{Refused, initial},
    state::use_device,
};

#[component]
pub(super) fn Receipts(rules: RuleSet, form: Signal<AssistForm>, draft_key: String) -> Element {
    let mut open = use_signal(|| None::<RecipientId>);
    let now = form();
    let person = open().and_then(|id| now.people.iter().find(|person| person.id == id).cloned());
    rsx! {
        Section {
            title: tr_args("assist-receipts", &[("done", now.confirmed().into()), ("of", now.people.len().into())]),
            testid: "assist-receipts",
            for person in now.people.clone() {
                ReceiptRow { key: "{person.id}", person: person.clone(), on_open: move |()| open.set(Some(person.id)) }
            }
        }
        if let Some(person) = person {
            ReceiptSheet { key: "{person.id}", person, rules, form, draft_key, on_close: move |()| open.set(None) }
        }
    }
}

/// `签字`, `女儿王芳代领`.
fn how(receipt: &ReceiptForm) -> String {
    match receipt.mode {
        ReceiptMode::Collected => labels::line([
            labels::word("receipt", receipt.mode.word()),
            receipt.relation.trim().to_owned(),
            receipt.name.trim().to_owned(),
        ]),
        ReceiptMode::Refused => {
            labels::line([labels::word("receipt", receipt.mode.word()), receipt.reason.trim().to_owned()])
        }
        _ => labels::word("receipt", receipt.mode.word()),
    }
}

#[component]
fn ReceiptRow(person: AssistRecipient, on_open: EventHandler<()>) -> Element {
    let id = person.id;
    let done = person.receipt.clone();
    let sub = done.as_ref().map_or_else(|| tr("assist-not-yet"), how);
    let pill = done.as_ref().map(|receipt| match receipt.mode {
        ReceiptMode::Refused => (Status::Failed, tr("receipt-refused")),
        _ => (Status::Confirmed, tr("assist-received")),
    });
    if let Some((status, label)) = pill {
        return rsx! {
            ListRow {
                avatar: initial(&person.name),
                title: person.name,
                sub,
                no_chevron: true,
                testid: "receipt-{id}",
                on_press: move |()| on_open.call(()),
                trailing: rsx! {
                    StatusPill { status, label }
                },
            }
        };
    }
    // Wrapped in a div so that Dioxus remounts the row: a handler added later to a reused node is stale.
    rsx! {
        div {
            ListRow {
                avatar: initial(&person.name),
                title: person.name,
                sub,
                trailing: rsx! {
                    Button {
                        label: tr("assist-sign"),
                        kind: ButtonKind::Line,
                        fit: true,
                        testid: "receipt-{id}",
                        on_press: move |()| on_open.call(()),
                    }
                },
            }
        }
    }
}

#[component]
fn ReceiptSheet(
    person: AssistRecipient,
    rules: RuleSet,
    form: Signal<AssistForm>,
    draft_key: String,
    on_close: EventHandler<()>,
) -> Element {
    let mut form = form;
    let device = use_device();
    let receipt = use_signal(|| person.receipt.clone().unwrap_or_else(|| ReceiptForm::new(ReceiptMode::Signed)));
    let other = use_signal(|| person.other.clone());
    let signature = use_signal(|| None::<Signature>);
    let mut refused = use_signal(|| None::<Refusal>);
    let mut missing = use_signal(|| None::<&'static str>);
    let mut busy = use_signal(|| false);
    let id = person.id;
    let now = receipt();
    let goods = form.read().goods.clone();
    let put = move |receipt: ReceiptForm| {
        if let Some(person) = form.write().people.iter_mut().find(|person| person.id == id) {
            person.receipt = Some(receipt);
            person.other = other.peek().clone();
        }
        on_close.call(());
    };
    let key = draft_key.clone();
    let save = move |()| {
        let mut put = put;
        let drawn = signature.peek().clone();
        let mut next = receipt.peek().clone();
        if next.mode == ReceiptMode::Signed
            && let Some(drawn) = drawn
        {
            let (device, key) = (device.clone(), key.clone());
            busy.set(true);
            spawn(async move {
                match device.add_photo(&key, PhotoOf::Signature, None, drawn.png).await {
                    Ok(photo) => {
                        next.photo = Some(photo.id);
                        put(next);
                    }
                    Err(why) => refused.set(Some(why)),
                }
                busy.set(false);
            });
            return;
        }
        match next.missing() {
            Some(field) => missing.set(Some(field)),
            None => put(next),
        }
    };
    rsx! {
        Sheet {
            open: true,
            title: labels::line([tr("assist-sign"), person.name.clone()]),
            on_close,
            testid: "receipt-sheet",
            foot: rsx! {
                if let Some(refusal) = refused() {
                    Refused { refusal }
                }
                if let Some(field) = missing() {
                    ErrorNote { what: missing_words(&now.mode, field), next: tr("assist-missing-next"), testid: "receipt-missing" }
                }
                Button { label: tr("common-save"), busy: busy(), testid: "receipt-save", on_press: save }
            },
            ModeField { receipt, missing }
            ProofField { draft_key, receipt, signature, refused }
            PiecesFields { rules, goods, other }
            Button {
                label: tr("assist-take-out"),
                kind: ButtonKind::Quiet,
                testid: "receipt-take-out",
                on_press: move |()| {
                    form.write().people.retain(|person| person.id != id);
                    on_close.call(());
                },
            }
        }
    }
}

/// How the household confirms.
#[component]
fn ModeField(receipt: Signal<ReceiptForm>, missing: Signal<Option<&'static str>>) -> Element {
    let (mut receipt, mut missing) = (receipt, missing);
    let options = ReceiptMode::ALL
        .iter()
        .map(|mode| {
            Choice::new(mode.clone(), labels::word("receipt", mode.word())).testid(format!("receipt-mode-{mode}"))
        })
        .collect::<Vec<_>>();
    let selected = receipt.read().mode.clone();
    rsx! {
        Segmented {
            label: tr("assist-how"),
            options,
            selected,
            on_select: move |mode| {
                missing.set(None);
                receipt.write().mode = mode;
            },
        }
    }
}

/// What proves the receipt: a signature, a photo of the paper, who collected it, or why it was refused.
#[component]
fn ProofField(
    draft_key: String,
    receipt: Signal<ReceiptForm>,
    signature: Signal<Option<Signature>>,
    refused: Signal<Option<Refusal>>,
) -> Element {
    let (mut receipt, mut signature) = (receipt, signature);
    let mode = receipt.read().mode.clone();
    rsx! {
        match mode {
            ReceiptMode::Signed => rsx! {
                SignaturePad { testid: "receipt-signature", on_change: move |drawn| signature.set(drawn) }
            },
            ReceiptMode::Thumbprint => rsx! {
                Paper { draft_key, receipt, refused }
            },
            ReceiptMode::Collected => rsx! {
                Collected { receipt }
            },
            _ => rsx! {
                TextField {
                    label: tr("field-reason"),
                    initial: receipt.peek().reason.clone(),
                    testid: "receipt-reason",
                    on_input: move |text| receipt.write().reason = text,
                }
            },
        }
    }
}

/// The pieces of each item for this household. `other` holds the numbers that differ from the rest.
#[component]
fn PiecesFields(rules: RuleSet, goods: Vec<TruckItem>, other: Signal<BTreeMap<String, i64>>) -> Element {
    let mut other = other;
    rsx! {
        for good in goods {
            NumberField {
                key: "{good.item}",
                label: name_of(&rules, &good.item),
                kind: NumberKind::Count,
                initial: other.peek().get(&good.item).copied().unwrap_or(good.each),
                max: 999,
                unit: labels::unit(&good.unit),
                testid: "receipt-pieces-{good.item}",
                on_change: {
                    let (item, each) = (good.item.clone(), good.each);
                    move |read: Result<Option<i64>, _>| {
                        let Ok(pieces) = read else { return };
                        let pieces = pieces.unwrap_or(0);
                        if pieces == each {
                            other.write().remove(&item);
                        } else {
                            other.write().insert(item.clone(), pieces);
                        }
                    }
                },
            }
        }
    }
}

/// What is missing, in the words of the chosen mode.
fn missing_words(mode: &ReceiptMode, field: &str) -> String {
    match (mode, field) {
        (ReceiptMode::Signed, _) => tr("assist-no-signature"),
        (ReceiptMode::Thumbprint, _) => tr("assist-no-paper"),
        _ => tr_args("problem-missing", &[("field", labels::word("field", field).into())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_says_who_took_it_and_why_someone_refused() {
        let receipt =
            ReceiptForm {
                name: "王芳".into(), relation: "女儿".into(), ..ReceiptForm::new(ReceiptMode::Collected)
            };
        assert_eq!(how(&receipt), "代领 · 女儿 · 王芳");
        let receipt = ReceiptForm { reason: "不需要".into(), ..ReceiptForm::new(ReceiptMode::Refused) };
        assert_eq!(how(&receipt), "拒签 · 不需要");
        assert_eq!(how(&ReceiptForm::new(ReceiptMode::Signed)), "签字");
    }
}
