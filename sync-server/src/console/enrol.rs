//! Enrolment: a one-time code for a worker, as text, link and QR. Administrators only, for workers of their areas.
//!
//! - `GET /console/enrol`: 200 · 303 to the log-in · 403
//! - `POST /console/enrol`: 200 the code, shown once · 403 · 404 no such worker here, said on the form

use super::{
    Console,
    format::moment,
    guard::{self, Administrator, Posted, Signed},
    page::{self, Frame},
    qr,
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

pub async fn form<S: Store>(State(_): State<Arc<Console<S>>>, Administrator(signed): Administrator) -> Response {
    frame(&signed, fields(&signed, "", None)).into_response()
}

fn frame(signed: &Signed, content: Markup) -> Markup {
    let title = signed.reader.t("console-menu-enrol");
    page::page(&Frame { reader: &signed.reader, signed: Some(signed), title, here: "/console/enrol" }, content)
}

fn fields(signed: &Signed, worker: &str, message: Option<String>) -> Markup {
    let reader = &signed.reader;
    html! {
        section.card.narrow {
            h1 { (reader.t("console-menu-enrol")) }
            p.soft { (reader.t("console-enrol-hint")) }
            @if let Some(message) = &message { (page::note("error", message)) }
            form.fields method="post" action="/console/enrol" {
                (page::csrf(signed))
                label { span { (reader.t("console-worker-code")) }
                    input name="worker" value=(worker) autocapitalize="off" spellcheck="false" required autofocus; }
                button type="submit" { (reader.t("console-enrol-do")) }
            }
        }
    }
}

/// True when every right of the worker lies within the administrator's own, so that nobody enrols as somebody above.
fn within(worker: &WorkerEntry, signed: &Signed) -> bool {
    signed.viewer.may_see(&worker.area) && worker.areas.iter().all(|area| signed.viewer.may_see(area))
}

pub async fn submit<S: Store>(
    State(console): State<Arc<Console<S>>>,
    headers: HeaderMap,
    Posted { signed, fields: posted }: Posted,
) -> Response {
    let reader = &signed.reader;
    if !signed.viewer.is_administrator() {
        return guard::refused(reader, Some(&signed), &ErrorCode::NotAllowed);
    }
    let code = posted.get("worker").map(|c| c.trim()).unwrap_or_default();
    let again = |key: &str| {
        let message = reader.tw(key, &[("worker", crate::import::finding::shown(code).into())]);
        (StatusCode::NOT_FOUND, frame(&signed, fields(&signed, code, Some(message)))).into_response()
    };
    let worker = match console.core.find_worker(code).await {
        Ok(Some(worker)) if within(&worker, &signed) => worker,
        // One of another area looks like none at all.
        Ok(_) => return again("console-no-worker"),
        Err(error) => return guard::failed(reader, Some(&signed), error),
    };
    match console.core.issue_code(code).await {
        Ok(issued) => frame(&signed, show(&issued, &worker, &server_url(&console, &headers), &signed)).into_response(),
        Err(CoreError::UnknownWorker(_)) => again("console-no-worker"),
        Err(CoreError::WorkerLeft(_)) => again("console-worker-left"),
        Err(error) => guard::failed(reader, Some(&signed), error),
    }
}

/// What phones call this server: as it was set, else as this browser called it.
fn server_url<S>(console: &Console<S>, headers: &HeaderMap) -> String {
    if let Some(url) = &console.options.public_url {
        return url.clone();
    }
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or("localhost");
    format!("{}://{host}", if console.options.https { "https" } else { "http" })
}

fn show(issued: &IssuedCode, worker: &WorkerEntry, server: &str, signed: &Signed) -> Markup {
    let reader = &signed.reader;
    let link = EnrolLink { server: server.to_owned(), code: issued.code.clone() }.to_text();
    html! {
        section.card.narrow.issued {
            h1 { (reader.tw("console-enrol-for", &[("name", worker.name.as_str().into())])) }
            p.soft { (worker.code) }
            @if let Some(qr) = qr::svg(&link, &reader.t("console-qr")) { (qr) }
            p.code { (issued.code) }
            p { (reader.tw("console-enrol-expires", &[("at", moment(issued.expires).into())])) }
            dl.pairs {
                div { dt { (reader.t("console-server")) } dd { (server) } }
                div { dt { (reader.t("console-link")) } dd.break { (link) } }
            }
            p.soft { (reader.t("console-enrol-once")) }
            a.button.line href="/console/enrol" { (reader.t("console-enrol-next")) }
        }
    }
}
