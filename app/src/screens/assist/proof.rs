//! The proof of a receipt without a signature: a photo of the sheet, or who collected it.

use device_core::Refusal;
use dioxus::prelude::*;
use shared::{PhotoId, records::PhotoOf};

use super::form::ReceiptForm;
use crate::{
    components::{Chips, Choice, PhotoPicker, Photos, PickedPhoto, TextField},
    i18n::tr,
    screens::parts::StoredPhotos,
    state::use_device,
};

/// The locale keys of people who usually collect for another.
const RELATIONS: [&str; 5] = ["assist-son", "assist-daughter", "assist-spouse", "assist-neighbour", "assist-cadre"];

/// A photo of the signed or thumb-printed sheet.
#[component]
pub(super) fn Paper(draft_key: String, receipt: Signal<ReceiptForm>, refused: Signal<Option<Refusal>>) -> Element {
    let device = use_device();
    let kept: Vec<PhotoId> = receipt.read().photo.into_iter().collect();
    rsx! {
        p { {tr("assist-paper")} }
        StoredPhotos { photos: kept }
        Photos {
            PhotoPicker {
                testid: "receipt-paper",
                on_photo: move |photo: PickedPhoto| {
                    let (device, draft_key) = (device.clone(), draft_key.clone());
                    spawn(async move {
                        match device.add_photo(&draft_key, PhotoOf::Receipt, None, photo.bytes).await {
                            Ok(view) => {
                                refused.set(None);
                                receipt.write().photo = Some(view.id);
                            }
                            Err(why) => refused.set(Some(why)),
                        }
                    });
                },
            }
        }
    }
}

#[component]
pub(super) fn Collected(receipt: Signal<ReceiptForm>) -> Element {
    let mut receipt = receipt;
    let relations = RELATIONS.map(tr).to_vec();
    let typed = receipt.read().relation.clone();
    // A relation outside the usual ones is typed.
    let mut free = use_signal(|| !typed.is_empty() && !relations.contains(&typed));
    let options = relations
        .iter()
        .enumerate()
        .map(|(at, label)| Choice::new(label.clone(), label.clone()).testid(format!("receipt-relation-{at}")))
        .chain([Choice::new(String::new(), tr("assist-other-relation")).testid("receipt-relation-other")])
        .collect::<Vec<_>>();
    rsx! {
        TextField {
            label: tr("assist-who-took"),
            initial: receipt.peek().name.clone(),
            max_len: 40,
            testid: "receipt-name",
            on_input: move |text| receipt.write().name = text,
        }
        Chips {
            label: tr("field-relation"),
            options,
            selected: if free() { Some(String::new()) } else { Some(typed).filter(|typed| !typed.is_empty()) },
            required: true,
            on_select: move |chosen: Option<String>| {
                let chosen = chosen.unwrap_or_default();
                free.set(chosen.is_empty());
                receipt.write().relation = chosen;
            },
        }
        if free() {
            TextField {
                label: tr("field-relation"),
                initial: receipt.peek().relation.clone(),
                max_len: 40,
                testid: "receipt-relation",
                on_input: move |text| receipt.write().relation = text,
            }
        }
    }
}
