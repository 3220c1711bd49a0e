//! What stands before every page: the session, the form's token, the reader's language, the headers that keep a page
//! from being used against its reader.

use super::{
    Console,
    page::{self, Frame},
    session,
};
use crate::{
    core::{CoreError, Viewer},
    http::errors,
    store::Store,
    text::{self, FluentValue, Lang, tr, tr_with},
};
use axum::{
    Form, RequestExt,
    extract::{FromRequest, FromRequestParts, Multipart, Request, multipart::MultipartError},
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{self, HeaderName},
        request::Parts,
    },
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use maud::html;
use presentation::Locale;
use shared::wire::{ErrorCode, SyncError};
use std::{collections::BTreeMap, convert::Infallible, sync::Arc};

pub const SESSION_COOKIE: &str = "lianxin_session";
pub const LOGIN_COOKIE: &str = "lianxin_login";
const LANG_COOKIE: &str = "lianxin_lang";

pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// A `Set-Cookie` that only this console gets back, and no script reads. `seconds` 0 removes it.
pub fn set_cookie(name: &str, value: &str, seconds: u64, https: bool) -> HeaderValue {
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    // Names and values are our own: letters, digits, hyphens.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Who reads, in which language: `?lang=` for this page and all after it, else the cookie, else Chinese.
#[derive(Clone, Debug)]
pub struct Reader {
    pub lang: Lang,
    uri: Uri,
}

impl Reader {
    fn of(parts: &Parts) -> Self {
        let chosen = query_lang(&parts.uri);
        let kept = cookie(&parts.headers, LANG_COOKIE).and_then(Lang::from_code);
        Self { lang: chosen.or(kept).unwrap_or_default(), uri: parts.uri.clone() }
    }

    pub fn locale(&self) -> Locale {
        text::locale(self.lang)
    }

    pub fn t(&self, key: &str) -> String {
        tr(self.lang, key)
    }

    pub fn tw(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        tr_with(self.lang, key, args)
    }

    /// This page in another language.
    pub fn in_lang(&self, lang: Lang) -> String {
        let kept = self.uri.query().unwrap_or_default().split('&').filter(|p| !p.is_empty() && !p.starts_with("lang="));
        let mut query: Vec<&str> = kept.collect();
        let chosen = format!("lang={}", lang.code());
        query.push(&chosen);
        format!("{}?{}", self.uri.path(), query.join("&"))
    }
}

fn query_lang(uri: &Uri) -> Option<Lang> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Lang::from_code)
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

/// Somebody signed in. Whoever is not is sent to the log-in.
pub struct Signed {
    pub viewer: Viewer,
    pub reader: Reader,
    pub csrf: String,
    pub secret: String,
}

impl<S: Store> FromRequestParts<Arc<Console<S>>> for Signed {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console<S>>) -> Result<Self, Response> {
        let reader = Reader::of(parts);
        let to_login = || Redirect::to("/console/login").into_response();
        let secret = cookie(&parts.headers, SESSION_COOKIE).ok_or_else(to_login)?.to_owned();
        let session = console.sessions.find(&secret).ok_or_else(to_login)?;
        // Asked each time: someone who left, or lost the role, is out with the next page.
        match console.core.viewer_by_worker(session.worker).await {
            Ok(Some(viewer)) => Ok(Self { viewer, reader, csrf: session.csrf, secret }),
            Ok(None) => {
                console.sessions.end(&secret);
                Err(to_login())
            }
            Err(error) => Err(failed(&reader, None, error)),
        }
    }
}

/// A signed-in administrator. Others are told that the page is not theirs.
pub struct Administrator(pub Signed);

impl<S: Store> FromRequestParts<Arc<Console<S>>> for Administrator {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console<S>>) -> Result<Self, Response> {
        let signed = Signed::from_request_parts(parts, console).await?;
        if signed.viewer.is_administrator() {
            Ok(Self(signed))
        } else {
            Err(refused(&signed.reader, Some(&signed), &ErrorCode::NotAllowed))
        }
    }
}

