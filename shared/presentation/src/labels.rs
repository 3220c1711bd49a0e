//! Labels of kinds, fields and values, and refusals as sentences. A value without a label, as a newer peer may send, is
//! shown as it is.

use shared::{
    op::Rejection,
    records::{Problem, RuleSet},
    wire::ErrorCode,
};

use crate::{lang::Lang, locale::Locale};

/// The label of `value` among the values of `group`: of `home` in `mode`, the text `mode-home`.
pub fn label(group: &str, value: &str, locale: Locale) -> String {
    locale.text_or(&format!("{group}-{value}"), value)
}

/// The label of a key of the form `<group>-<value>`, as views carry it.
pub fn label_of_key(key: &str, locale: Locale) -> String {
    locale.text_or(key, key.split_once('-').map_or(key, |(_, value)| value))
}

/// The name of a field. An element of a set (`tags/lives-alone`) has the name of the set.
pub fn field_name(field: &str, locale: Locale) -> String {
    label("field", field.split('/').next().unwrap_or(field), locale)
}

/// `a、b、c` or `a, b, c`; empty items are left out.
pub fn list(items: impl IntoIterator<Item = String>, locale: Locale) -> String {
    let items: Vec<String> = items.into_iter().filter(|item| !item.is_empty()).collect();
    items.join(&locale.text("format-list-separator"))
}

/// Parts of one line, `68 岁 · 老庄村`; empty parts are left out.
pub fn line(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// A label that the rule set brings in both languages.
pub fn either<'a>(zh: &'a str, en: &'a str, locale: Locale) -> &'a str {
    match locale.lang {
        Lang::En if !en.is_empty() => en,
        _ => zh,
    }
}

/// The name of a policy, or its code when the rule set no longer has it.
pub fn policy(rules: &RuleSet, code: &str, locale: Locale) -> String {
    rules.policies.iter().find(|p| p.word == code).map_or(code, |p| either(&p.zh, &p.en, locale)).to_owned()
}

/// The name of goods, or their code when the rule set no longer has them.
pub fn goods(rules: &RuleSet, code: &str, locale: Locale) -> String {
    rules.goods.iter().find(|g| g.word == code).map_or(code, |g| either(&g.zh, &g.en, locale)).to_owned()
}

/// The name of an item of the check-list, or its code when the rule set no longer has it.
pub fn check_item(rules: &RuleSet, code: &str, locale: Locale) -> String {
    rules.checklist.iter().find(|c| c.word == code).map_or(code, |c| either(&c.zh, &c.en, locale)).to_owned()
}

/// A unit of goods. The rule set has units in Chinese only, so the commonest ones are translated here.
pub fn unit(unit: &str, locale: Locale) -> String {
    let key = match unit {
        _ if locale.lang == Lang::ZhCn => return unit.to_owned(),
        "袋" => "bag",
        "桶" => "can",
        "份" => "lot",
        "台" | "床" | "件" => "piece",
        "箱" => "box",
        other => return other.to_owned(),
    };
    locale.text(&format!("format-unit-{key}"))
}

/// What is wrong with one field, as a sentence without a full stop.
pub fn problem(problem: &Problem, locale: Locale) -> String {
    let field =
        if problem.field.is_empty() { locale.text("format-record") } else { label("field", &problem.field, locale) };
    let code = if problem.code.is_known() { problem.code.word() } else { "other" };
    locale.text_with(&format!("problem-{code}"), &[("field", field.into())])
}

/// What is wrong with several fields, one sentence after the other.
pub fn problems(all: &[Problem], locale: Locale) -> String {
    let all: Vec<String> = all.iter().map(|one| problem(one, locale)).collect();
    all.join(&locale.text("format-sentence-separator"))
}

/// What failed and what to do next, of a refusal by the server. A code that this build does not know reads as an error
/// of the server.
pub fn error(code: &ErrorCode, locale: Locale) -> (String, String) {
    let known = if code.is_known() { code } else { &ErrorCode::Internal };
    (locale.text(&format!("error-{}", known.word())), locale.text(&format!("error-{}-next", known.word())))
}

/// [`error`] as one sentence after the other.
pub fn error_sentences(code: &ErrorCode, locale: Locale) -> String {
    let (what, next) = error(code, locale);
    locale.text_with("format-sentences", &[("what", what.into()), ("next", next.into())])
}

/// Why the server rejected a change, and what to do next.
pub fn rejection(rejection: &Rejection, locale: Locale) -> (String, String) {
    let key = format!("rejection-{}", rejection.word());
    let what = match rejection {
        Rejection::Invalid(found) if !found.is_empty() => problems(found, locale),
        _ => locale.text(&key),
    };
    (what, locale.text(&format!("{key}-next")))
}
