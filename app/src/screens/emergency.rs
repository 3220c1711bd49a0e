//! The emergency numbers. They need no PIN, no signal and no sync.

use dioxus::prelude::*;
use shared::{
    AreaCode,
    records::{RuleSet, rule_set::EmergencyContact},
};

use crate::{
    components::{Glyph, Icon, Note, Page, Tone, TopBar},
    i18n::{tr, tr_args},
    labels, nav,
    state::use_query,
};

#[component]
pub fn EmergencyScreen() -> Element {
    let rules = use_query(|device| async move { device.rules().await });
    // The built-in numbers are shown until the area's own are read, and if they cannot be.
    let contacts = rules.ready().map(|rules| rules.emergency).filter(|own| !own.is_empty()).unwrap_or_else(built_in);
    rsx! {
        Page {
            testid: "screen-emergency",
            top: rsx! {
                TopBar { title: tr("nav-emergency"), on_back: move |()| nav::leave() }
            },
            EmergencyBody { contacts }
        }
    }
}

fn built_in() -> Vec<EmergencyContact> {
    // The default numbers are the same for every area, so any valid code will do.
    "62".parse::<AreaCode>().map(|province| RuleSet::default_for(province).emergency).unwrap_or_default()
}

/// When to call this number, in one sentence.
fn when(phone: &str) -> String {
    match phone {
        "110" => tr("emergency-when-110"),
        "120" => tr("emergency-when-120"),
        "119" => tr("emergency-when-119"),
        "12345" => tr("emergency-when-12345"),
        _ => tr("emergency-when-other"),
    }
}

/// The characters that a dialler accepts: digits, and the signs before an extension.
fn dialled(phone: &str) -> String {
    phone.chars().filter(|c| c.is_ascii_digit() || matches!(c, '+' | '*' | '#' | ',')).collect()
}

#[component]
fn EmergencyBody(contacts: Vec<EmergencyContact>) -> Element {
    rsx! {
        Note { tone: Tone::Danger, icon: Glyph::Warning, what: tr("emergency-first"), text: tr("emergency-say") }
        for contact in contacts {
            a {
                key: "{contact.phone}",
                class: "emergency-call",
                href: "tel:{dialled(&contact.phone)}",
                aria_label: tr_args("emergency-call", &[("phone", contact.phone.clone().into())]),
                "data-testid": "emergency-{dialled(&contact.phone)}",
                span { class: "avatar danger", aria_hidden: "true", Icon { glyph: Glyph::Phone } }
                span { class: "row-text",
                    span { class: "emergency-number", {contact.phone.clone()} }
                    span { class: "row-title", {labels::labelled(&contact.zh, &contact.en)} }
                    span { class: "row-sub", {when(&contact.phone)} }
                }
            }
        }
        p { class: "small", {tr("emergency-first-text")} }
    }
}

#[cfg(test)]
mod tests {
    use device_core::{Device, Refusal, Reply};

    use super::*;
    use crate::{
        i18n::Lang,
        screens::tests::{drawn, drawn_on},
    };

    #[test]
    fn the_numbers_stand_even_when_the_store_cannot_be_read() {
        let broken = || Device::answering(|_| Reply::Refused(Refusal::Store { detail: "x".into() }));
        for lang in Lang::ALL {
            let page = drawn_on(lang, broken, || rsx! { EmergencyScreen {} });
            for phone in ["tel:110", "tel:120", "tel:119", "tel:12345"] {
                assert!(page.contains(phone), "no {phone} in {page}");
            }
        }
    }

    #[test]
    fn a_number_of_the_area_can_be_dialled_however_it_is_written() {
        let page = drawn(|| {
            let office =
                EmergencyContact { zh: "镇值班室".into(), en: "Duty room".into(), phone: "0933-821 0000".into() };
            rsx! { EmergencyBody { contacts: vec![office] } }
        });
        assert!(
            page.contains("tel:09338210000") && page.contains("0933-821 0000") && page.contains("镇值班室"),
            "{page}"
        );
    }
}
