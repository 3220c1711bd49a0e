//! What is wrong with a line of an import: file, line, column, the fault, what to do.

use super::columns::List;
use crate::text::{FluentValue, Lang, tr, tr_with};
use serde::{Deserialize, Serialize};

/// An error or a warning about one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub list: List,
    /// The file's name as it was given.
    pub file: String,
    /// From 1, the header included.
    pub line: u64,
    /// The column's name, if the finding is about one cell.
    pub column: Option<String>,
    /// Locale key without `import-`; stable, so that programs can match it.
    pub code: String,
    /// The whole sentence, with file, line and column.
    pub text: String,
}

/// Where something was found.
#[derive(Clone, Copy, Debug)]
pub struct CellLocation<'a> {
    pub list: List,
    pub file: &'a str,
    pub line: u64,
    pub column: Option<&'a str>,
}

/// Collects findings in the reader's language.
#[derive(Debug)]
pub struct Findings {
    pub lang: Lang,
    pub errors: Vec<Finding>,
    pub warnings: Vec<Finding>,
}

impl Findings {
    /// Collects in `lang`.
    pub fn new(lang: Lang) -> Self {
        Self { lang, errors: Vec::new(), warnings: Vec::new() }
    }

    /// Adds an error: the import as a whole is refused.
    pub fn error(&mut self, location: CellLocation<'_>, code: &str, args: &[(&str, FluentValue<'_>)]) {
        let finding = self.make(location, code, args);
        self.errors.push(finding);
    }

    /// Adds a warning: the import continues.
    pub fn warning(&mut self, location: CellLocation<'_>, code: &str, args: &[(&str, FluentValue<'_>)]) {
        let finding = self.make(location, code, args);
        self.warnings.push(finding);
    }

    /// A finding that the caller may add later. `code` and `args` are those of the locale key `import-<code>`.
    pub fn make(&self, location: CellLocation<'_>, code: &str, args: &[(&str, FluentValue<'_>)]) -> Finding {
        let what = tr_with(self.lang, &format!("import-{code}"), args);
        let file = FluentValue::from(location.file);
        // As text: Fluent would group the digits of a number.
        let line = FluentValue::from(location.line.to_string());
        let text = match location.column {
            Some(column) => {
                let label = location.list.label(column, self.lang);
                let args = [("file", file), ("line", line), ("column", label.into()), ("what", what.into())];
                tr_with(self.lang, "import-at-column", &args)
            }
            None => tr_with(self.lang, "import-at-line", &[("file", file), ("line", line), ("what", what.into())]),
        };
        Finding {
            list: location.list,
            file: location.file.to_owned(),
            line: location.line,
            column: location.column.map(str::to_owned),
            code: code.to_owned(),
            text,
        }
    }

    /// Sorts by list and line, the order in which a person corrects them.
    pub fn sort(&mut self) {
        self.errors.sort_by_key(|f| (f.list, f.line));
        self.warnings.sort_by_key(|f| (f.list, f.line));
    }
}

/// A value shortened for a message: on one line, at most 30 characters.
pub fn shown(value: &str) -> String {
    /// 30 characters are enough to find the cell.
    const MAX: usize = 30;
    let mut text: String = value.chars().take(MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if value.chars().count() > MAX {
        text.push('…');
    }
    text
}

/// Labels of an enumeration's words, for "use one of these".
pub fn choices<'a>(lang: Lang, prefix: &str, words: impl Iterator<Item = &'a str>) -> String {
    words.map(|w| tr(lang, &format!("{prefix}-{w}"))).collect::<Vec<_>>().join(&tr(lang, "import-or"))
}
