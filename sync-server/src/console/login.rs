//! Log-in and log-out.
//!
//! - `GET /console/login`: 200
//! - `POST /console/login`: 303 to the report · 401 wrong name or wrong password, with the same message · 403 a form of
//!   another site · 429 too many attempts, with the seconds to wait
//! - `POST /console/logout`: 303 to the log-in

use super::{
    cookies::{LOGIN_COOKIE, SESSION_COOKIE, cookie, remove_cookie, set_cookie},
    guard::{CsrfForm, form_fields},
    page::{self, Layout},
    page_locale::PageLocale,
    refusal,
    session::{LIFETIME, constant_time_eq, random_text},
    state::Console,
};
use crate::{core::LoginError, store::Store, text::error_sentences};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use maud::html;
use shared::wire::ErrorCode;
use std::{sync::Arc, time::Duration};

/// 1 hour to type a password.
const FORM_VALID: Duration = Duration::from_secs(3600);

/// The log-in form.
pub async fn form<S: Store>(State(console): State<Arc<Console<S>>>, locale: PageLocale) -> Response {
    show(&console, &locale, StatusCode::OK, None)
}

/// The form. Its token is compared with a cookie, because there is no session yet that could hold it.
fn show<S>(console: &Console<S>, locale: &PageLocale, status: StatusCode, message: Option<String>) -> Response {
    let token = random_text();
    let content = html! {
        section.card.login {
            h1 { (locale.t("console-log-in")) }
            p.soft { (locale.t("console-log-in-hint")) }
            @if let Some(message) = &message { (page::note("error", message)) }
            form.fields method="post" action="/console/login" {
                input type="hidden" name="csrf" value=(token);
                label { span { (locale.t("console-account")) }
                    input name="login" autocomplete="username" autocapitalize="off" spellcheck="false" required autofocus; }
                label { span { (locale.t("console-password")) }
                    input type="password" name="password" autocomplete="current-password" required; }
                button type="submit" { (locale.t("console-log-in")) }
            }
        }
    };
    let layout = Layout { locale, signed_in: None, title: locale.t("console-log-in"), menu_path: "" };
    let mut response = (status, page::page(&layout, content)).into_response();
    let cookie = set_cookie(LOGIN_COOKIE, &token, FORM_VALID, console.options.https);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// Checks name and password and begins a session.
pub async fn submit<S: Store>(
    State(console): State<Arc<Console<S>>>,
    locale: PageLocale,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let fields = form_fields(request).await;
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let expected = cookie(&headers, LOGIN_COOKIE).unwrap_or_default();
    if expected.is_empty() || !constant_time_eq(&expected, field("csrf")) {
        return show(&console, &locale, StatusCode::FORBIDDEN, Some(locale.t("console-form-expired")));
    }
    let login = field("login").trim();
    if let Err(wait) = console.login_throttle.attempt(login) {
        let message = locale.tw("console-wait", &[("seconds", wait.to_string().into())]);
        let mut response = show(&console, &locale, StatusCode::TOO_MANY_REQUESTS, Some(message));
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        return response;
    }
    // The semaphore is never closed, so this waits until a slot is free.
    let _slot = console.logins.acquire().await;
    match console.core.login(login, field("password")).await {
        Ok(viewer) => {
            console.login_throttle.succeeded(login);
            let secret = console.sessions.begin(viewer.worker);
            let https = console.options.https;
            let mut response = Redirect::to("/console/report").into_response();
            let headers = response.headers_mut();
            headers.append(header::SET_COOKIE, set_cookie(SESSION_COOKIE, &secret, LIFETIME, https));
            headers.append(header::SET_COOKIE, remove_cookie(LOGIN_COOKIE, https));
            response
        }
        Err(LoginError::Wrong) => {
            let sentences = error_sentences(locale.lang, &ErrorCode::LoginFailed);
            show(&console, &locale, StatusCode::UNAUTHORIZED, Some(sentences))
        }
        Err(LoginError::Store(error)) => {
            tracing::error!(%error, "a log-in could not be verified");
            refusal::refused(&locale, None, &ErrorCode::Busy)
        }
    }
}

/// Ends the session.
pub async fn log_out<S: Store>(State(console): State<Arc<Console<S>>>, form: CsrfForm) -> Response {
    console.sessions.end(&form.signed_in.secret);
    let mut response = Redirect::to("/console/login").into_response();
    response.headers_mut().append(header::SET_COOKIE, remove_cookie(SESSION_COOKIE, console.options.https));
    response
}
