//! From a file's bytes to lines with named cells. Reads UTF-8, with or without a byte order mark, and GB18030 (which
//! holds GBK), as spreadsheets in China save it.

use super::{
    columns::List,
    finding::{Findings, Place, shown},
    run::File,
};
use crate::text::Lang;
use csv::StringRecord;
use std::{borrow::Cow, collections::HashMap};

/// 64 MiB: ten times the largest roster known.
const FILE_BYTES_MAX: usize = 64 << 20;
/// 500,000 lines.
const LINES_MAX: usize = 500_000;

pub struct Sheet<'a> {
    pub list: List,
    pub file: &'a str,
    /// Column name → position.
    at: HashMap<&'static str, usize>,
    lines: Vec<(u64, StringRecord)>,
}

/// One line of a sheet.
#[derive(Clone, Copy)]
pub struct Line<'s> {
    sheet: &'s Sheet<'s>,
    record: &'s StringRecord,
    pub number: u64,
}

impl<'a> Sheet<'a> {
    /// Reads the header and every line; what cannot be read is a finding, and its line is left out.
    pub fn read(file: &'a File, findings: &mut Findings) -> Self {
        let mut sheet = Self { list: file.list, file: &file.name, at: HashMap::new(), lines: Vec::new() };
        let place = |line| Place { list: file.list, file: &file.name, line, column: None };
        if file.bytes.len() > FILE_BYTES_MAX {
            findings.error(place(1), "file-too-large", &[("max", (FILE_BYTES_MAX >> 20).to_string().into())]);
            return sheet;
        }
        let text = match decode(&file.bytes) {
            Ok((text, gb18030)) => {
                if gb18030 {
                    findings.warning(place(1), "read-as-gb18030", &[]);
                }
                text
            }
            Err(line) => {
                findings.error(place(line), "bad-encoding", &[]);
                return sheet;
            }
        };
        let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
        let mut width = None;
        for record in reader.records() {
            let Ok(record) = record else {
                // Decoded text with flexible lines leaves nothing to fail; named all the same.
                findings.error(place(1), "unreadable", &[]);
                return sheet;
            };
            let number = record.position().map_or(1, csv::Position::line);
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let Some(width) = width else {
                width = Some(record.len());
                if !sheet.read_header(&record, number, findings) {
                    return sheet;
                }
                continue;
            };
            // A spreadsheet leaves trailing empty cells away, or adds some.
            let extra = record.iter().skip(width).any(|cell| !cell.trim().is_empty());
            if extra {
                let args = [("found", record.len().to_string().into()), ("expected", width.to_string().into())];
                findings.error(place(number), "too-many-cells", &args);
                continue;
            }
            if sheet.lines.len() == LINES_MAX {
                findings.error(place(number), "too-many-lines", &[("max", LINES_MAX.to_string().into())]);
                return sheet;
            }
            sheet.lines.push((number, record));
        }
        if width.is_none() {
            findings.error(place(1), "empty-file", &[]);
        }
        sheet
    }

    /// False when a required column is missing, so that no line can be right.
    fn read_header(&mut self, header: &StringRecord, line: u64, findings: &mut Findings) -> bool {
        let place = |column| Place { list: self.list, file: self.file, line, column };
        for (position, cell) in header.iter().enumerate() {
            match self.list.column(cell) {
                Some(column) if self.at.contains_key(column.name) => {
                    findings.error(place(Some(column.name)), "column-twice", &[]);
                }
                Some(column) => {
                    self.at.insert(column.name, position);
                }
                None if cell.trim().is_empty() => (),
                None => findings.warning(place(None), "column-unknown", &[("column", shown(cell).into())]),
            }
        }
        let missing: Vec<_> =
            self.list.columns().iter().filter(|c| c.required && !self.at.contains_key(c.name)).collect();
        for column in &missing {
            findings.error(place(Some(column.name)), "column-missing", &[("name", column.name.into())]);
        }
        missing.is_empty()
    }

    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.lines.iter().map(|(number, record)| Line { sheet: self, record, number: *number })
    }
}