/// A form of a signed-in person, with the session's token in it.
pub struct Posted {
    pub signed: Signed,
    pub fields: BTreeMap<String, String>,
}

impl<S: Store> FromRequest<Arc<Console<S>>> for Posted {
    type Rejection = Response;
    async fn from_request(mut request: Request, console: &Arc<Console<S>>) -> Result<Self, Response> {
        let signed: Signed = request.extract_parts_with_state(console).await?;
        let fields = form_fields(request).await;
        let token = fields.get("csrf").map(String::as_str).unwrap_or_default();
        if session::same(token, &signed.csrf) {
            Ok(Self { fields, signed })
        } else {
            Err(refused(&signed.reader, Some(&signed), &ErrorCode::NotAllowed))
        }
    }
}

/// A form of a signed-in person that brings a file, with the session's token in it.
pub struct Uploaded {
    pub signed: Signed,
    /// Empty when none was chosen.
    pub file: Vec<u8>,
}

impl<S: Store> FromRequest<Arc<Console<S>>> for Uploaded {
    type Rejection = Response;
    async fn from_request(mut request: Request, console: &Arc<Console<S>>) -> Result<Self, Response> {
        let signed: Signed = request.extract_parts_with_state(console).await?;
        let (mut token, mut file) = (String::new(), Vec::new());
        let read = match request.extract::<Multipart, _>().await {
            Ok(form) => parts(form, &mut token, &mut file).await,
            Err(_) => Err(ErrorCode::Malformed),
        };
        // Too much to be read to its end may have broken off before the token.
        if read == Err(ErrorCode::TooLarge) {
            return Err(refused(&signed.reader, Some(&signed), &ErrorCode::TooLarge));
        }
        if !session::same(&token, &signed.csrf) {
            return Err(refused(&signed.reader, Some(&signed), &ErrorCode::NotAllowed));
        }
        match read {
            Ok(()) => Ok(Self { signed, file }),
            Err(code) => Err(refused(&signed.reader, Some(&signed), &code)),
        }
    }
}

async fn parts(mut form: Multipart, token: &mut String, file: &mut Vec<u8>) -> Result<(), ErrorCode> {
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

/// A form's fields; none when it is no form or too long.
pub async fn form_fields(request: Request) -> BTreeMap<String, String> {
    Form::<BTreeMap<String, String>>::from_request(request, &()).await.map(|Form(fields)| fields).unwrap_or_default()
}

/// A page that says why not.
pub fn refused(reader: &Reader, signed: Option<&Signed>, code: &ErrorCode) -> Response {
    let error = errors::api_error(&SyncError::refused(code.clone()), reader.lang);
    let status = errors::status(code);
    let frame = Frame { reader, signed, title: reader.t("console-refused"), here: "" };
    let content = html! {
        section.card.narrow {
            h1 { (frame.title) }
            (page::note("error", &error.message))
            @if signed.is_some() { a.button.line href="/console/report" { (reader.t("console-back")) } }
        }
    };
    (status, page::page(&frame, content)).into_response()
}

/// The same for what the core could not do.
pub fn failed(reader: &Reader, signed: Option<&Signed>, error: CoreError) -> Response {
    let error: SyncError = error.into();
    refused(reader, signed, error.code().unwrap_or(&ErrorCode::Internal))
}

/// Headers on every answer, and the cookie that keeps a chosen language.
pub async fn headers(request: Request, next: Next) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                          frame-ancestors 'none'; base-uri 'none'";
    let chosen = query_lang(request.uri());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Some(lang) = chosen {
        /// A year.
        const KEPT: u64 = 365 * 86_400;
        headers.append(header::SET_COOKIE, set_cookie(LANG_COOKIE, lang.code(), KEPT, false));
    }
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}
