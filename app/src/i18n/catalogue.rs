//! The app's own locale files, embedded, because a phone gives the app no folder of files. One file per area of the
//! app.

use presentation::{Lang, Texts};

macro_rules! areas {
    ($($area:literal),+ $(,)?) => {
        const ZH_CN: Texts = &[$(($area, include_str!(concat!("../../../assets/locales/zh-CN/", $area, ".ftl")))),+];
        const EN: Texts = &[$(($area, include_str!(concat!("../../../assets/locales/en/", $area, ".ftl")))),+];
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
    "refusals",
];

/// (area, text of its file) of a language. A key begins with the name of its area.
pub const fn texts(lang: Lang) -> Texts {
    match lang {
        Lang::ZhCn => ZH_CN,
        Lang::En => EN,
    }
}
