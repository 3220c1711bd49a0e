//! The texts of a program: those that both programs share, and its own.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

use crate::lang::Lang;

/// (name of a locale file without `.ftl`, its text).
pub type Texts = &'static [(&'static str, &'static str)];

macro_rules! texts {
    ($($file:literal),+ $(,)?) => {
        const ZH_CN: Texts = &[$(($file, include_str!(concat!("../locales/zh-CN/", $file, ".ftl")))),+];
        const EN: Texts = &[$(($file, include_str!(concat!("../locales/en/", $file, ".ftl")))),+];
    };
}

texts!["labels", "fields", "format", "problems", "errors"];

/// The texts that both programs share.
pub const fn common(lang: Lang) -> Texts {
    match lang {
        Lang::ZhCn => ZH_CN,
        Lang::En => EN,
    }
}

/// All texts that a program can show, by language and key. A program builds one and keeps it in a static.
pub struct Catalogue {
    bundles: [FluentBundle<FluentResource>; Lang::ALL.len()],
}

impl Catalogue {
    /// The common texts and `own`. A key of `own` that a common text has too replaces that text.
    pub fn new(own: fn(Lang) -> Texts) -> Catalogue {
        Catalogue { bundles: Lang::ALL.map(|lang| bundle(lang, own(lang))) }
    }

    /// The text of `key` in `lang`, else in Chinese, else the key itself.
    pub fn text(&self, lang: Lang, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        let args = (!args.is_empty())
            .then(|| args.iter().map(|(name, value)| (*name, value.clone())).collect::<FluentArgs<'_>>());
        self.lookup(lang, key, args.as_ref())
            .or_else(|| self.lookup(Lang::default(), key, args.as_ref()))
            .unwrap_or_else(|| key.to_owned())
    }

    /// Whether `lang` has a text of this key.
    pub fn has(&self, lang: Lang, key: &str) -> bool {
        self.bundles[lang as usize].has_message(key)
    }

    fn lookup(&self, lang: Lang, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let bundle = &self.bundles[lang as usize];
        let pattern = bundle.get_message(key)?.value()?;
        // A missing argument leaves its name in the text, which is better than no text.
        Some(bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned())
    }
}

fn bundle(lang: Lang, own: Texts) -> FluentBundle<FluentResource> {
    // The language decides the plural forms only. The tests show that both codes are well-formed.
    let mut bundle = FluentBundle::new_concurrent(vec![lang.code().parse().unwrap_or_default()]);
    // The marks that isolate an argument's direction show as boxes in some phone fonts, and would travel into CSV cells
    // and terminals. Both scripts run from left to right.
    bundle.set_use_isolating(false);
    for (_, text) in common(lang).iter().chain(own) {
        // The readable part of a broken file is better than none. The tests refuse such a file.
        let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(readable, _)| readable);
        bundle.add_resource_overriding(resource);
    }
    bundle
}
