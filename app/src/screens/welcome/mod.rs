//! First run: what this is, how one reads, and the link or code that the office gave out. With a PIN set already,
//! enrolling happens here; a new code after access was withdrawn is entered here too.

use device_core::{Refusal, views::Phase};
use dioxus::prelude::*;
use shared::{records::ProblemCode, wire::ErrorCode};

use super::{appearance::Appearance, parts::EmergencyButton};
use crate::{
    components::{
        Button, ButtonKind, Card, ErrorNote, Glyph, Icon, Note, Page, TextField, TextKind, Toasts, Tone, TopBar,
        use_toasts,
    },
    i18n::{tr, tr_args},
    labels,
    nav::{self, Destination},
    state::{
        enrolment::{self, Enrolment, EnrolmentProblem},
        use_device, use_status,
    },
};

/// What stands in the two fields. They are written anew, under another number, when text comes from elsewhere.
#[derive(Clone, Debug, Default, PartialEq)]
struct Fields {
    code: String,
    server: String,
    written: u32,
}

impl Fields {
    fn put(&mut self, code: String, server: Option<String>) {
        self.code = code;
        if let Some(server) = server {
            self.server = server;
        }
        self.written += 1;
    }
}

/// Enrolling as the screen sees it.
#[derive(Clone, Copy, PartialEq)]
struct Enroller {
    /// Enrols the device; the route guard leads on when it succeeds.
    enrol: Callback<Enrolment>,
    running: Signal<Option<Enrolment>>,
    refused: Signal<Option<Refusal>>,
}

fn use_enroller() -> Enroller {
    let device = use_device();
    let mut running = use_signal(|| None::<Enrolment>);
    let mut refused = use_signal(|| None::<Refusal>);
    let enrol = use_callback(move |entered: Enrolment| {
        let device = device.clone();
        running.set(Some(entered.clone()));
        refused.set(None);
        spawn(async move {
            enrolment::save_draft(&device, &entered).await;
            if let Err(why) = device.enrol(&entered.server, &entered.code).await {
                refused.set(Some(why));
            }
            running.set(None);
        });
    });
    Enroller { enrol, running, refused }
}

/// Fills the fields again: after the PIN was set, and then enrols at once; after a kill, from the draft.
fn use_restored_fields(mut fields: Signal<Fields>, phase: Phase, enrol: Callback<Enrolment>) {
    let device = use_device();
    let enrolment::PendingEnrolment(mut pending) = enrolment::use_pending();
    use_future(move || {
        let device = device.clone();
        async move {
            let typed = pending.write().take();
            match typed {
                Some(entered) => {
                    fields.write().put(entered.code.clone(), Some(entered.server.clone()));
                    if phase == Phase::New {
                        pending.set(Some(entered));
                    } else {
                        enrol.call(entered);
                    }
                }
                None if phase == Phase::Unenrolled => {
                    if let Some(entered) = enrolment::load_draft(&device).await {
                        fields.write().put(entered.code, Some(entered.server));
                    }
                }
                None => {}
            }
        }
    });
}

/// Reads the clipboard into the code field.
fn paste(mut fields: Signal<Fields>, mut problem: Signal<Option<EnrolmentProblem>>, toasts: Toasts) {
    spawn(async move {
        let text = document::eval("return await navigator.clipboard.readText();").join::<String>().await;
        match text.map(|text| text.trim().to_owned()) {
            Ok(text) if !text.is_empty() => {
                fields.write().put(text, None);
                problem.set(None);
            }
            _ => toasts.failed(tr("welcome-paste-failed")),
        }
    });
}

#[component]
pub fn WelcomeScreen() -> Element {
    let toasts = use_toasts();
    let phase = use_status().map_or(Phase::New, |status| status.phase);
    let enrolment::PendingEnrolment(mut pending) = enrolment::use_pending();
    let fields = use_signal(Fields::default);
    let mut problem = use_signal(|| None::<EnrolmentProblem>);
    let Enroller { enrol, running, refused } = use_enroller();
    use_restored_fields(fields, phase, enrol);
    let next = move |()| {
        let read = enrolment::parse(&fields.peek().code, &fields.peek().server);
        problem.set(read.as_ref().err().copied());
        match read {
            Ok(entered) if phase == Phase::New => {
                pending.set(Some(entered));
                nav::open(Destination::SetPin);
            }
            Ok(entered) => enrol.call(entered),
            Err(_) => {}
        }
    };
    let back = (phase == Phase::Revoked).then(|| EventHandler::new(|()| nav::leave()));
    rsx! {
        Page {
            testid: "screen-welcome",
            top: rsx! {
                TopBar { title: tr("common-app-name"), subtitle: tr("common-app-line"), on_back: back }
            },
            foot: rsx! {
                Button {
                    label: if phase == Phase::New { tr("common-next") } else { tr("welcome-enrol") },
                    busy: running().is_some(),
                    testid: "welcome-next",
                    on_press: next,
                }
            },
            if let Some(entered) = running() {
                Enrolling { server: shown_server(&entered) }
            } else {
                if phase == Phase::New {
                    Greeting {}
                } else {
                    Note { tone: Tone::Good, icon: Glyph::Check, text: tr("welcome-pin-set"), testid: "welcome-pin-set" }
                }
                if let Some(refusal) = refused() {
                    EnrolmentRefused { refusal, on_retry: next }
                }
                EnrolmentForm { fields, problem: problem(), on_paste: move |()| paste(fields, problem, toasts) }
                EmergencyButton {}
            }
        }
    }
}

