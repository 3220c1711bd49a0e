//! Extractors that guard a page: a handler that takes one cannot run without a session, a role, or the form's token.

use super::{
    cookies::{SESSION_COOKIE, cookie},
    page_locale::PageLocale,
    refusal::{failed, refused},
    session::constant_time_eq,
    signed_in::SignedIn,
    state::Console,
};
use crate::store::Store;
use axum::{
    Form, RequestExt,
    extract::{FromRequest, FromRequestParts, Multipart, Request, multipart::MultipartError},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use shared::wire::ErrorCode;
use std::{collections::BTreeMap, sync::Arc};

/// Without a session the browser is redirected to the log-in.
impl<S: Store> FromRequestParts<Arc<Console<S>>> for SignedIn {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console<S>>) -> Result<Self, Response> {
        let locale = PageLocale::of(parts);
        let to_login = || Redirect::to("/console/login").into_response();
        let secret = cookie(&parts.headers, SESSION_COOKIE).ok_or_else(to_login)?;
        let session = console.sessions.find(&secret).ok_or_else(to_login)?;
        // Read at every request, so that a person who left or lost the role is signed out at once.
        match console.core.viewer_by_worker(session.worker).await {
            Ok(Some(viewer)) => Ok(Self { viewer, locale, csrf: session.csrf, secret }),
            Ok(None) => {
                console.sessions.end(&secret);
                Err(to_login())
            }
            Err(error) => Err(failed(&locale, None, error)),
        }
    }
}

/// A signed-in administrator. Rejects other people with 403.
pub struct Administrator(pub SignedIn);

impl<S: Store> FromRequestParts<Arc<Console<S>>> for Administrator {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console<S>>) -> Result<Self, Response> {
        let signed_in = SignedIn::from_request_parts(parts, console).await?;
        if signed_in.viewer.is_administrator() {
            Ok(Self(signed_in))
        } else {
            Err(refused(&signed_in.locale, Some(&signed_in), &ErrorCode::NotAllowed))
        }
    }
}

/// A form of a signed-in person that carries the session's token. Rejects a form without it with 403.
pub struct CsrfForm {
    pub signed_in: SignedIn,
    pub fields: BTreeMap<String, String>,
}

impl<S: Store> FromRequest<Arc<Console<S>>> for CsrfForm {
    type Rejection = Response;
    async fn from_request(mut request: Request, console: &Arc<Console<S>>) -> Result<Self, Response> {
        let signed_in: SignedIn = request.extract_parts_with_state(console).await?;
        let fields = form_fields(request).await;
        let token = fields.get("csrf").map(String::as_str).unwrap_or_default();
        if constant_time_eq(token, &signed_in.csrf) {
            Ok(Self { fields, signed_in })
        } else {
            Err(refused(&signed_in.locale, Some(&signed_in), &ErrorCode::NotAllowed))
        }
    }
}

/// A form with a file, under the same conditions as [`CsrfForm`]. Rejects a file that is too large with 413 and a form
/// that cannot be read with 400.
pub struct CsrfUpload {
    pub signed_in: SignedIn,
    /// Empty when no file was chosen.
    pub file: Vec<u8>,
}

impl<S: Store> FromRequest<Arc<Console<S>>> for CsrfUpload {
    type Rejection = Response;
    async fn from_request(mut request: Request, console: &Arc<Console<S>>) -> Result<Self, Response> {
        let signed_in: SignedIn = request.extract_parts_with_state(console).await?;
        let (mut token, mut file) = (String::new(), Vec::new());
        let read = match request.extract::<Multipart, _>().await {
            Ok(form) => read_parts(form, &mut token, &mut file).await,
            Err(_) => Err(ErrorCode::Malformed),
        };
        // Before the token is compared: reading stopped at the limit, perhaps before the token.
        if read == Err(ErrorCode::TooLarge) {
            return Err(refused(&signed_in.locale, Some(&signed_in), &ErrorCode::TooLarge));
        }
        if !constant_time_eq(&token, &signed_in.csrf) {
            return Err(refused(&signed_in.locale, Some(&signed_in), &ErrorCode::NotAllowed));
        }
        match read {
            Ok(()) => Ok(Self { signed_in, file }),
            Err(code) => Err(refused(&signed_in.locale, Some(&signed_in), &code)),
        }
    }
}

/// Reads the token and the file of a multipart form. What was read before an error stays in them.
async fn read_parts(mut form: Multipart, token: &mut String, file: &mut Vec<u8>) -> Result<(), ErrorCode> {
    let failed = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
        _ => ErrorCode::Malformed,
    };
    while let Some(field) = form.next_field().await.map_err(failed)? {
        match field.name() {
            Some("csrf") => *token = field.text().await.map_err(failed)?,
            Some("file") => *file = field.bytes().await.map_err(failed)?.into(),
            _ => {}
        }
    }
    Ok(())
}

/// The fields of a form; none when the body is no form or too long.
pub async fn form_fields(request: Request) -> BTreeMap<String, String> {
    Form::<BTreeMap<String, String>>::from_request(request, &()).await.map(|Form(fields)| fields).unwrap_or_default()
}
