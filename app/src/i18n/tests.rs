//! Both languages say the same things, and the app asks for nothing they cannot say.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement};

use super::*;

fn arguments_of_call(call: &CallArguments<&str>, into: &mut BTreeSet<String>) {
    for value in &call.positional {
        arguments_of_inline(value, into);
    }
    for named in &call.named {
        arguments_of_inline(&named.value, into);
    }
}

fn arguments_of_inline(inline: &InlineExpression<&str>, into: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            into.insert(id.name.to_owned());
        }
        InlineExpression::FunctionReference { arguments, .. } => arguments_of_call(arguments, into),
        InlineExpression::Placeable { expression } => arguments_of_expression(expression, into),
        _ => {}
    }
}

fn arguments_of_expression(expression: &Expression<&str>, into: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => arguments_of_inline(inline, into),
        Expression::Select { selector, variants } => {
            arguments_of_inline(selector, into);
            for variant in variants {
                arguments_of_pattern(&variant.value, into);
            }
        }
    }
}

fn arguments_of_pattern(pattern: &Pattern<&str>, into: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            arguments_of_expression(expression, into);
        }
    }
}

/// area → key → names of its arguments.
fn catalogue_of(lang: Lang) -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
    catalogue::texts(lang)
        .iter()
        .map(|(area, text)| {
            let resource = FluentResource::try_new((*text).to_owned())
                .unwrap_or_else(|(_, errors)| panic!("{} {area}.ftl cannot be read: {errors:?}", lang.code()));
            let mut keys = BTreeMap::new();
            for entry in resource.entries() {
                if let Entry::Message(message) = entry {
                    let mut args = BTreeSet::new();
                    let value = message.value.as_ref().unwrap_or_else(|| panic!("{} has no text", message.id.name));
                    arguments_of_pattern(value, &mut args);
                    let before = keys.insert(message.id.name.to_owned(), args);
                    assert!(before.is_none(), "{} twice in {} {area}.ftl", message.id.name, lang.code());
                }
            }
            ((*area).to_owned(), keys)
        })
        .collect()
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// Every `name("key"` of a source text, white space between the bracket and the string allowed.
fn keys_used(source: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in source.match_indices(&format!("{name}(")) {
        let is_part_of_a_word = source[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
        if is_part_of_a_word {
            continue;
        }
        let rest = source[at + name.len() + 1..].trim_start();
        if let Some((key, _)) = rest.strip_prefix('"').and_then(|r| r.split_once('"')) {
            found.push(key.to_owned());
        }
    }
    found
}

#[test]
fn both_languages_hold_the_same_keys_with_the_same_arguments() {
    let (zh, en) = (catalogue_of(Lang::ZhCn), catalogue_of(Lang::En));
    assert!(zh.values().map(BTreeMap::len).sum::<usize>() > 50, "the catalogue was not read");
    for (area, keys) in &zh {
        assert_eq!(keys, &en[area], "{area}.ftl differs between the languages");
    }
    assert_eq!(zh.len(), en.len());
}

#[test]
fn a_key_begins_with_its_area_so_that_no_two_files_claim_one() {
    // common.ftl also holds the words of the components, words.ftl those of records and refusals.
    let also = [
        ("common", vec!["status", "number", "photo", "file", "signature", "pin", "list"]),
        (
            "words",
            vec![
                "category",
                "mode",
                "presence",
                "service",
                "assistance",
                "need",
                "status",
                "receipt",
                "role",
                "tag",
                "risk",
                "sex",
                "ability",
                "disability",
                "kind",
                "change",
                "activity",
                "facility",
                "indicator",
                "field",
                "problem",
                "review",
                "rejection",
                "refusal",
                "bundle",
                "error",
            ],
        ),
    ];
    for (area, keys) in catalogue_of(Lang::ZhCn) {
        let more = also.iter().find(|(a, _)| *a == area).map(|(_, more)| more.clone()).unwrap_or_default();
        for key in keys.keys() {
            let head = key.split('-').next().unwrap_or_default();
            assert!(head == area || more.contains(&head), "{key} does not belong into {area}.ftl");
        }
    }
}

#[test]
fn every_key_used_in_the_app_exists() {
    let known: BTreeSet<String> = catalogue_of(Lang::ZhCn).into_values().flat_map(BTreeMap::into_keys).collect();
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut seen = 0;
    for file in files {
        // This folder's own tests ask for keys that nobody has.
        if file.ends_with("i18n/tests.rs") {
            continue;
        }
        let source = std::fs::read_to_string(&file).unwrap();
        for name in ["tr", "tr_args"] {
            for key in keys_used(&source, name) {
                // The doc comments of the module show how a call looks.
                assert!(known.contains(&key), "{}: no text for {key}", file.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "only {seen} uses found: the scan does not see the app");
}

#[test]
fn the_scan_finds_calls_however_they_are_laid_out() {
    let source = "tr(\"a-b\") xtr(\"no\") tr_args(\n   \"c-d\", &[]) tr(key)";
    assert_eq!(keys_used(source, "tr"), ["a-b"]);
    assert_eq!(keys_used(source, "tr_args"), ["c-d"]);
}

#[test]
fn a_key_nobody_has_is_shown_and_does_not_panic() {
    assert_eq!(tr_in(Lang::En, "no-such-key", &[]), "no-such-key");
    assert_eq!(tr_in(Lang::En, "", &[("n", 1.into())]), "");
}

#[test]
fn arguments_are_filled_in_without_invisible_marks() {
    assert_eq!(tr_in(Lang::ZhCn, "common-count-records", &[("n", 3.into())]), "3 条");
    assert_eq!(tr_in(Lang::En, "common-count-records", &[("n", 1.into())]), "1 record");
    assert_eq!(tr_in(Lang::En, "common-count-records", &[("n", 3.into())]), "3 records");
}

#[test]
fn a_missing_argument_leaves_a_readable_sentence() {
    assert!(tr_in(Lang::ZhCn, "common-count-records", &[]).contains('条'));
}

#[test]
fn outside_the_app_the_language_is_chinese() {
    assert_eq!(tr("common-save"), "保存");
    assert_eq!(Lang::from_code("en-GB"), Lang::En);
    assert_eq!(Lang::from_code("tlh"), Lang::ZhCn);
}

/// A half-width sign right after a Chinese character, outside of what Fluent fills in.
fn half_width(text: &str) -> Option<String> {
    let mut depth = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' | ';' | ':' | '?' | '!' | '(' | ')' if depth == 0 && is_chinese(before) => {
                return Some(text[..at].chars().rev().take(8).collect());
            }
            _ => {}
        }
        before = c;
    }
    None
}

fn is_chinese(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c) || ('\u{3000}'..='\u{303f}').contains(&c)
}

#[test]
fn chinese_text_uses_full_width_signs() {
    assert!(half_width("好,").is_some() && half_width("好，{ $n }, { \"a,b\" }").is_none(), "the measure itself");
    for (area, text) in catalogue::texts(Lang::ZhCn) {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let value = line.split_once(" = ").map_or(line, |(_, value)| value);
            assert!(half_width(value).is_none(), "{area}.ftl: {line}");
        }
    }
}
