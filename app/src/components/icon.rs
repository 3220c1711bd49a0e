//! The app's stroke icons, inlined so that they take the colour and size of the surrounding text.

use dioxus::prelude::*;

macro_rules! glyphs {
    ($($name:ident => $file:literal),+ $(,)?) => {
        /// An icon of `assets/icons`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Glyph { $($name),+ }

        impl Glyph {
            /// Every icon, for the gallery.
            pub const ALL: &[Glyph] = &[$(Glyph::$name),+];

            const fn svg(self) -> &'static str {
                match self {
                    $(Glyph::$name => include_str!(concat!("../../../assets/icons/", $file, ".svg"))),+
                }
            }
        }
    };
}

glyphs![
    Home => "home", House => "house", People => "people", Plus => "plus", Minus => "minus", Sync => "sync",
    Refresh => "refresh", Me => "me", Chart => "chart", Chevron => "chevron", Back => "back", Check => "check",
    Clock => "clock", Warning => "warning", Question => "question", Phone => "phone", Camera => "camera",
    Photo => "photo", Search => "search", Filter => "filter", Eye => "eye", EyeOff => "eye-off", Gift => "gift",
    Note => "note", Settings => "settings", Lock => "lock", Message => "message", Close => "close", Trash => "trash",
    Chat => "chat", Video => "video", Offline => "offline", Link => "link", Upload => "upload", Pen => "pen",
    Backspace => "backspace", Calendar => "calendar", Place => "place", Coin => "coin", Policy => "policy",
    Deed => "deed", Knot => "knot", Heart => "heart",
];

/// Draws a glyph. It is hidden from screen readers: the text beside it, or the button's label, has the meaning.
#[component]
pub fn Icon(glyph: Glyph, #[props(default)] small: bool) -> Element {
    let class = if small { "icon small-icon" } else { "icon" };
    rsx! {
        span { class, aria_hidden: "true", dangerous_inner_html: glyph.svg() }
    }
}
