//! The console's cookies: their names and their attributes.

use axum::http::{HeaderMap, HeaderValue};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use std::time::Duration;

/// Holds the secret of a session.
pub const SESSION_COOKIE: &str = "lianxin_session";
/// Holds the token of the log-in form, for which there is no session yet.
pub const LOGIN_COOKIE: &str = "lianxin_login";
/// Holds the language that a person chose.
pub const LANG_COOKIE: &str = "lianxin_lang";

/// The value of a cookie of the request.
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    CookieJar::from_headers(headers).get(name).map(|cookie| cookie.value().to_owned())
}

/// A `Set-Cookie` value. The browser returns the cookie only to this server, never in a request from another site, and
/// hides it from scripts. `https`: over TLS only.
pub fn set_cookie(name: &'static str, value: &str, valid: Duration, https: bool) -> HeaderValue {
    let cookie = Cookie::build((name, value))
        .path("/")
        .max_age(valid.try_into().unwrap_or_default())
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(https);
    // Values are hexadecimal secrets and language codes, which every header may hold.
    HeaderValue::try_from(cookie.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// A `Set-Cookie` value that makes the browser forget the cookie.
pub fn remove_cookie(name: &'static str, https: bool) -> HeaderValue {
    set_cookie(name, "", Duration::ZERO, https)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header;

    #[test]
    fn a_cookie_is_set_with_all_its_attributes() {
        let text = |https| set_cookie("a", "b", Duration::from_secs(60), https).to_str().unwrap().to_owned();
        assert_eq!(text(true), "a=b; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=60");
        assert_eq!(text(false), "a=b; HttpOnly; SameSite=Strict; Path=/; Max-Age=60");
        assert_eq!(remove_cookie("a", false), "a=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    }

    #[test]
    fn a_cookie_is_found_among_others_and_in_several_headers() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("xa=1; a=2 ;b=3"));
        headers.append(header::COOKIE, HeaderValue::from_static("c=4"));
        assert_eq!(cookie(&headers, "a").as_deref(), Some("2"));
        assert_eq!(cookie(&headers, "c").as_deref(), Some("4"));
        assert_eq!(cookie(&headers, "d"), None);
    }
}
