//! Values of records in the reader's words: codes as their word, money in yuan, ids left out. What has no word is shown
//! as it came.

use super::{
    format::{count, moment},
    page_locale::PageLocale,
    report::category_name,
};
use serde_json::Value;
use shared::{
    Fen, Moment,
    records::{Category, Finding, GoodsLine, Kind},
};

/// Ids and sizes that mean nothing to a reader.
const HIDDEN_FIELDS: [&str; 16] = [
    "recipient",
    "handout",
    "need",
    "assistance",
    "photo",
    "generation",
    "sha256",
    "mime",
    "row",
    "position",
    "household",
    "width",
    "height",
    "size",
    "code",
    "worker",
];

pub fn is_silent(field: &str) -> bool {
    HIDDEN_FIELDS.contains(&field)
}

/// The word of an open enum, or the word itself where no locale file has one.
pub fn word(locale: &PageLocale, area: &str, word: &str) -> String {
    let key = format!("{area}-{word}");
    let text = locale.t(&key);
    if text == key { word.to_owned() } else { text }
}

pub fn field(locale: &PageLocale, field: &str) -> String {
    // An element of a set is told by its set.
    word(locale, "field", field.split('/').next().unwrap_or(field))
}

/// A value as a reader says it.
pub fn value(locale: &PageLocale, kind: &Kind, field: &str, value: Option<&Value>) -> String {
    let Some(value) = value.filter(|v| !v.is_null()) else { return locale.t("console-review-empty") };
    let text = || plain(locale, value);
    let as_word = |area: &str| value.as_str().map_or_else(text, |w| word(locale, area, w));
    let words = |area: &str| match value {
        Value::Array(items) => join(locale, items.iter().filter_map(Value::as_str).map(|w| word(locale, area, w))),
        _ => text(),
    };
    match (kind, field) {
        (_, "category") => value.as_str().map_or_else(text, |w| category_name(&Category::from(w), locale)),
        (_, "status" | "risk" | "sex" | "mode" | "presence" | "role") => as_word(field),
        (Kind::Assistance, "kind") => as_word("assistance"),
        (Kind::Need, "kind") => as_word("need"),
        (Kind::Activity, "kind") => as_word("activity"),
        (_, "tags") => words("tag"),
        (_, "services") => words("service"),
        (_, "amount") => value.as_i64().map_or_else(text, |fen| yuan(locale, Fen(fen))),
        (_, "happened" | "solved") => read::<Moment>(value).map_or_else(text, moment),
        (_, "findings") => read::<Vec<Finding>>(value).map_or_else(text, |list| findings(locale, &list)),
        (_, "lines") => read::<Vec<GoodsLine>>(value).map_or_else(text, |list| goods(locale, &list)),
        _ => text(),
    }
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

fn join(locale: &PageLocale, parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.filter(|p| !p.is_empty()).collect();
    parts.join(&locale.t("words-list-sep"))
}

fn yuan(locale: &PageLocale, fen: Fen) -> String {
    let cents = fen.0.unsigned_abs() % 100;
    let sign = if fen.0 < 0 { "-" } else { "" };
    let amount = format!("{sign}{}.{cents:02}", count((fen.0.unsigned_abs() / 100) as i64));
    locale.tw("console-yuan", &[("amount", amount.into())])
}

fn findings(locale: &PageLocale, list: &[Finding]) -> String {
    let line = |f: &Finding| {
        let verdict = locale.t(if f.good { "console-good" } else { "console-bad" });
        let note = f.note.as_deref().map(|n| format!(" {n}")).unwrap_or_default();
        format!("{} {verdict}{note}", f.item)
    };
    join(locale, list.iter().map(line))
}

fn goods(locale: &PageLocale, list: &[GoodsLine]) -> String {
    join(locale, list.iter().map(|line| format!("{} × {} {}", line.item, line.quantity, line.unit)))
}

/// Text as it is; of what is composed, its parts.
fn plain(locale: &PageLocale, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(n) => n.to_string(),
        Value::Array(items) => join(locale, items.iter().map(|v| plain(locale, v))),
        Value::Object(map) => join(locale, map.values().map(|v| plain(locale, v))),
        Value::Bool(_) | Value::Null => String::new(),
    }
}

/// Full numbers are for the page of one case; lists show them masked.
pub fn masked(field: &str, value: Option<Value>) -> Option<Value> {
    match (field, value) {
        ("id_number", Some(Value::String(text))) => Some(shared::id_number::masked(&text).into()),
        ("phone", Some(Value::String(text))) => Some(shared::id_number::masked_phone(&text).into()),
        ("guardian", Some(Value::Object(mut guardian))) => {
            let phone = guardian.remove("phone");
            guardian.extend(masked("phone", phone).map(|phone| ("phone".to_owned(), phone)));
            Some(Value::Object(guardian))
        }
        (_, value) => value,
    }
}
