//! `docs/protocol/records.md` agrees with the code: every kind with its fields, rules, creator and audience, every word
//! of every enumeration, and a valid example of each kind.

#![allow(clippy::unwrap_used)]

use serde::{Deserializer, de::Visitor, forward_to_deserialize_any};
use shared::{
    Fields,
    indicators::Indicator,
    records::{FieldRule, recipient::RecipientStatus, *},
    wire::ErrorCode,
};
use std::{cell::Cell, collections::BTreeMap, path::Path};

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol/records.md");
    std::fs::read_to_string(path).unwrap()
}

/// A deserialiser that only records the field names of a struct.
struct FieldNames<'a>(&'a Cell<&'static [&'static str]>);

impl<'de> Deserializer<'de> for FieldNames<'_> {
    type Error = serde::de::value::Error;
    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom("not a struct"))
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.set(fields);
        Err(serde::de::Error::custom("recorded"))
    }
    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn field_names<R: Record>() -> Vec<&'static str> {
    let names = Cell::new(&[][..]);
    let _ = R::deserialize(FieldNames(&names));
    let mut names = names.get().to_vec();
    names.sort_unstable();
    names
}

/// The line of one field.
struct FieldLine {
    needed: String,
    rule: String,
}

/// The section of one kind.
struct KindSection {
    made_by: String,
    seen_by: String,
    fields: BTreeMap<String, FieldLine>,
    example: Fields,
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`')).collect()
}

fn word_after<'a>(text: &'a str, before: &str) -> &'a str {
    let rest = &text[text.find(before).unwrap_or_else(|| panic!("no '{before}'")) + before.len()..];
    rest.split('`').nth(1).unwrap()
}

fn section(page: &str, kind: &Kind) -> KindSection {
    let title = format!("\n### `{}`\n", kind.word());
    let from = page.find(&title).unwrap_or_else(|| panic!("{kind} is not documented")) + title.len();
    let text = page[from..].split("\n#").next().unwrap();
    let fields = text.lines().filter(|l| l.starts_with("| `")).map(|line| {
        let cells = cells(line);
        (cells[0].to_owned(), FieldLine { needed: cells[2].to_owned(), rule: cells[3].to_owned() })
    });
    let example = text.split("```json\n").nth(1).unwrap_or_else(|| panic!("{kind} has no example"));
    KindSection {
        made_by: word_after(text, "Made by ").to_owned(),
        seen_by: word_after(text, "seen by ").to_owned(),
        fields: fields.collect(),
        example: serde_json::from_str(example.split("```").next().unwrap()).unwrap_or_else(|e| panic!("{kind}: {e}")),
    }
}

fn rule_word(rule: FieldRule) -> &'static str {
    match rule {
        FieldRule::Register => "register",
        FieldRule::Coupled(_) => "coupled",
        FieldRule::Identity => "identity",
        FieldRule::Set => "set",
        FieldRule::Fixed => "fixed",
        FieldRule::Status => "status",
        FieldRule::Server => "server",
    }
}

fn check<R: Record>(page: &str) {
    let kind = R::KIND;
    let section = section(page, &kind);
    let made_by = match R::CREATOR {
        Creator::Worker => "worker",
        Creator::Supervisor => "supervisor",
        Creator::Server => "server",
    };
    let seen_by = match R::AUDIENCE {
        Audience::Reference => "reference",
        Audience::Recipient => "recipient",
        Audience::Author => "author",
        Audience::Worker => "worker",
        Audience::Server => "server",
    };
    assert_eq!((section.made_by.as_str(), section.seen_by.as_str()), (made_by, seen_by), "{kind}");
    let documented: Vec<&str> = section.fields.keys().map(String::as_str).collect();
    assert_eq!(documented, field_names::<R>(), "fields of {kind}");
    for (name, line) in &section.fields {
        assert_eq!(line.rule, rule_word(kind.rule(name)), "rule of {kind}.{name}");
    }
    let example: Vec<&str> = section.example.names().collect();
    assert_eq!(example, documented, "the example of {kind} shows every field");
    assert_eq!(kind.problems(&section.example), [], "the example of {kind} is valid");
    for (name, line) in &section.fields {
        let mut without = section.example.clone();
        without.0.remove(name);
        let valid = kind.problems(&without).is_empty();
        match line.needed.as_str() {
            "yes" => {
                assert!(!valid, "{kind}.{name} is needed");
                assert_eq!(kind.problems(&without), [Problem::new(name, ProblemCode::Missing)], "{kind}");
            }
            "no" => assert!(valid, "{kind} holds without {name}"),
            condition => assert!(condition.starts_with("if "), "{kind}.{name}: {condition}"),
        }
        // No field is a list of lists, except those of any type.
        let other = kind.problems(&section.example.clone().with(name, serde_json::json!([[]])));
        let named = other.iter().all(|p| (p.field.as_str(), &p.code) == (name, &ProblemCode::WrongShape));
        assert!(named, "{kind}.{name}: {other:?}");
    }
}

#[test]
fn every_kind_is_documented_with_its_fields_rules_maker_and_audience() {
    let page = page();
    check::<Area>(&page);
    check::<Unit>(&page);
    check::<Worker>(&page);
    check::<Household>(&page);
    check::<Recipient>(&page);
    check::<Pairing>(&page);
    check::<Visit>(&page);
    check::<Assistance>(&page);
    check::<Receipt>(&page);
    check::<Need>(&page);
    check::<Activity>(&page);
    check::<Facility>(&page);
    check::<Disbursement>(&page);
    check::<Photo>(&page);
    check::<Task>(&page);
    check::<Notice>(&page);
    check::<RuleSet>(&page);
    check::<ReportSnapshot>(&page);
    check::<AccessLog>(&page);
    check::<Feedback>(&page);
    check::<Review>(&page);
    let documented = page.matches("\n### `").count();
    assert_eq!(documented, Kind::ALL.len(), "exactly the known kinds are documented");
}

#[test]
fn every_word_of_every_enumeration_is_documented() {
    let page = page();
    let words = page.split("\n## Words\n").nth(1).unwrap();
    macro_rules! checked {
        ($($name:literal: $open:ty),+ $(,)?) => {{
            $(
                let line = words.lines().find(|l| l.starts_with(concat!("| `", $name, "` |")));
                let line = line.unwrap_or_else(|| panic!("{} is not documented", $name));
                let documented: Vec<&str> = cells(line)[1].split("` `").collect();
                let known: Vec<&str> = <$open>::ALL.iter().map(|word| word.word()).collect();
                assert_eq!(documented, known, $name);
            )+
            [$($name),+].len()
        }};
    }
    let checked = checked! {
        "kind": Kind, "category": Category, "risk": RiskTier, "recipient_status": RecipientStatus, "role": Role,
        "pairing_role": PairingRole, "mode": VisitMode, "presence": Presence, "service": Service,
        "assistance_kind": AssistanceKind, "receipt_mode": ReceiptMode, "need_kind": NeedKind, "need_status": NeedStatus,
        "activity_kind": ActivityKind, "facility_kind": FacilityKind, "photo_of": PhotoOf, "feedback_kind": FeedbackKind,
        "access": access_log::Access, "task_counts": TaskCounts, "review_reason": ReviewReason,
        "review_status": ReviewStatus, "problem_code": ProblemCode, "indicator": Indicator, "error_code": ErrorCode,
    };
    assert_eq!(
        words.lines().filter(|l| l.starts_with("| `")).count(),
        checked,
        "every documented enumeration is checked"
    );
}
