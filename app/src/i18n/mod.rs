//! The app's texts in the language of its reader. Texts that only the app shows live in
//! `assets/locales/<language>/<area>.ftl`; those that it shares with the console come with the crate `presentation`.
//!
//! [`tr`] and [`tr_args`] look a key up in the language of the app's [`Prefs`](crate::prefs::Prefs). They never panic:
//! a key that a language lacks is read in Chinese, and one that no language has is shown as it is. Tests hold both
//! languages to the same keys with the same arguments, and every key used in `app/src` to exist.

mod catalogue;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use presentation::Catalogue;
pub use presentation::{FluentValue, Lang, Locale, numbers as format};

use crate::prefs;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(catalogue::texts));

/// The reader's texts.
pub fn locale() -> Locale {
    Locale::new(&CATALOGUE, use_lang())
}

/// The text of `key` in `lang`, else in Chinese, else the key itself.
pub fn tr_in(lang: Lang, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
    CATALOGUE.text(lang, key, args)
}

/// The text of `key` in the reader's language. In a component it follows a change of language by itself.
pub fn tr(key: &str) -> String {
    tr_in(use_lang(), key, &[])
}

/// [`tr`] with arguments: `tr_args("common-count-records", &[("n", 3.into())])`.
pub fn tr_args(key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
    tr_in(use_lang(), key, args)
}

/// The reader's language. It is no hook in the strict sense: conditions and handlers may call it too.
pub fn use_lang() -> Lang {
    prefs::current().lang
}
