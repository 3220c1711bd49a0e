//! A catalogue with the language of one reader: what every function of this crate writes in.

use fluent_bundle::FluentValue;

use crate::{catalogue::Catalogue, lang::Lang};

/// The texts that a reader gets. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Locale {
    catalogue: &'static Catalogue,
    pub lang: Lang,
}

impl Locale {
    pub const fn new(catalogue: &'static Catalogue, lang: Lang) -> Locale {
        Locale { catalogue, lang }
    }

    /// The text of `key`; without one in this language the Chinese one, and without that the key itself.
    pub fn text(self, key: &str) -> String {
        self.catalogue.text(self.lang, key, &[])
    }

    /// [`Locale::text`] with arguments.
    pub fn text_with(self, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        self.catalogue.text(self.lang, key, args)
    }

    /// The text of `key`, or `otherwise` where no language has one.
    pub fn text_or(self, key: &str, otherwise: &str) -> String {
        let text = self.text(key);
        if text == key { otherwise.to_owned() } else { text }
    }
}
