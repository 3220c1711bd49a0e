//! Checks on locale files, for the tests of the programs that bring texts of their own.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;

use crate::catalogue::Texts;

/// Key → names of its arguments.
pub type Keys = BTreeMap<String, BTreeSet<String>>;

/// The keys of each file.
///
/// # Errors
///
/// When a file cannot be read to its end, or has a key twice: which one, and where.
pub fn keys(texts: Texts) -> Result<BTreeMap<&'static str, Keys>, String> {
    texts.iter().map(|(file, text)| Ok((*file, keys_of(file, text)?))).collect()
}

fn keys_of(file: &str, text: &str) -> Result<Keys, String> {
    FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| format!("{file}.ftl: {errors:?}"))?;
    let mut keys = Keys::new();
    let mut current = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        // A text starts in the first column; what belongs to it is indented or closes a bracket.
        if let Some((key, _)) = line.split_once(" =").filter(|_| !line.starts_with([' ', '}', '-'])) {
            if keys.insert(key.to_owned(), BTreeSet::new()).is_some() {
                return Err(format!("{file}.ftl has {key} twice"));
            }
            current = Some(key.to_owned());
        }
        for part in line.split('$').skip(1) {
            let name = part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').next();
            if let (Some(name), Some(arguments)) = (name, current.as_ref().and_then(|key| keys.get_mut(key))) {
                arguments.insert(name.to_owned());
            }
        }
    }
    Ok(keys)
}

/// The lines of Chinese texts in which a half-width sign follows a Chinese character.
pub fn half_width_signs(texts: Texts) -> Vec<String> {
    let mut found = Vec::new();
    for (file, text) in texts {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let value = line.split_once(" = ").map_or(line, |(_, value)| value);
            if has_half_width_sign(value) {
                found.push(format!("{file}.ftl: {line}"));
            }
        }
    }
    found
}

/// What Fluent fills in does not count.
fn has_half_width_sign(text: &str) -> bool {
    let is_chinese = |c: char| ('\u{3400}'..='\u{9fff}').contains(&c) || ('\u{3000}'..='\u{303f}').contains(&c);
    let mut depth = 0;
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' | ';' | ':' | '?' | '!' | '(' | ')' if depth == 0 && is_chinese(before) => return true,
            _ => {}
        }
        before = c;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_with_their_arguments() {
        let text = "# a = no key\na-one = 1 { $n ->\n    [1] x\n   *[other] { $who }\n }\nb = y\n";
        let keys = keys_of("a", text).unwrap();
        let arguments: Vec<_> = keys["a-one"].iter().map(String::as_str).collect();
        assert_eq!(arguments, ["n", "who"]);
        assert!(keys["b"].is_empty() && keys.len() == 2);
    }

    #[test]
    fn a_broken_file_and_a_key_twice_are_errors() {
        assert!(keys_of("a", "a = { $n\n").is_err());
        assert_eq!(keys_of("a", "a = 1\na = 2\n").unwrap_err(), "a.ftl has a twice");
    }

    #[test]
    fn half_width_signs_after_chinese_are_found() {
        assert!(has_half_width_sign("好,") && has_half_width_sign("好!"));
        assert!(!has_half_width_sign("好，{ $n }, { \"a,b\" }"));
        assert_eq!(half_width_signs(&[("a", "# 好,\na = 好,\nb = ok,\n")]), ["a.ftl: a = 好,"]);
    }
}
