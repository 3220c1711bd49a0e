//! Log-in and log-out.
//!
//! - `GET /console/login`: 200
//! - `POST /console/login`: 303 to the report · 401 name or password wrong, said alike for both · 403 a form from
//!   elsewhere · 429 tried too often, with the seconds to wait
//! - `POST /console/logout`: 303 to the log-in

use super::{
    Console,
    guard::{self, LOGIN_COOKIE, Posted, Reader, SESSION_COOKIE, cookie, form_fields, set_cookie},
    page::{self, Frame},
    session::{LONGEST, random_text, same},
};
use crate::{core::LoginError, store::Store, text::error_sentences};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use maud::html;
use shared::wire::ErrorCode;
use std::sync::Arc;

/// An hour to type a password.
const FORM_SECONDS: u64 = 3600;

pub async fn form<S: Store>(State(console): State<Arc<Console<S>>>, reader: Reader) -> Response {
    show(&console, &reader, StatusCode::OK, None)
}

/// The form, with a token of its own: there is no session yet that could hold one.
fn show<S>(console: &Console<S>, reader: &Reader, status: StatusCode, message: Option<String>) -> Response {
    let token = random_text();
    let content = html! {
        section.card.login {
            h1 { (reader.t("console-log-in")) }
            p.soft { (reader.t("console-log-in-hint")) }
            @if let Some(message) = &message { (page::note("error", message)) }
            form.fields method="post" action="/console/login" {
                input type="hidden" name="csrf" value=(token);
                label { span { (reader.t("console-account")) }
                    input name="login" autocomplete="username" autocapitalize="off" spellcheck="false" required autofocus; }
                label { span { (reader.t("console-password")) }
                    input type="password" name="password" autocomplete="current-password" required; }
                button type="submit" { (reader.t("console-log-in")) }
            }
        }
    };
    let frame = Frame { reader, signed: None, title: reader.t("console-log-in"), here: "" };
    let mut response = (status, page::page(&frame, content)).into_response();
    let cookie = set_cookie(LOGIN_COOKIE, &token, FORM_SECONDS, console.options.https);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

pub async fn submit<S: Store>(
    State(console): State<Arc<Console<S>>>,
    reader: Reader,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let fields = form_fields(request).await;
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let expected = cookie(&headers, LOGIN_COOKIE).unwrap_or_default();
    if expected.is_empty() || !same(expected, field("csrf")) {
        return show(&console, &reader, StatusCode::FORBIDDEN, Some(reader.t("console-form-expired")));
    }
    let login = field("login").trim();
    if let Err(wait) = console.tries.attempt(login) {
        let message = reader.tw("console-wait", &[("seconds", wait.to_string().into())]);
        let mut response = show(&console, &reader, StatusCode::TOO_MANY_REQUESTS, Some(message));
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        return response;
    }
    // The semaphore is never closed.
    let _turn = console.logins.acquire().await;
    match console.core.login(login, field("password")).await {
        Ok(viewer) => {
            console.tries.succeeded(login);
            let secret = console.sessions.begin(viewer.worker);
            let https = console.options.https;
            let mut response = Redirect::to("/console/report").into_response();
            let headers = response.headers_mut();
            headers.append(header::SET_COOKIE, set_cookie(SESSION_COOKIE, &secret, LONGEST.as_secs(), https));
            headers.append(header::SET_COOKIE, set_cookie(LOGIN_COOKIE, "", 0, https));
            response
        }
        Err(LoginError::Wrong) => show(
            &console,
            &reader,
            StatusCode::UNAUTHORIZED,
            Some(error_sentences(reader.lang, &ErrorCode::LoginFailed)),
        ),
        Err(LoginError::Store(error)) => {
            tracing::error!(%error, "a log-in could not be checked");
            guard::refused(&reader, None, &ErrorCode::Busy)
        }
    }
}

pub async fn log_out<S: Store>(State(console): State<Arc<Console<S>>>, posted: Posted) -> Response {
    console.sessions.end(&posted.signed.secret);
    let mut response = Redirect::to("/console/login").into_response();
    response.headers_mut().append(header::SET_COOKIE, set_cookie(SESSION_COOKIE, "", 0, console.options.https));
    response
}
