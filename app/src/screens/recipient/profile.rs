//! Who a recipient is, and how to reach them. Numbers are masked until they are revealed, and revealing is logged.

use device_core::{Refusal, command::RevealField, views::CardView};
use dioxus::prelude::*;
use shared::{id_number::Sex, records::recipient::SelfCare};

use crate::{
    components::{Button, ButtonKind, Card, Glyph, Icon, ListRow, Note, Section, Tag, Tone},
    i18n::{tr, tr_args},
    labels,
    nav::{self, Destination},
    screens::parts::{Refused, initial},
    state::use_device,
};

/// Phone, guardian's phone and address, for the way to a visit.
#[component]
pub(super) fn Reach(card: CardView) -> Element {
    let recipient = card.item.id.0;
    rsx! {
        Card { testid: "recipient-reach",
            if let Some(masked) = card.item.phone_masked.clone() {
                Number { card: card.clone(), label: tr("field-phone"), masked, field: RevealField::Phone, testid: "recipient-phone" }
            } else {
                p { class: "small", {tr("recipient-no-phone")} }
            }
            if let Some((name, relation, phone)) = card.guardian.clone() {
                if let Some(masked) = phone {
                    Number {
                        card: card.clone(),
                        label: labels::line([tr("field-guardian"), name, relation.unwrap_or_default()]),
                        masked,
                        field: RevealField::GuardianPhone,
                        testid: "recipient-guardian-phone",
                    }
                } else {
                    FactLine { label: tr("field-guardian"), value: labels::line([name, relation.unwrap_or_default()]) }
                }
            }
            if let Some(address) = card.address.clone() {
                FactLine { label: tr("field-address"), value: address }
            }
            if let Some(note) = card.note.clone() {
                Note { tone: Tone::Wait, icon: Glyph::Note, text: note }
            }
            Button {
                label: tr("recipient-record-call"),
                kind: ButtonKind::Quiet,
                icon: Glyph::Phone,
                fit: true,
                testid: "recipient-contact",
                on_press: move |()| nav::open(Destination::Contact { recipient }),
            }
        }
    }
}

/// A masked number with a button that reveals it.
#[component]
fn Number(card: CardView, label: String, masked: String, field: RevealField, testid: String) -> Element {
    let device = use_device();
    let mut full = use_signal(|| None::<String>);
    let mut refused = use_signal(|| None::<Refusal>);
    let recipient = card.item.id;
    let phone = field != RevealField::IdNumber;
    rsx! {
        div { class: "reach",
            div { class: "fact",
                span { class: "small", {label} }
                span { class: "strong figures", "data-testid": "{testid}-number", {full().unwrap_or(masked)} }
            }
            if let Some(number) = full() {
                if phone {
                    a { class: "btn line fit", href: "tel:{number}", "data-testid": "{testid}-call",
                        Icon { glyph: Glyph::Phone }
                        {tr("recipient-call")}
                    }
                }
            } else {
                Button {
                    label: if phone { tr("recipient-show-to-call") } else { tr("common-show") },
                    kind: ButtonKind::Line,
                    icon: if phone { Glyph::Phone } else { Glyph::Eye },
                    fit: true,
                    testid: "{testid}-show",
                    on_press: move |()| {
                        let device = device.clone();
                        spawn(async move {
                            match device.reveal(recipient, field).await {
                                Ok(text) => full.set(text),
                                Err(why) => refused.set(Some(why)),
                            }
                        });
                    },
                }
            }
        }
        if let Some(refusal) = refused() {
            Refused { refusal }
        }
    }
}

#[component]
pub(super) fn FactLine(label: String, value: String) -> Element {
    rsx! {
        div { class: "fact",
            span { class: "small", {label} }
            span { {value} }
        }
    }
}