/// What the app is, in one sentence, and its appearance.
#[component]
fn Greeting() -> Element {
    rsx! {
        div { class: "welcome-head",
            div { class: "welcome-mark", Icon { glyph: Glyph::Knot } }
            p { class: "welcome-line", {tr("welcome-what")} }
        }
        Appearance { prefix: "welcome" }
    }
}

#[component]
fn EnrolmentForm(fields: Signal<Fields>, problem: Option<EnrolmentProblem>, on_paste: EventHandler<()>) -> Element {
    let Fields { code, server, written } = fields.peek().clone();
    // Memos, so that typing does not render the fields again, but only what depends on a link or on new text.
    let linked = use_memo(move || enrolment::has_link(&fields.read().code));
    let generation = use_memo(move || fields.read().written);
    let _ = generation();
    let about_server = problem.filter(|p| p.is_about_server()).map(problem_words);
    let about_code = problem.filter(|p| !p.is_about_server()).map(problem_words);
    rsx! {
        Card { title: tr("welcome-enter"), icon: Glyph::Link,
            for turn in [written] {
                TextField {
                    key: "code-{turn}",
                    label: tr("welcome-code"),
                    kind: TextKind::Code,
                    initial: code.clone(),
                    hint: tr("welcome-code-hint"),
                    error: about_code.clone(),
                    // A link with its address; a message around it.
                    max_len: 600,
                    testid: "welcome-code",
                    on_input: move |text| fields.write().code = text,
                }
            }
            Button {
                label: tr("welcome-paste"),
                kind: ButtonKind::Line,
                fit: true,
                testid: "welcome-paste",
                on_press: move |()| on_paste.call(()),
            }
            if linked() {
                Note { tone: Tone::Good, icon: Glyph::Check, text: tr("welcome-link-found"), testid: "welcome-link-found" }
            } else {
                for turn in [written] {
                    TextField {
                        key: "server-{turn}",
                        label: tr("welcome-server"),
                        kind: TextKind::Link,
                        initial: server.clone(),
                        hint: tr("welcome-server-hint"),
                        error: about_server.clone(),
                        testid: "welcome-server",
                        on_input: move |text| fields.write().server = text,
                    }
                }
            }
        }
    }
}

#[component]
fn Enrolling(server: String) -> Element {
    rsx! {
        div { class: "empty", role: "status", "data-testid": "welcome-enrolling",
            div { class: "empty-mark", span { class: "spinner" } }
            h2 { class: "empty-title", {tr("welcome-enrolling")} }
            p { class: "empty-text", {tr_args("welcome-enrolling-text", &[("server", server.into())])} }
        }
    }
}

/// Why enrolling failed, and what to do next.
#[component]
fn EnrolmentRefused(refusal: Refusal, on_retry: EventHandler<()>) -> Element {
    let (what, next) = refusal_texts(&refusal);
    rsx! {
        ErrorNote {
            what,
            next,
            on_retry: worth_retrying(&refusal).then_some(on_retry),
            testid: "welcome-error",
        }
    }
}

/// The address without the scheme, which is the same for every server.
fn shown_server(entered: &Enrolment) -> String {
    entered.server.trim_start_matches("https://").trim_end_matches('/').to_owned()
}

fn problem_words(problem: EnrolmentProblem) -> String {
    match problem {
        EnrolmentProblem::CodeMissing => tr("welcome-code-missing"),
        EnrolmentProblem::CodeLength(n) => tr_args("welcome-code-length", &[("n", n.into())]),
        EnrolmentProblem::LinkBroken => tr("welcome-link-broken"),
        EnrolmentProblem::ServerMissing => tr("welcome-server-missing"),
        EnrolmentProblem::ServerWrong => tr("welcome-server-wrong"),
    }
}

/// What failed and what to do next. Before enrolment there are no records that a text could call safe.
fn refusal_texts(refusal: &Refusal) -> (String, String) {
    match refusal {
        Refusal::Offline => (tr("welcome-offline"), tr("welcome-offline-next")),
        Refusal::NotNow => (tr("welcome-other-person"), tr("welcome-other-person-next")),
        Refusal::Server(ErrorCode::NotFound) => (tr("welcome-no-server"), tr("welcome-no-server-next")),
        Refusal::Invalid(problems)
            if problems.iter().any(|p| p.field == "server" && p.code != ProblemCode::Missing) =>
        {
            (tr("welcome-server-wrong"), tr("welcome-server-hint"))
        }
        other => labels::refusal(other),
    }
}

/// Whether another attempt may succeed: a wrong code stays wrong, a connection may come back.
fn worth_retrying(refusal: &Refusal) -> bool {
    !matches!(
        refusal,
        Refusal::Server(ErrorCode::CodeUnknown | ErrorCode::CodeExpired | ErrorCode::CodeUsed) | Refusal::NotNow
    )
}

#[cfg(test)]
mod tests;
