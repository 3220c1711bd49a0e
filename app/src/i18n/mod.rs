//! What people read, in their language. Text lives in `assets/locales/<language>/<area>.ftl` and nowhere else.
//!
//! [`tr`] and [`tr_args`] look a key up in the language of the app's [`Prefs`](crate::prefs::Prefs). They never panic: a key
//! that a language lacks is read in Chinese, and one that nobody has is shown as it is. Two tests keep that from
//! happening: both languages hold the same keys with the same arguments, and every key used in `app/src` exists.

mod catalogue;
pub mod format;
#[cfg(test)]
mod tests;

use std::cell::RefCell;

pub use fluent_bundle::FluentValue;
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::prefs;

/// A language the app speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Simplified Chinese, what people here read.
    #[default]
    ZhCn,
    En,
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::ZhCn, Lang::En];

    /// The BCP 47 code, as kept in the settings and put on `lang=`.
    pub const fn code(self) -> &'static str {
        match self {
            Lang::ZhCn => "zh-CN",
            Lang::En => "en",
        }
    }

    /// The language of a stored code; an unknown one is Chinese.
    pub fn from_code(code: &str) -> Lang {
        if code == "en" || code.starts_with("en-") { Lang::En } else { Lang::ZhCn }
    }

    fn id(self) -> LanguageIdentifier {
        // It decides the plural forms only; both codes are well-formed, as every test of a text shows.
        self.code().parse().unwrap_or_default()
    }
}

type Bundle = FluentBundle<FluentResource>;

thread_local! {
    /// One bundle per language, built when first asked for: a bundle cannot be shared between threads.
    static BUNDLES: RefCell<[Option<Bundle>; 2]> = const { RefCell::new([None, None]) };
}

fn build(lang: Lang) -> Bundle {
    let mut bundle = FluentBundle::new(vec![lang.id()]);
    // The marks that isolate an argument's direction show as boxes in some phone fonts, and both scripts run left to right.
    bundle.set_use_isolating(false);
    for (_, text) in catalogue::texts(lang) {
        let resource = match FluentResource::try_new((*text).to_owned()) {
            Ok(resource) => resource,
            // The readable part of a broken file is better than none; the tests refuse such a file.
            Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

fn lookup(lang: Lang, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
    BUNDLES.with_borrow_mut(|bundles| {
        let slot = &mut bundles[lang as usize];
        let bundle = slot.get_or_insert_with(|| build(lang));
        let pattern = bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        Some(bundle.format_pattern(pattern, args, &mut errors).into_owned())
    })
}

/// `key` in `lang`, then in Chinese, then the key itself.
pub fn tr_in(lang: Lang, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
    let args =
        (!args.is_empty()).then(|| args.iter().map(|(name, value)| (*name, value.clone())).collect::<FluentArgs<'_>>());
    lookup(lang, key, args.as_ref())
        .or_else(|| lookup(Lang::ZhCn, key, args.as_ref()))
        .unwrap_or_else(|| key.to_owned())
}

/// The text of `key` in the reader's language. In a component it follows a change of language by itself.
pub fn tr(key: &str) -> String {
    tr_in(use_lang(), key, &[])
}

/// [`tr`] with arguments: `tr_args("common-count-records", &[("n", 3.into())])`.
pub fn tr_args(key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
    tr_in(use_lang(), key, args)
}

/// The reader's language. Not a hook in the strict sense: it may be called anywhere, in conditions and handlers too.
pub fn use_lang() -> Lang {
    prefs::current().lang
}
