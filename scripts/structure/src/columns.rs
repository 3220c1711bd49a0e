//! Comments that are longer than a line may be. rustfmt breaks code at `max_width`, but no comments.

/// Columns of the longest line, as `max_width` in `rustfmt.toml`.
pub const MAX_COLUMNS: usize = 120;

#[derive(Clone, Copy)]
enum State {
    Code,
    /// Nested this deep.
    BlockComment(usize),
    Text,
    /// Ends at a quote and this many `#`.
    RawText(usize),
}

/// The numbers of the lines that hold a comment and are longer than [`MAX_COLUMNS`].
pub fn long_comments(source: &str) -> Vec<usize> {
    let mut state = State::Code;
    let mut long = Vec::new();
    for (at, line) in source.lines().enumerate() {
        let has_comment = scan(line, &mut state);
        if has_comment && line.chars().count() > MAX_COLUMNS {
            long.push(at + 1);
        }
    }
    long
}

/// Whether `line` holds a part of a comment; `state` is left as it is at the end of the line.
fn scan(line: &str, state: &mut State) -> bool {
    let chars: Vec<char> = line.chars().collect();
    let next = |at: usize, text: &str| text.chars().enumerate().all(|(n, c)| chars.get(at + n) == Some(&c));
    let mut has_comment = matches!(state, State::BlockComment(_));
    let mut at = 0;
    while at < chars.len() {
        match *state {
            State::Code if next(at, "//") => return true,
            State::Code if next(at, "/*") => {
                (*state, has_comment) = (State::BlockComment(1), true);
                at += 2;
            }
            State::Code if chars[at] == '"' => {
                // `r"`, `r#"`, `br##"`: count back over the hashes to the letter.
                let hashes = chars[..at].iter().rev().take_while(|c| **c == '#').count();
                let is_raw = at > hashes && chars[at - hashes - 1] == 'r';
                *state = if is_raw { State::RawText(hashes) } else { State::Text };
                at += 1;
            }
            // The character '"' is no text, nor is '\''.
            State::Code if next(at, "'\"'") => at += 3,
            State::Code if next(at, "'\\") => at += 4,
            State::Code => at += 1,
            State::BlockComment(depth) if next(at, "*/") => {
                *state = if depth == 1 { State::Code } else { State::BlockComment(depth - 1) };
                at += 2;
            }
            State::BlockComment(depth) if next(at, "/*") => {
                *state = State::BlockComment(depth + 1);
                at += 2;
            }
            State::BlockComment(_) => at += 1,
            State::Text if chars[at] == '\\' => at += 2,
            State::Text => {
                if chars[at] == '"' {
                    *state = State::Code;
                }
                at += 1;
            }
            State::RawText(hashes) => {
                if chars[at] == '"' && chars[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes {
                    *state = State::Code;
                    at += hashes;
                }
                at += 1;
            }
        }
    }
    has_comment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_of_120_columns_passes_and_one_of_121_does_not() {
        let exact = format!("// {}", "x".repeat(MAX_COLUMNS - 3));
        let beyond = format!("{exact}x");
        assert_eq!(long_comments(&format!("fn f() {{}}\n{exact}\n")), Vec::<usize>::new());
        assert_eq!(long_comments(&format!("fn f() {{}}\n{beyond}\n")), [2]);
    }

    #[test]
    fn a_column_is_a_character_and_not_a_byte() {
        let line = format!("// {}", "走".repeat(MAX_COLUMNS - 3));
        assert!(long_comments(&line).is_empty());
    }

    #[test]
    fn comments_after_code_in_blocks_and_in_documentation_count() {
        let wide = "x".repeat(MAX_COLUMNS);
        assert_eq!(long_comments(&format!("let a = 1; // {wide}")), [1]);
        assert_eq!(long_comments(&format!("/// {wide}")), [1]);
        assert_eq!(long_comments(&format!("/* a\n{wide}x\n*/")), [2]);
        assert_eq!(long_comments(&format!("let q = '\"'; // {wide}")), [1]);
    }

    #[test]
    fn slashes_in_a_string_are_no_comment() {
        let wide = "x".repeat(MAX_COLUMNS);
        assert!(long_comments(&format!("let a = \"https://{wide}\";")).is_empty());
        assert!(long_comments(&format!("let a = r#\"\" // {wide}\"#;")).is_empty());
        assert!(long_comments(&format!("let a = \"\n// {wide}\n\";")).is_empty());
    }
}