/// The activities in which the recipient needs help.
fn helpless_in(care: &SelfCare) -> Vec<String> {
    [
        ("eating", care.eating),
        ("dressing", care.dressing),
        ("toileting", care.toileting),
        ("turning", care.turning),
        ("washing", care.washing),
        ("walking", care.walking),
    ]
    .into_iter()
    .filter(|(_, alone)| !alone)
    .map(|(ability, _)| labels::word("ability", ability))
    .collect()
}

/// `肢体 一级`.
fn disability(kind: Option<u8>, level: Option<u8>) -> String {
    let kind = kind.map(|kind| labels::word("disability", &kind.to_string())).unwrap_or_default();
    let level =
        level.map(|level| tr_args("recipient-level", &[("level", u32::from(level).into())])).unwrap_or_default();
    labels::line([kind, level])
}

#[component]
pub(super) fn Profile(card: CardView, on_tags: EventHandler<()>) -> Element {
    let sex = card.sex.map(|sex| labels::word("sex", if sex == Sex::Male { "male" } else { "female" }));
    rsx! {
        Card { title: tr("recipient-profile"), icon: Glyph::Me, testid: "recipient-profile",
            if card.item.minor {
                Note { tone: Tone::Info, icon: Glyph::Lock, text: tr("recipient-minor") }
            }
            FactLine { label: tr("field-category"), value: labels::word("category", card.item.category.word()) }
            if let Some(sex) = sex {
                FactLine { label: tr("field-sex"), value: sex }
            }
            if let Some(birth) = card.birth {
                FactLine { label: tr("field-birth"), value: labels::day_full(birth) }
            }
            if let Some(masked) = card.id_masked.clone() {
                Number { card: card.clone(), label: tr("field-id_number"), masked, field: RevealField::IdNumber, testid: "recipient-id" }
            }
            if let Some((kind, level)) = card.disability {
                FactLine { label: tr("recipient-disability"), value: disability(kind, level) }
            }
            if let Some(care) = card.self_care {
                FactLine {
                    label: tr("field-self_care"),
                    value: match helpless_in(&care) {
                        needs if needs.is_empty() => tr("recipient-manages"),
                        needs => tr_args("recipient-needs-help", &[("with", labels::list(needs).into())]),
                    },
                }
            }
            if let Some(risk) = card.risk.clone() {
                FactLine { label: tr("field-risk"), value: labels::word("risk", risk.word()) }
            }
            FactLine { label: tr("field-code"), value: card.code.clone() }
            div { class: "cluster",
                for tag in card.item.tags.clone() {
                    Tag { key: "{tag}", label: labels::word("tag", &tag) }
                }
                Button {
                    label: tr("recipient-edit-tags"),
                    kind: ButtonKind::Quiet,
                    icon: Glyph::Pen,
                    fit: true,
                    testid: "recipient-tags",
                    on_press: on_tags,
                }
            }
        }
    }
}

/// The household and the other carers.
#[component]
pub(super) fn Carers(card: CardView) -> Element {
    rsx! {
        if !card.household.is_empty() {
            Section { title: tr("recipient-household"), testid: "recipient-household",
                for (id, name) in card.household.clone() {
                    ListRow {
                        key: "{id}",
                        avatar: initial(&name),
                        title: name,
                        testid: "recipient-household-{id}",
                        on_press: move |()| nav::open(Destination::RecipientCard { id: id.0 }),
                    }
                }
            }
        }
        if !card.carers.is_empty() {
            Card { title: tr("recipient-carers"), icon: Glyph::People, testid: "recipient-carers",
                for (name, role) in card.carers.clone() {
                    FactLine { key: "{name}{role}", label: labels::word("role", role.word()), value: name }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_one_does_not_manage_alone_is_named() {
        let care =
            SelfCare { eating: true, dressing: true, toileting: true, turning: true, washing: false, walking: false };
        assert_eq!(helpless_in(&care), ["洗澡", "室内走动"]);
    }

    #[test]
    fn a_disability_is_told_by_kind_and_level() {
        assert_eq!(disability(Some(4), Some(1)), "肢体 · 1 级");
        assert_eq!(disability(None, Some(2)), "2 级");
    }
}
