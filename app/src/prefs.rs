//! The reader's preferences: language, size of text, colours, and whether photos use mobile data.

use dioxus::prelude::*;
use presentation::Lang;

/// Size of text and targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextSize {
    /// 14 px and up, targets of 48 px.
    #[default]
    Normal,
    /// 18 px and up, targets of 60 px.
    Large,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// The default even at night: phones are used outdoors, and dark screens cannot be read in the sun.
    #[default]
    Light,
    Dark,
    Contrast,
}

macro_rules! coded {
    ($kind:ty, $($variant:path => $code:literal),+) => {
        impl $kind {
            /// The code in the store, and the value of the attribute on the app's root.
            pub const fn code(self) -> &'static str {
                match self { $($variant => $code),+ }
            }

            /// The value of a stored code; the default for an unknown one.
            pub fn from_code(code: &str) -> Self {
                match code { $($code => $variant,)+ _ => Self::default() }
            }
        }
    };
}
coded!(TextSize, TextSize::Normal => "normal", TextSize::Large => "large");
coded!(Theme, Theme::Light => "light", Theme::Dark => "dark", Theme::Contrast => "contrast");

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prefs {
    pub lang: Lang,
    pub text: TextSize,
    pub theme: Theme,
    /// Photos are sent over mobile data too; otherwise they wait for Wi-Fi.
    pub photos_on_metered: bool,
}

/// Makes `start` the preferences of everything below. Call once, in the root component.
pub fn provide_prefs(start: Prefs) -> Signal<Prefs> {
    use_context_provider(|| Signal::new(start))
}

/// The preferences, to change them. Must be called below [`provide_prefs`].
pub fn use_prefs() -> Signal<Prefs> {
    use_context()
}

/// The preferences in force. A component that reads them is rendered again when they change. Outside the app (plain
/// tests, other threads) they are the defaults.
pub fn current() -> Prefs {
    let inside = dioxus::core::Runtime::try_current().is_some_and(|runtime| runtime.try_current_scope_id().is_some());
    let prefs = if inside { try_consume_context::<Signal<Prefs>>() } else { None };
    prefs.map(|prefs| prefs()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_code_comes_back_as_the_value() {
        for theme in [Theme::Light, Theme::Dark, Theme::Contrast] {
            assert_eq!(Theme::from_code(theme.code()), theme);
        }
        for text in [TextSize::Normal, TextSize::Large] {
            assert_eq!(TextSize::from_code(text.code()), text);
        }
        assert_eq!(Theme::from_code("sepia"), Theme::Light);
    }
}
