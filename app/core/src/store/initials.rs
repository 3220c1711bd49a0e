//! Pinyin initials, so that 谷军 is found by `gj`.

use pinyin::ToPinyin;

/// Surnames that are pronounced differently from the character's usual reading, with the first letter of each syllable.
/// Longer ones first.
const SURNAMES: &[(&str, &str)] = &[
    ("尉迟", "yc"),
    ("万俟", "mq"),
    ("单于", "cy"),
    ("长孙", "zs"),
    ("澹台", "tt"),
    ("令狐", "lh"),
    ("单", "s"),
    ("曾", "z"),
    ("解", "x"),
    ("仇", "q"),
    ("区", "o"),
    ("查", "z"),
    ("翟", "z"),
    ("朴", "p"),
    ("乐", "y"),
    ("种", "c"),
    ("员", "y"),
    ("贠", "y"),
    ("覃", "q"),
    ("召", "s"),
    ("沈", "s"),
    ("盛", "s"),
    ("石", "s"),
    ("贾", "j"),
    ("车", "c"),
    ("隗", "w"),
    ("祭", "z"),
    ("秘", "b"),
    ("折", "s"),
    ("句", "g"),
    ("缪", "m"),
    ("牟", "m"),
    ("繁", "p"),
    ("盖", "g"),
    ("纪", "j"),
    ("柏", "b"),
    ("褚", "c"),
    ("晁", "c"),
    ("谌", "c"),
    ("郗", "x"),
    ("佴", "n"),
];

/// Lower-case initials of a name. Letters and digits are kept, anything without a reading is skipped.
pub fn initials(name: &str) -> String {
    let name = name.trim();
    let surname = SURNAMES.iter().find(|(surname, _)| name.starts_with(surname));
    let (mut text, rest) = match surname {
        Some((surname, letters)) => ((*letters).to_owned(), &name[surname.len()..]),
        None => (String::new(), name),
    };
    for c in rest.chars() {
        if c.is_ascii_alphanumeric() {
            text.push(c.to_ascii_lowercase());
        } else if let Some(letter) = c.to_pinyin().and_then(|p| p.first_letter().chars().next()) {
            text.extend(Some(letter).filter(char::is_ascii_lowercase));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn names_are_found_by_the_first_letters_of_their_syllables() {
        for (name, letters) in [("谷军", "gj"), ("马秀英", "mxy"), ("阿卜杜", "abd"), ("Li 雷", "lil"), ("吕·一", "ly")]
        {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    #[test]
    fn surnames_have_their_own_reading() {
        let names = [("单雄", "sx"), ("曾国", "zg"), ("解放", "xf"), ("仇和", "qh"), ("区大", "od"), ("尉迟恭", "ycg")];
        for (name, letters) in names {
            assert_eq!(initials(name), letters, "{name}");
        }
        assert_eq!(initials("李单"), "ld", "only at the front");
    }

    #[test]
    fn characters_without_a_reading_are_skipped() {
        assert_eq!(initials("  ・★ "), "");
        assert_eq!(initials(""), "");
    }
}
