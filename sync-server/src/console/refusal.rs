//! Error pages.

use super::{
    page::{self, Layout},
    page_locale::PageLocale,
    signed_in::SignedIn,
};
use crate::{core::CoreError, http::errors};
use axum::response::{IntoResponse, Response};
use maud::html;
use shared::wire::{ErrorCode, SyncError};

/// A page that names the reason, with the status of `code`.
pub fn refused(locale: &PageLocale, signed_in: Option<&SignedIn>, code: &ErrorCode) -> Response {
    let error = errors::api_error(&SyncError::refused(code.clone()), locale.lang);
    let status = errors::status(code);
    let layout = Layout { locale, signed_in, title: locale.t("console-refused"), menu_path: "" };
    let content = html! {
        section.card.narrow {
            h1 { (layout.title) }
            (page::note("error", &error.message))
            @if signed_in.is_some() { a.button.line href="/console/report" { (locale.t("console-back")) } }
        }
    };
    (status, page::page(&layout, content)).into_response()
}

/// The page for an error of the core.
pub fn failed(locale: &PageLocale, signed_in: Option<&SignedIn>, error: CoreError) -> Response {
    let error: SyncError = error.into();
    refused(locale, signed_in, error.code().unwrap_or(&ErrorCode::Internal))
}
