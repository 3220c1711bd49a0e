//! The server's texts in the language of their reader: errors, console, import and command line. Texts that only the
//! server shows live in `assets/locales-server/<language>/<area>.ftl`; those that it shares with the app come with the
//! crate `presentation`.

use std::sync::LazyLock;

use presentation::{Catalogue, Locale, Texts};
pub use presentation::{FluentValue, Lang};
use shared::wire::ErrorCode;

macro_rules! areas {
    ($($area:literal),+ $(,)?) => {
        const ZH_CN: Texts = &[$(($area, include_str!(concat!("../../assets/locales-server/zh-CN/", $area, ".ftl")))),+];
        const EN: Texts = &[$(($area, include_str!(concat!("../../assets/locales-server/en/", $area, ".ftl")))),+];
    };
}

areas!["errors", "console", "import", "cli"];

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(own));

const fn own(lang: Lang) -> Texts {
    match lang {
        Lang::ZhCn => ZH_CN,
        Lang::En => EN,
    }
}

/// The texts of one language.
pub fn locale(lang: Lang) -> Locale {
    Locale::new(&CATALOGUE, lang)
}

/// The text of `key` in `lang`, else in Chinese, else the key itself.
pub fn tr(lang: Lang, key: &str) -> String {
    CATALOGUE.text(lang, key, &[])
}

/// [`tr`] with arguments.
pub fn tr_with(lang: Lang, key: &str, args: &[(&str, FluentValue<'_>)]) -> String {
    CATALOGUE.text(lang, key, args)
}

/// Whether a text of this key exists.
pub fn has(lang: Lang, key: &str) -> bool {
    CATALOGUE.has(lang, key)
}

/// What failed and what to do next, as sentences. Where the advice for a phone does not fit the readers of the server,
/// the server has a text of its own (`server-error-<code>`).
pub fn error_sentences(lang: Lang, code: &ErrorCode) -> String {
    let own = format!("server-error-{code}");
    if has(lang, &own) { tr(lang, &own) } else { presentation::labels::error_sentences(code, locale(lang)) }
}

/// The language of the terminal, by the variables that set it.
pub fn language_of_environment() -> Lang {
    let set = ["LIANXIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|v| std::env::var(v).ok().filter(|v| !v.is_empty()));
    set.as_deref().and_then(Lang::from_code).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use presentation::check;

    #[test]
    fn both_languages_have_the_same_keys_with_the_same_arguments() {
        let keys = |lang| check::keys(own(lang)).unwrap();
        assert!(keys(Lang::ZhCn)["console"].len() > 50, "the files were not read");
        assert_eq!(keys(Lang::ZhCn), keys(Lang::En));
    }

    #[test]
    fn chinese_text_uses_full_width_signs() {
        assert_eq!(check::half_width_signs(own(Lang::ZhCn)), Vec::<String>::new());
    }

    #[test]
    fn no_text_of_the_server_replaces_one_that_it_shares_with_the_app() {
        let shared = Catalogue::new(|_| &[]);
        for key in check::keys(own(Lang::ZhCn)).unwrap().into_values().flat_map(|file| file.into_keys()) {
            assert!(!shared.has(Lang::ZhCn, &key), "{key}");
        }
    }

    #[test]
    fn every_error_code_has_a_text() {
        for code in ErrorCode::ALL {
            for lang in Lang::ALL {
                let text = error_sentences(lang, code);
                assert!(text.chars().count() > 8 && !text.contains("error-"), "{code} in {}: {text}", lang.code());
            }
        }
        assert_eq!(
            error_sentences(Lang::En, &ErrorCode::NotFound),
            "There is nothing here. Check the address, or refresh and try again."
        );
    }
}
