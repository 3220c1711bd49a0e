//! A record in words: which fields a reader sees, in which order, and what their values say.

use serde::Deserialize;
use serde_json::Value;
use shared::{
    Day, Fen, Fields, Moment,
    records::{Finding, GoodsLine, Kind, RuleSet},
};

use crate::{dates, labels, locale::Locale, masking, numbers};

/// Fields that never mean anything to a reader: ids of other records, checksums, measures of a picture.
const HIDDEN_FIELDS: [&str; 14] = [
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
    "worker",
];

/// Fields that the headline of a record tells already.
const HEADLINE_FIELDS: [&str; 6] = ["happened", "kind", "mode", "presence", "unit", "area"];

/// What a reader wants first. Other fields follow in the order of the record.
const ORDER: [&str; 12] = [
    "status", "text", "findings", "services", "policy", "amount", "lines", "donor", "name", "relation", "reason",
    "note",
];

/// Whether `field` is never shown.
pub fn is_hidden(field: &str) -> bool {
    HIDDEN_FIELDS.contains(&field)
}

/// Whether the headline of a record tells `field`, so that a list of its fields leaves it out.
pub fn is_in_headline(field: &str) -> bool {
    HEADLINE_FIELDS.contains(&field)
}

/// How the parts of a value with several lines (findings, goods) are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One part a line.
    Lines,
    /// All parts in one line, as a list.
    Inline,
}

/// Whether numbers of people are masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    Masked,
    /// As they come: the caller has masked them, or the reader may see them.
    AsGiven,
}

/// How records are put into words for one reader.
#[derive(Clone, Copy)]
pub struct RecordFormat<'a> {
    pub locale: Locale,
    /// Names of policies, goods and items of the check-list. Without them, their codes are shown.
    pub rules: Option<&'a RuleSet>,
    /// Moments are told from here (`今天 08:14`); without it they are timestamps.
    pub now: Option<Moment>,
    pub layout: Layout,
    pub numbers: Numbers,
}

impl RecordFormat<'_> {
    /// (name, value) of each field that says something, in the order a reader wants.
    pub fn fields(self, kind: &Kind, fields: &Fields) -> Vec<(String, String)> {
        let mut names: Vec<&str> = fields.names().filter(|name| !is_hidden(name) && !is_in_headline(name)).collect();
        names.sort_by_key(|name| ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()));
        names
            .into_iter()
            .filter_map(|name| {
                let text = self.value(kind, name, fields.get(name)?);
                (!text.is_empty()).then(|| (labels::field_name(name, self.locale), text))
            })
            .collect()
    }

    /// A value, or the word for none.
    pub fn value_or_none(self, kind: &Kind, field: &str, value: Option<&Value>) -> String {
        let text = value.map(|value| self.value(kind, field, value)).unwrap_or_default();
        if text.is_empty() { self.locale.text("format-none") } else { text }
    }

    /// What a value says; empty for one that says nothing.
    pub fn value(self, kind: &Kind, field: &str, value: &Value) -> String {
        let locale = self.locale;
        let label = |group: &str| match value {
            Value::String(word) => labels::label(group, word, locale),
            Value::Array(words) => labels::list(
                words.iter().filter_map(Value::as_str).map(|word| labels::label(group, word, locale)),
                locale,
            ),
            _ => self.plain(value),
        };
        let told = match field {
            "category" | "status" | "risk" | "sex" | "mode" | "presence" | "role" => Some(label(field)),
            "kind" => Some(label(kind.word())),
            "tags" => Some(label("tag")),
            "services" => Some(label("service")),
            "policy" => self.rules.zip(value.as_str()).map(|(rules, code)| labels::policy(rules, code, locale)),
            "amount" => value.as_i64().map(|fen| numbers::money(Fen(fen), locale)),
            "size" => value.as_u64().map(numbers::bytes),
            "happened" | "solved" => read::<Moment>(value).map(|at| self.moment(at)),
            "birth" => read::<Day>(value).map(|day| dates::day_full(day, locale)),
            "findings" => read::<Vec<Finding>>(value).map(|list| self.findings(&list)),
            "lines" => read::<Vec<GoodsLine>>(value).map(|list| self.goods(&list)),
            "phone" | "id_number" | "guardian" if self.numbers == Numbers::Masked => {
                masking::masked(field, Some(value.clone())).map(|value| self.plain(&value))
            }
            _ => None,
        };
        told.unwrap_or_else(|| self.plain(value))
    }

    /// Text as it is; of a composed value, its parts.
    pub fn plain(self, value: &Value) -> String {
        match value {
            Value::String(text) => text.clone(),
            Value::Number(n) => n.to_string(),
            Value::Array(items) => labels::list(items.iter().map(|item| self.plain(item)), self.locale),
            Value::Object(map) => labels::line(map.values().map(|part| self.plain(part))),
            Value::Bool(_) | Value::Null => String::new(),
        }
    }

    fn moment(self, at: Moment) -> String {
        self.now.map_or_else(|| dates::timestamp(at), |now| dates::moment(at, now, self.locale))
    }

    fn findings(self, findings: &[Finding]) -> String {
        self.join(findings.iter().map(|finding| {
            let name = self
                .rules
                .map_or_else(|| finding.item.clone(), |rules| labels::check_item(rules, &finding.item, self.locale));
            let verdict = self.locale.text(if finding.good { "format-good" } else { "format-bad" });
            let what = self.locale.text_with("format-finding", &[("name", name.into()), ("verdict", verdict.into())]);
            labels::line([what, finding.note.clone().unwrap_or_default()])
        }))
    }

    fn goods(self, lines: &[GoodsLine]) -> String {
        self.join(lines.iter().map(|line| {
            let name =
                self.rules.map_or_else(|| line.item.clone(), |rules| labels::goods(rules, &line.item, self.locale));
            let worth = line.value().map(|fen| numbers::money(fen, self.locale)).unwrap_or_default();
            labels::line([format!("{name} × {} {}", line.quantity, labels::unit(&line.unit, self.locale)), worth])
        }))
    }

    fn join(self, parts: impl Iterator<Item = String>) -> String {
        match self.layout {
            Layout::Lines => parts.collect::<Vec<_>>().join("\n"),
            Layout::Inline => labels::list(parts, self.locale),
        }
    }
}

