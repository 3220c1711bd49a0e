//! Both languages have the same texts, and every key that the app uses has one.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use presentation::check;

use super::*;

/// Area → key → names of its arguments.
fn keys(lang: Lang) -> BTreeMap<&'static str, check::Keys> {
    check::keys(catalogue::texts(lang)).unwrap()
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
fn both_languages_have_the_same_keys_with_the_same_arguments() {
    let (chinese, english) = (keys(Lang::ZhCn), keys(Lang::En));
    assert!(chinese.values().map(BTreeMap::len).sum::<usize>() > 50, "the files were not read");
    for (area, keys) in &chinese {
        assert_eq!(keys, &english[area], "{area}.ftl differs between the languages");
    }
    assert_eq!(chinese.len(), english.len());
}

#[test]
fn a_key_begins_with_its_area_so_that_no_two_files_claim_one() {
    // common.ftl also holds the texts of the components.
    let also = [
        ("common", vec!["status", "number", "photo", "file", "signature", "pin", "list"]),
        ("refusals", vec!["refusal", "bundle"]),
    ];
    for (area, keys) in keys(Lang::ZhCn) {
        let more = also.iter().find(|(a, _)| *a == area).map(|(_, more)| more.clone()).unwrap_or_default();
        for key in keys.keys() {
            let head = key.split('-').next().unwrap_or_default();
            assert!(head == area || more.contains(&head), "{key} does not belong into {area}.ftl");
        }
    }
}

#[test]
fn no_text_of_the_app_replaces_one_that_it_shares_with_the_console() {
    let shared = Catalogue::new(|_| &[]);
    for key in keys(Lang::ZhCn).into_values().flat_map(BTreeMap::into_keys) {
        assert!(!shared.has(Lang::ZhCn, &key), "{key}");
    }
}

#[test]
fn every_key_used_in_the_app_exists() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut seen = 0;
    for file in files {
        // These tests ask for keys that no language has.
        if file.ends_with("i18n/tests.rs") {
            continue;
        }
        let source = std::fs::read_to_string(&file).unwrap();
        for name in ["tr", "tr_args"] {
            for key in keys_used(&source, name) {
                assert!(CATALOGUE.has(Lang::ZhCn, &key), "{}: no text for {key}", file.display());
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
fn a_key_without_a_text_is_shown_and_does_not_panic() {
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
}

#[test]
fn chinese_text_uses_full_width_signs() {
    assert_eq!(check::half_width_signs(catalogue::texts(Lang::ZhCn)), Vec::<String>::new());
}
