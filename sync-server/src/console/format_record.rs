//! Values of records in the language of a page.

use super::page_locale::PageLocale;
use presentation::{
    labels,
    record::{Layout, Numbers, RecordFormat},
};
pub use presentation::{masking::masked, record::is_hidden};
use serde_json::Value;
use shared::records::Kind;

/// The label of a value, or the value itself where no locale file has one.
pub fn word(locale: &PageLocale, group: &str, value: &str) -> String {
    labels::label(group, value, locale.locale())
}

/// The name of a field.
pub fn field(locale: &PageLocale, field: &str) -> String {
    labels::field_name(field, locale.locale())
}

/// What a value says. A page decides itself whether numbers of people are [`masked`].
pub fn value(locale: &PageLocale, kind: &Kind, field: &str, value: Option<&Value>) -> String {
    let format = RecordFormat {
        locale: locale.locale(),
        rules: None,
        now: None,
        layout: Layout::Inline,
        numbers: Numbers::AsGiven,
    };
    format.value_or_none(kind, field, value)
}