fn read<'v, T: Deserialize<'v>>(value: &'v Value) -> Option<T> {
    T::deserialize(value).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{lang::Lang, tests::locale};

    fn format(rules: Option<&RuleSet>) -> RecordFormat<'_> {
        RecordFormat {
            locale: locale(Lang::ZhCn),
            rules,
            now: Some("2026-11-23T02:00:00Z".parse().unwrap()),
            layout: Layout::Lines,
            numbers: Numbers::Masked,
        }
    }

    #[test]
    fn goods_policies_and_money_read_as_people_say_them() {
        let rules = RuleSet::default_for("629901001001".parse().unwrap());
        let fields = Fields::new()
            .with("recipient", "0190-…")
            .with("kind", "goods")
            .with("policy", "heating")
            .with("amount", 20_000)
            .with("lines", json!([{"item": "rice-10kg", "quantity": 2, "unit": "袋", "unit_value": 4200}]));
        let told = format(Some(&rules)).fields(&Kind::Assistance, &fields);
        let values: Vec<_> = told.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["冬季取暖补贴", "200.00 元", "大米 10kg × 2 袋 · 84.00 元"]);
    }

    #[test]
    fn numbers_of_people_are_masked_unless_the_caller_decides() {
        let fields = Fields::new().with("phone", "13800000011").with("id_number", "11010519491231002X");
        let told = format(None).fields(&Kind::Recipient, &fields);
        assert!(told.len() == 2 && told.iter().all(|(_, value)| value.contains("****")), "{told:?}");
        let as_given = RecordFormat { numbers: Numbers::AsGiven, ..format(None) };
        assert_eq!(as_given.value(&Kind::Recipient, "phone", &json!("13800000011")), "13800000011");
    }

    #[test]
    fn a_field_of_a_newer_peer_is_shown_as_it_is() {
        let fields = Fields::new().with("weather", "snow");
        assert_eq!(format(None).fields(&Kind::Visit, &fields), [("weather".to_owned(), "snow".to_owned())]);
        assert_eq!(format(None).value(&Kind::Recipient, "category", &json!("veteran")), "veteran");
    }

    #[test]
    fn values_of_a_wrong_type_are_shown_as_they_are() {
        for (field, value, text) in
            [("amount", json!("much"), "much"), ("happened", json!("soon"), "soon"), ("birth", json!(1949), "1949")]
        {
            assert_eq!(format(None).value(&Kind::Visit, field, &value), text);
        }
    }

    #[test]
    fn moments_are_told_from_now_or_as_timestamps() {
        let at = json!("2026-11-23T09:02:00.000+08:00");
        assert_eq!(format(None).value(&Kind::Visit, "happened", &at), "今天 09:02");
        let without_now = RecordFormat { now: None, ..format(None) };
        assert_eq!(without_now.value(&Kind::Visit, "happened", &at), "2026-11-23 09:02");
    }

    #[test]
    fn the_kind_of_a_record_has_its_label_for_every_kind_of_record() {
        assert_eq!(format(None).value(&Kind::Assistance, "kind", &json!("goods")), "资助物资");
        assert_eq!(format(None).value(&Kind::Need, "kind", &json!("medical")), "看病");
        assert_eq!(format(None).value(&Kind::Facility, "kind", &json!("care_house")), "爱心屋");
    }

    #[test]
    fn findings_are_lines_or_a_list() {
        let value = json!([{"item": "water", "good": true}, {"item": "stove", "good": false, "note": "漏烟"}]);
        let lines = format(None).value(&Kind::Visit, "findings", &value);
        assert_eq!(lines, "water：好\nstove：有问题 · 漏烟");
        let inline = RecordFormat { layout: Layout::Inline, ..format(None) };
        assert_eq!(inline.value(&Kind::Visit, "findings", &value), "water：好、stove：有问题 · 漏烟");
    }

    #[test]
    fn nothing_reads_as_none() {
        assert_eq!(format(None).value_or_none(&Kind::Visit, "note", None), "无");
        assert_eq!(format(None).value_or_none(&Kind::Visit, "note", Some(&Value::Null)), "无");
    }
}
