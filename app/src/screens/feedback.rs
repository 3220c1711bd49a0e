//! 投诉建议: feedback to the office. It is saved like a record, so it needs no signal.

use device_core::Command;
use dioxus::prelude::*;
use serde::{Deserialize, Serialize};
use shared::records::FeedbackKind;

use super::parts::{EmergencyButton, FormPage, use_record_form};
use crate::{
    components::{Choice, Glyph, Note, Segmented, TextArea, Tone, use_toasts},
    i18n::tr,
    nav,
    state::{send, use_device},
};

const KEY: &str = "feedback";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Form {
    kind: FeedbackKind,
    text: String,
}

impl Form {
    fn new() -> Self {
        Self { kind: FeedbackKind::Suggestion, text: String::new() }
    }

    /// The command that sends the form; `None` while the text is blank.
    fn command(&self) -> Option<Command> {
        let text = self.text.trim();
        (!text.is_empty()).then(|| Command::SendFeedback { kind: self.kind.clone(), text: text.to_owned() })
    }
}

fn kinds() -> Vec<Choice<FeedbackKind>> {
    vec![
        Choice::new(FeedbackKind::Suggestion, tr("feedback-suggestion")).testid("feedback-suggestion"),
        Choice::new(FeedbackKind::Fault, tr("feedback-fault")).testid("feedback-fault"),
        Choice::new(FeedbackKind::Complaint, tr("feedback-complaint")).testid("feedback-complaint"),
    ]
}

#[component]
pub fn FeedbackScreen() -> Element {
    let device = use_device();
    let toasts = use_toasts();
    let mut missing = use_signal(|| false);
    let form = use_record_form(KEY.to_owned(), Form::new);
    rsx! {
        FormPage {
            form,
            title: tr("nav-feedback"),
            save_label: tr("feedback-send"),
            testid: "screen-feedback",
            save_testid: "feedback-send",
            on_save: move |()| {
                let command = form.draft.form.peek().command();
                missing.set(command.is_none());
                let Some(command) = command else { return };
                let device = device.clone();
                form.save_then(command, move |_| {
                    // The command names no draft, so the core does not drop it with the record.
                    send(&device, Command::DropDraft { key: KEY.to_owned() });
                    toasts.good(tr("feedback-saved"));
                    nav::leave();
                });
            },
            FeedbackBody { form: form.draft.form, missing: missing() }
        }
    }
}

#[component]
fn FeedbackBody(form: Signal<Form>, missing: bool) -> Element {
    let mut form = form;
    rsx! {
        span { class: "label", {tr("feedback-what")} }
        Segmented {
            label: tr("feedback-what"),
            options: kinds(),
            selected: form.read().kind.clone(),
            on_select: move |kind| form.write().kind = kind,
        }
        TextArea {
            label: tr("feedback-text"),
            initial: form.peek().text.clone(),
            hint: tr("feedback-text-hint"),
            error: missing.then(|| tr("feedback-missing")),
            rows: 6,
            testid: "feedback-text",
            on_input: move |text| form.write().text = text,
        }
        Note { tone: Tone::Neutral, icon: Glyph::Message, text: tr("feedback-how") }
        Note { tone: Tone::Danger, icon: Glyph::Warning, text: tr("feedback-danger") }
        EmergencyButton {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_text_is_not_sent() {
        assert_eq!(Form { text: " \n".into(), ..Form::new() }.command(), None);
    }

    #[test]
    fn the_text_is_sent_without_surrounding_blanks() {
        let form = Form { kind: FeedbackKind::Fault, text: " 字太小 ".into() };
        assert_eq!(form.command(), Some(Command::SendFeedback { kind: FeedbackKind::Fault, text: "字太小".into() }));
    }
}
