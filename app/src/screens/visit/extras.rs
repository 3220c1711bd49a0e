//! The optional parts of a visit beside the check-list.

use device_core::views::PhotoView;
use dioxus::prelude::*;
use shared::{
    RecipientId,
    records::{NeedKind, PhotoOf, Service},
};

use super::form::VisitForm;
use crate::{
    components::{Button, ButtonKind, Card, Chips, Choice, Glyph, ManyChips, Section, Switch, TextArea},
    i18n::tr,
    labels,
    screens::parts::{DraftPhotos, HappenedField, HappenedOn, UnitField},
};

/// Services, note, photos.
#[component]
pub(super) fn Extras(form: Signal<VisitForm>, draft_key: String, photos: Signal<Vec<PhotoView>>) -> Element {
    let mut form = form;
    let now = form();
    let services: Vec<_> = Service::ALL
        .iter()
        .map(|service| {
            let testid = format!("visit-service-{service}");
            Choice::new(service.clone(), labels::word("service", service.word())).testid(testid)
        })
        .collect();
    rsx! {
        if now.found() {
            Section { title: tr("visit-services"),
                ManyChips {
                    label: tr("visit-services"),
                    options: services,
                    selected: now.services,
                    on_change: move |services| form.write().services = services,
                }
            }
        }
        TextArea {
            label: tr("visit-note"),
            initial: form.peek().note.clone(),
            placeholder: tr("visit-note-hint"),
            optional: true,
            rows: 2,
            testid: "visit-note",
            on_input: move |text| form.write().note = text,
        }
        Section { title: tr("record-photos"),
            DraftPhotos { draft: draft_key, of: PhotoOf::Visit, photos, testid: "visit-photo" }
            p { class: "small", {tr("record-photos-hint")} }
        }
    }
}

/// Raises a need from the visit. Offered as soon as a finding is bad.
#[component]
pub(super) fn NeedPart(form: Signal<VisitForm>) -> Element {
    let mut form = form;
    let now = form();
    if !now.has_problem() && !now.need.raise {
        return VNode::empty();
    }
    let kinds: Vec<_> = NeedKind::ALL
        .iter()
        .map(|kind| {
            Choice::new(kind.clone(), labels::word("need", kind.word())).testid(format!("visit-need-kind-{kind}"))
        })
        .collect();
    rsx! {
        Card { testid: "visit-need-card",
            Switch {
                label: tr("visit-need"),
                sub: tr("visit-need-sub"),
                on: now.need.raise,
                testid: "visit-need",
                on_change: move |on| form.write().need.raise = on,
            }
            if now.need.raise {
                Chips {
                    label: tr("field-kind"),
                    options: kinds,
                    selected: now.need.kind.clone(),
                    required: true,
                    on_select: move |kind: Option<NeedKind>| {
                        if let Some(kind) = kind {
                            form.write().need.kind = kind;
                        }
                    },
                }
                TextArea {
                    label: tr("need-what"),
                    initial: form.peek().need.text.clone(),
                    placeholder: now.need_suggestion(),
                    rows: 2,
                    testid: "visit-need-text",
                    on_input: move |text| form.write().need.text = text,
                }
                UnitField {
                    selected: now.need.unit,
                    testid: "visit-need-unit",
                    on_select: move |unit| form.write().need.unit = unit,
                }
            }
        }
    }
}

/// Rarely used: the day, others of the household, the follow-up.
#[component]
pub(super) fn More(form: Signal<VisitForm>, household: Vec<(RecipientId, String)>) -> Element {
    let mut form = form;
    let now = form();
    let mut open = use_signal(|| now.when != HappenedOn::Now || !now.also.is_empty() || !now.follow_up.is_empty());
    if !open() {
        return rsx! {
            Button {
                label: tr("visit-more"),
                kind: ButtonKind::Quiet,
                icon: Glyph::Plus,
                testid: "visit-more",
                on_press: move |()| open.set(true),
            }
        };
    }
    let family: Vec<_> =
        household.into_iter().map(|(id, name)| Choice::new(id, name).testid(format!("visit-also-{id}"))).collect();
    rsx! {
        Card { title: tr("field-happened"), icon: Glyph::Clock,
            HappenedField { when: now.when, testid: "visit-when", on_change: move |when| form.write().when = when }
        }
        if !family.is_empty() {
            Card { title: tr("visit-also"), icon: Glyph::People,
                ManyChips {
                    label: tr("visit-also"),
                    options: family,
                    selected: now.also.clone(),
                    on_change: move |also| form.write().also = also,
                }
                if !now.also.is_empty() {
                    p { class: "small", "data-testid": "visit-also-photos", {tr("visit-also-photos")} }
                }
            }
        }
        TextArea {
            label: tr("field-follow_up"),
            initial: form.peek().follow_up.clone(),
            placeholder: tr("visit-follow-hint"),
            optional: true,
            rows: 2,
            testid: "visit-follow",
            on_input: move |text| form.write().follow_up = text,
        }
    }
}
