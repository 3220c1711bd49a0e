//! What people read from the server, in their language: errors, console, import and command line. Text lives in
//! `assets/locales-server/<language>/<area>.ftl`; the words of records are the app's.

pub use fluent_bundle::FluentValue;
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use std::{cell::RefCell, rc::Rc};
use unic_langid::LanguageIdentifier;

/// A language the server speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    #[default]
    ZhCn,
    En,
}

impl Lang {
    pub const ALL: [Self; 2] = [Self::ZhCn, Self::En];

    /// The BCP 47 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language of a code such as `en-GB`; `None` when the server does not speak it.
    pub fn from_code(code: &str) -> Option<Self> {
        let primary = code.split(['-', '_', '.']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::ZhCn),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The best language for an `Accept-Language` header; Chinese when nothing in it is spoken here.
    pub fn accepted(header: &str) -> Self {
        let quality = |params: &str| -> f32 {
            params.split(';').find_map(|p| p.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0)
        };
        let mut best = (Self::default(), 0.0);
        for entry in header.split(',') {
            let (code, params) = entry.split_once(';').unwrap_or((entry, ""));
            if let Some(lang) = Self::from_code(code.trim())
                && quality(params) > best.1
            {
                best = (lang, quality(params));
            }
        }
        best.0
    }

    /// The language of the terminal, by the variables that set it.
    pub fn of_environment() -> Self {
        let set = ["LIANXIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|v| std::env::var(v).ok().filter(|v| !v.is_empty()));
        set.as_deref().and_then(Self::from_code).unwrap_or_default()
    }

    fn id(self) -> LanguageIdentifier {
        self.code().parse().expect("the codes of languages spoken here are valid")
    }

    const fn files(self) -> [&'static str; 4] {
        match self {
            Self::ZhCn => [
                include_str!("../../assets/locales-server/zh-CN/errors.ftl"),
                include_str!("../../assets/locales-server/zh-CN/console.ftl"),
                include_str!("../../assets/locales-server/zh-CN/import.ftl"),
                include_str!("../../assets/locales-server/zh-CN/cli.ftl"),
            ],
            Self::En => [
                include_str!("../../assets/locales-server/en/errors.ftl"),
                include_str!("../../assets/locales-server/en/console.ftl"),
                include_str!("../../assets/locales-server/en/import.ftl"),
                include_str!("../../assets/locales-server/en/cli.ftl"),
            ],
        }
    }

    /// The app's words of records, so that office and phone call a thing by the same name. A text of the server's own
    /// of the same key goes before it.
    const fn words(self) -> &'static str {
        match self {
            Self::ZhCn => include_str!("../../assets/locales/zh-CN/words.ftl"),
            Self::En => include_str!("../../assets/locales/en/words.ftl"),
        }
    }
}

type Bundle = Rc<FluentBundle<FluentResource>>;

thread_local! {
    /// One bundle per language and thread, built when first asked for: a bundle cannot be shared between threads.
    static BUNDLES: RefCell<[Option<Bundle>; 2]> = const { RefCell::new([None, None]) };
}

fn bundle(lang: Lang) -> Bundle {
    BUNDLES.with_borrow_mut(|bundles| {
        let build = || {
            let mut bundle = FluentBundle::new(vec![lang.id()]);
            // The marks that isolate an argument's direction would travel into CSV cells and terminals.
            bundle.set_use_isolating(false);
            for text in [lang.words()].into_iter().chain(lang.files()) {
                // The readable part of a broken file is better than none; the tests refuse such a file.
                let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(readable, _)| readable);
                bundle.add_resource_overriding(resource);
            }
            Rc::new(bundle)
        };
        bundles[lang as usize].get_or_insert_with(build).clone()
    })
}

fn lookup(lang: Lang, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
    let bundle = bundle(lang);
    let pattern = bundle.get_message(key)?.value()?;
    Some(bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned())
}

/// The text of `key` in `lang`, then in Chinese, then the key itself.
pub fn tr(lang: Lang, key: &str) -> String {
    tr_with(lang, key, &[])
}

/// [`tr`] with arguments.
pub fn tr_with(lang: Lang, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
    let args =
        (!args.is_empty()).then(|| args.iter().map(|(name, value)| (*name, value.clone())).collect::<FluentArgs<'_>>());
    lookup(lang, key, args.as_ref())
        .or_else(|| lookup(Lang::ZhCn, key, args.as_ref()))
        .unwrap_or_else(|| key.to_owned())
}

/// Whether a text of this key exists.
pub fn has(lang: Lang, key: &str) -> bool {
    bundle(lang).has_message(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Key → names of its arguments.
    fn keys(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
        let mut keys = BTreeMap::new();
        for text in lang.files() {
            FluentResource::try_new(text.to_owned()).expect("a locale file must read without errors");
            let mut key = String::new();
            for line in text.lines().filter(|l| !l.starts_with('#')) {
                if let Some((name, _)) = line.split_once(" =").filter(|_| !line.starts_with([' ', '}'])) {
                    key = name.to_owned();
                    assert!(!keys.contains_key(&key), "{key} is there twice");
                    keys.insert(key.clone(), BTreeSet::new());
                }
                for part in line.split('$').skip(1) {
                    let name = part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap();
                    keys.get_mut(&key).unwrap().insert(name.to_owned());
                }
            }
        }
        keys
    }

    #[test]
    fn both_languages_hold_the_same_texts_with_the_same_arguments() {
        assert_eq!(keys(Lang::ZhCn), keys(Lang::En));
    }

    #[test]
    fn chinese_text_uses_full_width_signs() {
        let is_chinese = |c: char| ('\u{3400}'..='\u{9fff}').contains(&c);
        for text in Lang::ZhCn.files() {
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                let mut before = ' ';
                for c in line.chars() {
                    assert!(!(is_chinese(before) && ",;:?!()".contains(c)), "half width after {before}: {line}");
                    before = c;
                }
            }
        }
    }

    #[test]
    fn every_error_code_has_a_text() {
        for code in shared::wire::ErrorCode::ALL {
            for lang in Lang::ALL {
                assert!(keys(lang).contains_key(&format!("error-{code}")), "{code} in {}", lang.code());
            }
        }
    }

    #[test]
    fn the_readers_language_is_found_in_what_a_client_accepts() {
        for (header, lang) in [
            ("", Lang::ZhCn),
            ("en", Lang::En),
            ("en-GB,en;q=0.9", Lang::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Lang::ZhCn),
            ("en;q=0.5, zh;q=0.8", Lang::ZhCn),
            ("fr, en;q=0.1", Lang::En),
            ("fr", Lang::ZhCn),
            ("en;q=0", Lang::ZhCn),
        ] {
            assert_eq!(Lang::accepted(header), lang, "{header}");
        }
    }
}
