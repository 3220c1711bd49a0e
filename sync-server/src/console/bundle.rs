//! Files of phones' unsent work, brought on a stick. Administrators only; nobody here can read what is in one.
//!
//! - `GET /console/bundle`: 200 · 303 to the log-in · 403
//! - `POST /console/bundle`: 200 what became of the file · 303 · 400 · 403 · 413 larger than a file may be

use super::{
    Console,
    guard::{self, Administrator, Signed, Uploaded},
    page::{self, Frame},
};
use crate::{core::RelayedBy, store::Store};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use shared::wire::{BUNDLE_BYTES_MAX, BundleVerdict, ErrorCode};
use std::sync::Arc;

/// The largest file and the form around it.
pub const UPLOAD_BYTES_MAX: usize = BUNDLE_BYTES_MAX + (16 << 10);

pub async fn form<S: Store>(State(_): State<Arc<Console<S>>>, Administrator(signed): Administrator) -> Response {
    shown(&signed, None).into_response()
}

fn shown(signed: &Signed, verdict: Option<&BundleVerdict>) -> Markup {
    let reader = &signed.reader;
    let title = reader.t("console-menu-bundle");
    let content = html! {
        section.card.narrow {
            h1 { (title) }
            p.soft { (reader.t("console-bundle-hint")) }
            @if let Some(verdict) = verdict {
                (page::note(if verdict.is_delivered() { "good" } else { "error" }, &reader.t(&format!("bundle-{verdict}"))))
            }
            form.fields method="post" action="/console/bundle" enctype="multipart/form-data" {
                (page::csrf(signed))
                label { span { (reader.t("console-bundle-file")) }
                    input type="file" name="file" accept=".lxb" required; }
                button type="submit" { (reader.t("console-bundle-do")) }
            }
        }
    };
    page::page(&Frame { reader, signed: Some(signed), title, here: "/console/bundle" }, content)
}

pub async fn submit<S: Store>(State(console): State<Arc<Console<S>>>, Uploaded { signed, file }: Uploaded) -> Response {
    if !signed.viewer.is_administrator() {
        return guard::refused(&signed.reader, Some(&signed), &ErrorCode::NotAllowed);
    }
    let relayed_by = RelayedBy::Console { worker: signed.viewer.worker };
    match console.core.import_bundle(file, relayed_by).await {
        Ok(verdict) => shown(&signed, Some(&verdict)).into_response(),
        Err(error) => guard::failed(&signed.reader, Some(&signed), error),
    }
}