impl<'s> Line<'s> {
    pub fn place(&self, column: Option<&'s str>) -> Place<'s> {
        Place { list: self.sheet.list, file: self.sheet.file, line: self.number, column }
    }

    /// A cell's text, trimmed; `None` when it is empty or its column is not there.
    pub fn text(&self, column: &str) -> Option<&'s str> {
        let text = self.record.get(*self.sheet.at.get(column)?)?.trim();
        (!text.is_empty()).then_some(text)
    }

    pub fn owned(&self, column: &str) -> Option<String> {
        self.text(column).map(str::to_owned)
    }

    /// A cell that must hold something.
    pub fn required(&self, column: &'static str, findings: &mut Findings) -> Option<&'s str> {
        let text = self.text(column);
        if text.is_none() {
            findings.error(self.place(Some(column)), "empty-cell", &[]);
        }
        text
    }

    /// A code of the office's own: no spaces, at most 40 characters.
    pub fn code(&self, column: &'static str, findings: &mut Findings) -> Option<&'s str> {
        let code = self.required(column, findings)?;
        if code.chars().count() > 40 || code.chars().any(|c| c.is_whitespace() || c.is_control() || c == '|') {
            findings.error(self.place(Some(column)), "bad-code", &[("value", shown(code).into())]);
            return None;
        }
        Some(code)
    }

    /// A cell that must parse, where it holds something; `code` is the finding when it does not.
    pub fn parsed<T>(
        &self,
        column: &'static str,
        code: &str,
        findings: &mut Findings,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(column)?;
        let value = parse(text);
        if value.is_none() {
            findings.error(self.place(Some(column)), code, &[("value", shown(text).into())]);
        }
        value
    }

    /// One of an enumeration's words, or its label in any language, or what lists also write for it.
    pub fn word(
        &self,
        column: &'static str,
        prefix: &str,
        words: &[&'static str],
        findings: &mut Findings,
    ) -> Option<&'static str> {
        let text = self.text(column)?;
        let found = words.iter().copied().find(|word| word.eq_ignore_ascii_case(text) || is_label(text, prefix, word));
        if found.is_none() {
            let choices = super::finding::choices(findings.lang, prefix, words.iter().copied());
            let args = [("value", shown(text).into()), ("choices", choices.into())];
            findings.error(self.place(Some(column)), "unknown-word", &args);
        }
        found
    }

    /// A cell with several values, separated by `;`, `,`, `、` or `|`.
    pub fn several(&self, column: &str) -> impl Iterator<Item = &'s str> {
        const SEPARATORS: [char; 6] = [';', ',', '|', '\u{ff1b}', '\u{ff0c}', '\u{3001}'];
        self.text(column).unwrap_or_default().split(SEPARATORS).map(str::trim).filter(|t| !t.is_empty())
    }
}

/// The text and whether it was GB18030; the number of the first line that is neither.
fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, bool), u64> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let error = match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => return Ok((Cow::Borrowed(text), false)),
        // UTF-16 of ASCII is valid UTF-8 full of zero bytes.
        Ok(_) => return Err(1),
        Err(error) => error,
    };
    match encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) if !text.contains('\0') => Ok((text, true)),
        _ => Err(1 + bytes[..error.valid_up_to()].iter().filter(|b| **b == b'\n').count() as u64),
    }
}

/// With half-width brackets: offices write 特困人员(分散) as often as 特困人员（分散）.
fn narrow(text: &str) -> String {
    text.replace('（', "(").replace('）', ")")
}

/// Whether `text` is the label of a value in any language, or what lists also write for that value.
pub fn is_label(text: &str, prefix: &str, word: &str) -> bool {
    [format!("{prefix}-{word}"), format!("import-also-{prefix}-{word}")]
        .iter()
        .any(|key| Lang::ALL.iter().any(|l| narrow(&crate::text::tr(*l, key)).eq_ignore_ascii_case(&narrow(text))))
}
