//! The language of a page.

use super::{
    address::{query_value, with_query_value},
    cookies::{LANG_COOKIE, cookie},
};
use crate::text::{self, FluentValue, Lang, tr, tr_with};
use axum::{
    extract::FromRequestParts,
    http::{Uri, request::Parts},
};
use presentation::Locale;
use std::convert::Infallible;

/// The language of a page and its address, for links to the same page in another language. `?lang=` decides, else the
/// cookie of an earlier choice, else Chinese.
#[derive(Clone, Debug)]
pub struct PageLocale {
    pub lang: Lang,
    uri: Uri,
}

impl PageLocale {
    pub(super) fn of(parts: &Parts) -> Self {
        let chosen_before = || cookie(&parts.headers, LANG_COOKIE).and_then(|code| Lang::from_code(&code));
        let lang = chosen_lang(&parts.uri).or_else(chosen_before).unwrap_or_default();
        Self { lang, uri: parts.uri.clone() }
    }

    /// The language and texts, for the shared formats.
    pub fn locale(&self) -> Locale {
        text::locale(self.lang)
    }

    /// The text of `key`.
    pub fn t(&self, key: &str) -> String {
        tr(self.lang, key)
    }

    /// The text of `key` with arguments.
    pub fn tw(&self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        tr_with(self.lang, key, args)
    }

    /// The address of this page in another language.
    pub fn in_lang(&self, lang: Lang) -> String {
        with_query_value(self.uri.path(), self.uri.query().unwrap_or_default(), "lang", lang.code())
    }
}

/// The language that `?lang=` names.
pub(super) fn chosen_lang(uri: &Uri) -> Option<Lang> {
    Lang::from_code(&query_value(uri.query()?, "lang")?)
}

impl<S: Sync> FromRequestParts<S> for PageLocale {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}
