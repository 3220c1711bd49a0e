//! A record's fields in words, in the order one would tell them. What has no words of its own is shown as it is; what
//! only machines need is left out.

use serde_json::Value;
use shared::{
    Day, Fen, Fields, Moment,
    records::{Finding, GoodsLine, Kind, RuleSet},
};

use crate::{
    i18n::{format, tr, tr_args},
    labels,
    screens::{assist::name_of, recipient::plain},
};

/// Told by the headline, or ids that mean nothing to a reader.
const HIDDEN_FIELDS: [&str; 18] = [
    "recipient",
    "happened",
    "kind",
    "mode",
    "presence",
    "handout",
    "need",
    "unit",
    "assistance",
    "photo",
    "generation",
    "sha256",
    "mime",
    "row",
    "position",
    "household",
    "area",
    "width",
];

/// What a reader wants first.
const ORDER: [&str; 12] = [
    "status", "text", "findings", "services", "policy", "amount", "lines", "donor", "name", "relation", "reason",
    "note",
];

/// (name of the field, what it says), without empty ones.
pub(super) fn facts(kind: &Kind, fields: &Fields, rules: Option<&RuleSet>) -> Vec<(String, String)> {
    let mut names: Vec<&str> = fields.names().filter(|name| !HIDDEN_FIELDS.contains(name)).collect();
    names.sort_by_key(|name| ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()));
    names
        .into_iter()
        .filter_map(|name| {
            let value = fields.get(name)?;
            let text = told(kind, name, value, rules);
            (!text.is_empty()).then(|| (labels::word("field", name), text))
        })
        .collect()
}

/// What only machines need, or what the headline tells.
pub(in crate::screens) fn is_silent(name: &str) -> bool {
    HIDDEN_FIELDS.contains(&name)
}

/// One value in words.
pub(in crate::screens) fn told(kind: &Kind, name: &str, value: &Value, rules: Option<&RuleSet>) -> String {
    let text = || plain(value);
    match (kind, name) {
        (Kind::Visit, "findings") => read::<Vec<Finding>>(value).map(|list| findings(&list, rules)).unwrap_or_default(),
        (Kind::Visit, "services") => labels::list(
            read::<Vec<String>>(value).unwrap_or_default().iter().map(|word| labels::word("service", word)),
        ),
        (_, "policy") => rules.map_or_else(text, |rules| labels::policy(rules, &text())),
        (_, "amount") => value.as_i64().map(|fen| labels::money(Fen(fen))).unwrap_or_default(),
        (_, "lines") => read::<Vec<GoodsLine>>(value).map(|list| lines(&list, rules)).unwrap_or_default(),
        (_, "status") => labels::word("status", &text()),
        (_, "category") => labels::word("category", &text()),
        (_, "risk") => labels::word("risk", &text()),
        (_, "tags") => {
            labels::list(read::<Vec<String>>(value).unwrap_or_default().iter().map(|tag| labels::word("tag", tag)))
        }
        (_, "solved") => read::<Moment>(value).map(labels::moment).unwrap_or_default(),
        (_, "birth") => {
            read::<Day>(value).map(|day| format::date_full(day.0, crate::i18n::use_lang())).unwrap_or_default()
        }
        // As masked as on the card.
        (_, "id_number") => shared::id_number::masked(&text()),
        (_, "phone") => shared::id_number::masked_phone(&text()),
        (_, "size") => format::bytes(value.as_u64().unwrap_or(0)),
        _ => text(),
    }
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

fn findings(list: &[Finding], rules: Option<&RuleSet>) -> String {
    let name = |word: &str| {
        rules
            .and_then(|rules| rules.checklist.iter().find(|item| item.word == word))
            .map_or(word, |item| labels::labelled(&item.zh, &item.en))
            .to_owned()
    };
    let line = |finding: &Finding| {
        let verdict = if finding.good { tr("common-good") } else { tr("common-bad") };
        let note = finding.note.clone().unwrap_or_default();
        let what = tr_args("record-finding", &[("name", name(&finding.item).into()), ("verdict", verdict.into())]);
        labels::line([what, note])
    };
    list.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn lines(list: &[GoodsLine], rules: Option<&RuleSet>) -> String {
    let line = |line: &GoodsLine| {
        let name = rules.map_or_else(|| line.item.clone(), |rules| name_of(rules, &line.item));
        let value = line.value().map(labels::money).unwrap_or_default();
        labels::line([format!("{name} × {} {}", line.quantity, labels::unit(&line.unit)), value])
    };
    list.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::screens::sample;

    #[test]
    fn goods_policies_and_money_read_as_people_say_them() {
        let rules = RuleSet::default_for(sample::village());
        let fields = Fields::new()
            .with("recipient", "0190-…")
            .with("kind", "goods")
            .with("policy", "heating")
            .with("amount", 20_000)
            .with("lines", json!([{"item": "rice-10kg", "quantity": 2, "unit": "袋", "unit_value": 4200}]));
        let told = facts(&Kind::Assistance, &fields, Some(&rules));
        let values: Vec<_> = told.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["冬季取暖补贴", "200.00 元", "大米 10kg × 2 袋 · 84.00 元"]);
    }

    #[test]
    fn numbers_of_people_stay_masked_here_too() {
        let fields = Fields::new().with("phone", "13800000011").with("id_number", "11010519491231002X");
        let told = facts(&Kind::Recipient, &fields, None);
        assert!(told.iter().all(|(_, value)| value.contains("****")), "{told:?}");
    }

    #[test]
    fn a_field_of_a_newer_peer_is_shown_as_it_is() {
        let fields = Fields::new().with("weather", "snow");
        assert_eq!(facts(&Kind::Visit, &fields, None), [("weather".to_owned(), "snow".to_owned())]);
    }
}
