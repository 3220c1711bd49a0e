//! A Rust source as a flat list of tokens, with test code taken out.

use std::str::FromStr;

use proc_macro2::{Delimiter, LexError, Spacing, TokenStream, TokenTree};

/// One token with its line. Groups are flattened: their contents stand between [`Token::Open`] and [`Token::Close`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Ident(String),
    /// `::`
    PathSep,
    Punct(char),
    /// The text of a literal as written, quotes included.
    Literal(String),
    Open(char),
    Close(char),
}

#[derive(Clone, Debug)]
pub struct Located {
    pub token: Token,
    pub line: usize,
}

impl Located {
    pub fn ident(&self) -> Option<&str> {
        match &self.token {
            Token::Ident(name) => Some(name),
            _ => None,
        }
    }

    pub fn is(&self, token: &Token) -> bool {
        &self.token == token
    }

    pub fn is_ident(&self, name: &str) -> bool {
        self.ident() == Some(name)
    }
}

/// Tokens of `text`, without the items that are compiled for tests only.
///
/// # Errors
///
/// When `text` is not a sequence of Rust tokens.
pub fn read(text: &str) -> Result<Vec<Located>, LexError> {
    let mut tokens = Vec::new();
    flatten(TokenStream::from_str(text)?, &mut tokens);
    Ok(without_tests(&tokens))
}

fn flatten(stream: TokenStream, into: &mut Vec<Located>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let line = tree.span().start().line;
        let token = match tree {
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                Token::Ident(name.strip_prefix("r#").map_or(name.clone(), ToOwned::to_owned))
            }
            TokenTree::Literal(literal) => Token::Literal(literal.to_string()),
            TokenTree::Punct(punct) => {
                let next_is_colon = matches!(trees.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':');
                if punct.as_char() == ':' && punct.spacing() == Spacing::Joint && next_is_colon {
                    trees.next();
                    Token::PathSep
                } else {
                    Token::Punct(punct.as_char())
                }
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Brace => ('{', '}'),
                    Delimiter::Bracket => ('[', ']'),
                    Delimiter::Parenthesis | Delimiter::None => ('(', ')'),
                };
                into.push(Located { token: Token::Open(open), line });
                flatten(group.stream(), into);
                into.push(Located { token: Token::Close(close), line: group.span_close().start().line });
                continue;
            }
        };
        into.push(Located { token, line });
    }
}

