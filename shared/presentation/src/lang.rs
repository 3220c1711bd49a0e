//! The languages that texts exist in, and which of them a reader gets.

/// A language with a full set of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Simplified Chinese, for every reader who did not choose.
    #[default]
    ZhCn,
    En,
}

impl Lang {
    pub const ALL: [Lang; 2] = [Lang::ZhCn, Lang::En];

    /// The BCP 47 code, for settings, cookies and the `lang` attribute of HTML.
    pub const fn code(self) -> &'static str {
        match self {
            Lang::ZhCn => "zh-CN",
            Lang::En => "en",
        }
    }

    /// The language of a code such as `en-GB` or `zh_CN.UTF-8`; `None` for a language without texts.
    pub fn from_code(code: &str) -> Option<Lang> {
        let primary = code.split(['-', '_', '.']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "zh" => Some(Lang::ZhCn),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    /// The best language for an `Accept-Language` header; Chinese when it names no language with texts.
    pub fn accepted(header: &str) -> Lang {
        let quality = |params: &str| -> f32 {
            params.split(';').find_map(|p| p.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0)
        };
        let mut best = (Lang::default(), 0.0);
        for entry in header.split(',') {
            let (code, params) = entry.split_once(';').unwrap_or((entry, ""));
            if let Some(lang) = Lang::from_code(code.trim())
                && quality(params) > best.1
            {
                best = (lang, quality(params));
            }
        }
        best.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_gives_the_language_with_the_highest_quality() {
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

    #[test]
    fn a_code_is_read_by_its_first_part() {
        assert_eq!(Lang::from_code("en-GB"), Some(Lang::En));
        assert_eq!(Lang::from_code("zh_CN.UTF-8"), Some(Lang::ZhCn));
        assert_eq!(Lang::from_code("tlh"), None);
        assert_eq!(Lang::from_code(""), None);
    }
}
