//! Enrolment: a one-time code for a worker, as text, link and QR code. For administrators, for workers of their areas.
//!
//! - `GET /console/enrol`: 200 · 303 to the log-in · 403
//! - `POST /console/enrol`: 200 the code, shown once · 403 · 404 the form again: no such worker here

use super::{
    format::moment,
    guard::{Administrator, CsrfForm},
    page::{self, Layout},
    qr, refusal,
    signed_in::SignedIn,
    state::Console,
};
use crate::{
    core::{CoreError, IssuedCode, WorkerEntry},
    store::Store,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use shared::wire::{ErrorCode, enrol::EnrolLink};
use std::sync::Arc;

/// The form.
pub async fn form<S: Store>(State(_): State<Arc<Console<S>>>, Administrator(signed_in): Administrator) -> Response {
    view(&signed_in, fields(&signed_in, "", None)).into_response()
}

fn view(signed_in: &SignedIn, content: Markup) -> Markup {
    let title = signed_in.locale.t("console-menu-enrol");
    page::page(
        &Layout { locale: &signed_in.locale, signed_in: Some(signed_in), title, menu_path: "/console/enrol" },
        content,
    )
}

/// The form, below a message where there is one.
fn fields(signed_in: &SignedIn, worker: &str, message: Option<String>) -> Markup {
    let locale = &signed_in.locale;
    html! {
        section.card.narrow {
            h1 { (locale.t("console-menu-enrol")) }
            p.soft { (locale.t("console-enrol-hint")) }
            @if let Some(message) = &message { (page::note("error", message)) }
            form.fields method="post" action="/console/enrol" {
                (page::csrf(signed_in))
                label { span { (locale.t("console-worker-code")) }
                    input name="worker" value=(worker) autocapitalize="off" spellcheck="false" required autofocus; }
                button type="submit" { (locale.t("console-enrol-do")) }
            }
        }
    }
}

/// True when all areas of the worker lie inside the administrator's areas. Otherwise an administrator could enrol a
/// device with wider rights than their own.
fn within(worker: &WorkerEntry, signed_in: &SignedIn) -> bool {
    signed_in.viewer.may_see(&worker.area) && worker.areas.iter().all(|area| signed_in.viewer.may_see(area))
}

/// Issues a code.
pub async fn submit<S: Store>(
    State(console): State<Arc<Console<S>>>,
    headers: HeaderMap,
    CsrfForm { signed_in, fields: posted }: CsrfForm,
) -> Response {
    let locale = &signed_in.locale;
    if !signed_in.viewer.is_administrator() {
        return refusal::refused(locale, Some(&signed_in), &ErrorCode::NotAllowed);
    }
    let code = posted.get("worker").map(|c| c.trim()).unwrap_or_default();
    let again = |key: &str| {
        let message = locale.tw(key, &[("worker", crate::import::finding::shown(code).into())]);
        (StatusCode::NOT_FOUND, view(&signed_in, fields(&signed_in, code, Some(message)))).into_response()
    };
    let worker = match console.core.find_worker(code).await {
        Ok(Some(worker)) if within(&worker, &signed_in) => worker,
        // The same answer for a worker of another area, whose existence is not revealed.
        Ok(_) => return again("console-no-worker"),
        Err(error) => return refusal::failed(locale, Some(&signed_in), error),
    };
    match console.core.issue_code(code).await {
        Ok(issued) => {
            view(&signed_in, issued_code(&issued, &worker, &server_url(&console, &headers), &signed_in)).into_response()
        }
        Err(CoreError::UnknownWorker(_)) => again("console-no-worker"),
        Err(CoreError::WorkerLeft(_)) => again("console-worker-left"),
        Err(error) => refusal::failed(locale, Some(&signed_in), error),
    }
}

/// What phones call this server: the configured URL, else the host that this browser used.
fn server_url<S>(console: &Console<S>, headers: &HeaderMap) -> String {
    if let Some(url) = &console.options.public_url {
        return url.clone();
    }
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or("localhost");
    format!("{}://{host}", if console.options.https { "https" } else { "http" })
}

/// The code with its link and QR code.
fn issued_code(issued: &IssuedCode, worker: &WorkerEntry, server: &str, signed_in: &SignedIn) -> Markup {
    let locale = &signed_in.locale;
    let link = EnrolLink { server: server.to_owned(), code: issued.code.clone() }.to_text();
    html! {
        section.card.narrow.issued {
            h1 { (locale.tw("console-enrol-for", &[("name", worker.name.as_str().into())])) }
            p.soft { (worker.code) }
            @if let Some(qr) = qr::svg(&link, &locale.t("console-qr")) { (qr) }
            p.code { (issued.code) }
            p { (locale.tw("console-enrol-expires", &[("at", moment(issued.expires).into())])) }
            dl.pairs {
                div { dt { (locale.t("console-server")) } dd { (server) } }
                div { dt { (locale.t("console-link")) } dd.break { (link) } }
            }
            p.soft { (locale.t("console-enrol-once")) }
            a.button.line href="/console/enrol" { (locale.t("console-enrol-next")) }
        }
    }
}
