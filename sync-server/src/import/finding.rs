//! What an import has to say about a line: file, line, column, what is wrong, what to do.

use super::columns::List;
use crate::text::{FluentValue, Lang, tr, tr_with};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub list: List,
    /// The file's name as it was given.
    pub file: String,
    /// From 1, the header included.
    pub line: u64,
    /// The column's name, where one is to blame.
    pub column: Option<String>,
    /// Locale key without `import-`; stable, for programs.
    pub code: String,
    /// The whole sentence, with file, line and column.
    pub text: String,
}

/// Where something was found.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
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
    pub fn new(lang: Lang) -> Self {
        Self { lang, errors: Vec::new(), warnings: Vec::new() }
    }

    pub fn error(&mut self, place: Place<'_>, code: &str, args: &[(&str, FluentValue<'_>)]) {
        let finding = self.make(place, code, args);
        self.errors.push(finding);
    }

    pub fn warning(&mut self, place: Place<'_>, code: &str, args: &[(&str, FluentValue<'_>)]) {
        let finding = self.make(place, code, args);
        self.warnings.push(finding);
    }

    pub fn make(&self, place: Place<'_>, code: &str, args: &[(&str, FluentValue<'_>)]) -> Finding {
        let what = tr_with(self.lang, &format!("import-{code}"), args);
        let file = FluentValue::from(place.file);
        // As text: a number would be grouped.
        let line = FluentValue::from(place.line.to_string());
        let text = match place.column {
            Some(column) => {
                let label = place.list.label(column, self.lang);
                let args = [("file", file), ("line", line), ("column", label.into()), ("what", what.into())];
                tr_with(self.lang, "import-at-column", &args)
            }
            None => tr_with(self.lang, "import-at-line", &[("file", file), ("line", line), ("what", what.into())]),
        };
        Finding {
            list: place.list,
            file: place.file.to_owned(),
            line: place.line,
            column: place.column.map(str::to_owned),
            code: code.to_owned(),
            text,
        }
    }

    /// By list and line, as a person works through them.
    pub fn sort(&mut self) {
        self.errors.sort_by_key(|f| (f.list, f.line));
        self.warnings.sort_by_key(|f| (f.list, f.line));
    }
}

/// A value as it may be shown in a message: short, on one line.
pub fn shown(value: &str) -> String {
    /// 30 characters find a cell again.
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
