//! The locale files, embedded: the app has no file system of its own on a phone. One file per area of the app.

use super::Lang;

macro_rules! areas {
    ($($area:literal),+ $(,)?) => {
        const ZH_CN: &[(&str, &str)] = &[$(($area, include_str!(concat!("../../../assets/locales/zh-CN/", $area, ".ftl")))),+];
        const EN: &[(&str, &str)] = &[$(($area, include_str!(concat!("../../../assets/locales/en/", $area, ".ftl")))),+];
    };
}

areas![
    "common",
    "nav",
    "welcome",
    "pin",
    "today",
    "recipients",
    "recipient",
    "record",
    "visit",
    "assist",
    "sync",
    "mine",
    "report",
    "reviews",
    "settings",
    "emergency",
    "feedback",
    "errors",
    "gallery",
    "need",
    "words",
];

/// (area, text of its file) of a language. A key begins with the name of its area.
pub const fn texts(lang: Lang) -> &'static [(&'static str, &'static str)] {
    match lang {
        Lang::ZhCn => ZH_CN,
        Lang::En => EN,
    }
}