/// The index after the group that opens at `at`.
pub fn after_group(tokens: &[Located], at: usize) -> usize {
    let mut depth = 0usize;
    for (index, located) in tokens.iter().enumerate().skip(at) {
        match located.token {
            Token::Open(_) => depth += 1,
            Token::Close(_) => {
                depth -= 1;
                if depth == 0 {
                    return index + 1;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// Whether an attribute starts at `at` (`#[…]`).
pub fn is_attribute(tokens: &[Located], at: usize) -> bool {
    tokens.get(at).is_some_and(|t| t.is(&Token::Punct('#')))
        && tokens.get(at + 1).is_some_and(|t| t.is(&Token::Open('[')))
}

/// `#[cfg(test)]`, `#[cfg(all(test, …))]` or a test attribute (`#[test]`, `#[tokio::test]`).
fn is_test_attribute(tokens: &[Located], at: usize) -> bool {
    if !is_attribute(tokens, at) {
        return false;
    }
    let inside = &tokens[at + 2..after_group(tokens, at + 1) - 1];
    let names: Vec<&str> = inside.iter().filter_map(Located::ident).collect();
    match names.as_slice() {
        ["cfg", "test"] | ["test"] | ["tokio", "test", ..] => true,
        ["cfg", "all", rest @ ..] => rest.contains(&"test") && !rest.contains(&"any") && !rest.contains(&"not"),
        _ => false,
    }
}

/// Words that begin an item or a statement.
const ITEMS: [&str; 16] = [
    "async",
    "const",
    "enum",
    "extern",
    "fn",
    "impl",
    "let",
    "macro_rules",
    "mod",
    "static",
    "struct",
    "trait",
    "type",
    "union",
    "unsafe",
    "use",
];

/// The index after the item, field or statement that starts at `at`, its attributes included.
fn after_item(tokens: &[Located], mut at: usize) -> usize {
    while is_attribute(tokens, at) {
        at = after_group(tokens, at + 1);
    }
    // After `pub` and `pub(crate)`, the word that says what it is.
    let word = tokens[at..].iter().filter_map(Located::ident).find(|w| !["pub", "crate", "super", "in"].contains(w));
    let is_use = word == Some("use");
    let is_item = word.is_some_and(|word| ITEMS.contains(&word));
    while at < tokens.len() {
        match tokens[at].token {
            Token::Punct(';') => return at + 1,
            // Of a field, a variant or an argument. An item may have commas before its body: `fn f<A, B>()`.
            Token::Punct(',') if !is_item => return at + 1,
            Token::Open('{') if !is_use => return after_group(tokens, at),
            Token::Open(_) => at = after_group(tokens, at),
            // The last field or statement of a group has no separator after it.
            Token::Close(_) => return at,
            _ => at += 1,
        }
    }
    at
}

fn without_tests(tokens: &[Located]) -> Vec<Located> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        if is_attribute(tokens, at) {
            // All attributes of an item together: a test attribute need not be the first.
            let mut end = at;
            let mut for_tests = false;
            while is_attribute(tokens, end) {
                for_tests |= is_test_attribute(tokens, end);
                end = after_group(tokens, end + 1);
            }
            if for_tests {
                at = after_item(tokens, end);
            } else {
                kept.extend_from_slice(&tokens[at..end]);
                at = end;
            }
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idents(text: &str) -> Vec<String> {
        read(text).unwrap().iter().filter_map(|t| t.ident().map(ToOwned::to_owned)).collect()
    }

    #[test]
    fn items_compiled_for_tests_are_left_out() {
        assert_eq!(idents("#[cfg(test)] mod tests; fn stays() {}"), ["fn", "stays"]);
        assert_eq!(idents("#[cfg(test)] use crate::{a, b}; struct S;"), ["struct", "S"]);
        assert_eq!(idents("#[cfg(test)] mod tests { fn goes() {} } struct S;"), ["struct", "S"]);
        assert_eq!(idents("#[allow(dead_code)] #[cfg(test)] fn goes() -> u8 { 1 } struct S;"), ["struct", "S"]);
        assert_eq!(idents("#[cfg(test)] pub(crate) fn goes<A, B>(a: A, b: B) {} struct S;"), ["struct", "S"]);
        assert_eq!(idents("#[cfg(test)] impl<A, B> T<A, B> { fn goes() {} } struct S;"), ["struct", "S"]);
        assert_eq!(idents("enum E { #[cfg(test)] Goes(u8, u8), Stays }"), ["enum", "E", "Stays"]);
        assert_eq!(idents("#[tokio::test] async fn goes() {} struct S;"), ["struct", "S"]);
        assert_eq!(idents("struct S { #[cfg(test)] goes: u8, stays: u8 }"), ["struct", "S", "stays", "u8"]);
        assert_eq!(idents("struct S { #[cfg(test)] goes: u8 } struct T;"), ["struct", "S", "struct", "T"]);
    }

    #[test]
    fn items_compiled_for_more_than_tests_stay() {
        assert!(idents("#[cfg(any(test, feature = \"x\"))] fn stays() {}").contains(&"stays".to_owned()));
        assert!(idents("#[cfg(not(test))] fn stays() {}").contains(&"stays".to_owned()));
    }

    #[test]
    fn comments_and_strings_hold_no_identifiers() {
        assert_eq!(idents("/* crate::a */ // crate::b\nconst S: u8 = \"crate::c\";"), ["const", "S", "u8"]);
    }
}
