//! Import of bundles, the sealed files of unsent work, for instance from a USB stick. For administrators only. The
//! console never shows what a bundle holds.
//!
//! - `GET /console/bundle`: 200 · 303 to the log-in · 403
//! - `POST /console/bundle`: 200 the result · 303 · 400 · 403 · 413 the file is too large

use super::{
    guard::{Administrator, CsrfUpload},
    page::{self, Layout},
    refusal,
    signed_in::SignedIn,
    state::Console,
};
use crate::{core::RelayedBy, store::Store};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use shared::wire::{BUNDLE_BYTES_MAX, BundleVerdict, ErrorCode};
use std::sync::Arc;

/// The largest bundle, and 16 KiB for the form around it.
pub const UPLOAD_BYTES_MAX: usize = BUNDLE_BYTES_MAX + (16 << 10);

/// The form.
pub async fn form<S: Store>(State(_): State<Arc<Console<S>>>, Administrator(signed_in): Administrator) -> Response {
    view(&signed_in, None).into_response()
}

/// The form, below the result of the last import where there is one.
fn view(signed_in: &SignedIn, verdict: Option<&BundleVerdict>) -> Markup {
    let locale = &signed_in.locale;
    let title = locale.t("console-menu-bundle");
    let content = html! {
        section.card.narrow {
            h1 { (title) }
            p.soft { (locale.t("console-bundle-hint")) }
            @if let Some(verdict) = verdict {
                (page::note(if verdict.is_delivered() { "good" } else { "error" }, &locale.t(&format!("bundle-{verdict}"))))
            }
            form.fields method="post" action="/console/bundle" enctype="multipart/form-data" {
                (page::csrf(signed_in))
                label { span { (locale.t("console-bundle-file")) }
                    input type="file" name="file" accept=".lxb" required; }
                button type="submit" { (locale.t("console-bundle-do")) }
            }
        }
    };
    page::page(&Layout { locale, signed_in: Some(signed_in), title, menu_path: "/console/bundle" }, content)
}

/// Imports the file on behalf of the administrator.
pub async fn submit<S: Store>(
    State(console): State<Arc<Console<S>>>,
    CsrfUpload { signed_in, file }: CsrfUpload,
) -> Response {
    if !signed_in.viewer.is_administrator() {
        return refusal::refused(&signed_in.locale, Some(&signed_in), &ErrorCode::NotAllowed);
    }
    let relayed_by = RelayedBy::Console { worker: signed_in.viewer.worker };
    match console.core.import_bundle(file, relayed_by).await {
        Ok(verdict) => view(&signed_in, Some(&verdict)).into_response(),
        Err(error) => refusal::failed(&signed_in.locale, Some(&signed_in), error),
    }
}
