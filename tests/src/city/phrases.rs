//! The seed lists of `assets/demo/phrases.txt`, read once.

use std::{collections::HashMap, sync::LazyLock};

const TEXT: &str = include_str!("../../../assets/demo/phrases.txt");

static SECTIONS: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut sections: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut name = "";
    for line in TEXT.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        match line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            Some(section) => name = section,
            None => sections.entry(name).or_default().push(line),
        }
    }
    sections
});

/// The lines of a section.
pub fn lines(section: &str) -> &'static [&'static str] {
    SECTIONS.get(section).map(Vec::as_slice).expect("phrases.txt has every section that the generator names")
}

/// The words of a section that is written with spaces between.
pub fn words(section: &str) -> Vec<&'static str> {
    lines(section).iter().flat_map(|l| l.split_whitespace()).collect()
}

/// The parts of a line between `|`; a missing part is empty.
pub fn parts<const N: usize>(line: &'static str) -> [&'static str; N] {
    let mut parts = [""; N];
    for (slot, part) in parts.iter_mut().zip(line.split('|')) {
        *slot = part;
    }
    parts
}
