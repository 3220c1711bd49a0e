//! From a file's bytes to lines with named cells. Reads UTF-8, with or without a byte order mark, and GB18030 (a
//! superset of GBK), which spreadsheets in China write.

use super::{
    columns::List,
    finding::{CellLocation, Findings, choices, shown},
};
use crate::text::Lang;
use csv::StringRecord;
use std::{borrow::Cow, collections::HashMap};

/// 64 MiB: ten times the largest roster known.
const FILE_BYTES_MAX: usize = 64 << 20;
/// 500,000 lines: about what a file of that size holds.
const LINES_MAX: usize = 500_000;

/// A file as it was handed in.
#[derive(Clone, Debug)]
pub struct File {
    /// Which list it holds.
    pub list: List,
    /// For messages.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A file's header and lines.
pub struct Sheet<'a> {
    pub list: List,
    pub file: &'a str,
    /// Column name → position.
    at: HashMap<&'static str, usize>,
    lines: Vec<(u64, StringRecord)>,
}

/// One line of a sheet.
#[derive(Clone, Copy)]
pub struct SheetLine<'s> {
    sheet: &'s Sheet<'s>,
    record: &'s StringRecord,
    /// From 1, the header included.
    pub number: u64,
}

impl<'a> Sheet<'a> {
    /// Reads the header and every line. A line that cannot be read is a finding and is left out.
    pub fn read(file: &'a File, findings: &mut Findings) -> Self {
        let mut sheet = Self { list: file.list, file: &file.name, at: HashMap::new(), lines: Vec::new() };
        let location = |line| CellLocation { list: file.list, file: &file.name, line, column: None };
        if file.bytes.len() > FILE_BYTES_MAX {
            findings.error(location(1), "file-too-large", &[("max", (FILE_BYTES_MAX >> 20).to_string().into())]);
            return sheet;
        }
        let text = match decode(&file.bytes) {
            Ok((text, gb18030)) => {
                if gb18030 {
                    findings.warning(location(1), "read-as-gb18030", &[]);
                }
                text
            }
            Err(line) => {
                findings.error(location(line), "bad-encoding", &[]);
                return sheet;
            }
        };
        let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
        let mut width = None;
        for record in reader.records() {
            let Ok(record) = record else {
                // Cannot happen with decoded text and flexible lines; reported all the same.
                findings.error(location(1), "unreadable", &[]);
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
            // A spreadsheet drops trailing empty cells, or adds some.
            let extra = record.iter().skip(width).any(|cell| !cell.trim().is_empty());
            if extra {
                let args = [("found", record.len().to_string().into()), ("expected", width.to_string().into())];
                findings.error(location(number), "too-many-cells", &args);
                continue;
            }
            if sheet.lines.len() == LINES_MAX {
                findings.error(location(number), "too-many-lines", &[("max", LINES_MAX.to_string().into())]);
                return sheet;
            }
            sheet.lines.push((number, record));
        }
        if width.is_none() {
            findings.error(location(1), "empty-file", &[]);
        }
        sheet
    }

    /// Returns false when a required column is missing: no line can be read then.
    fn read_header(&mut self, header: &StringRecord, line: u64, findings: &mut Findings) -> bool {
        let location = |column| CellLocation { list: self.list, file: self.file, line, column };
        for (position, cell) in header.iter().enumerate() {
            match self.list.column(cell) {
                Some(column) if self.at.contains_key(column.name) => {
                    findings.error(location(Some(column.name)), "column-twice", &[]);
                }
                Some(column) => {
                    self.at.insert(column.name, position);
                }
                None if cell.trim().is_empty() => (),
                None => findings.warning(location(None), "column-unknown", &[("column", shown(cell).into())]),
            }
        }
        let missing: Vec<_> =
            self.list.columns().iter().filter(|c| c.required && !self.at.contains_key(c.name)).collect();
        for column in &missing {
            findings.error(location(Some(column.name)), "column-missing", &[("name", column.name.into())]);
        }
        missing.is_empty()
    }

    /// The lines below the header, without empty ones.
    pub fn lines(&self) -> impl Iterator<Item = SheetLine<'_>> {
        self.lines.iter().map(|(number, record)| SheetLine { sheet: self, record, number: *number })
    }
}

impl<'s> SheetLine<'s> {
    /// Where a finding about this line, or about one cell of it, belongs.
    pub fn location(&self, column: Option<&'s str>) -> CellLocation<'s> {
        CellLocation { list: self.sheet.list, file: self.sheet.file, line: self.number, column }
    }

    /// A cell's text, trimmed; `None` when it is empty or the file has no such column.
    pub fn text(&self, column: &str) -> Option<&'s str> {
        let text = self.record.get(*self.sheet.at.get(column)?)?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// As [`SheetLine::text`], owned.
    pub fn owned(&self, column: &str) -> Option<String> {
        self.text(column).map(str::to_owned)
    }

    /// The text of a cell that must not be empty; an empty one is an error.
    pub fn required(&self, column: &'static str, findings: &mut Findings) -> Option<&'s str> {
        let text = self.text(column);
        if text.is_none() {
            findings.error(self.location(Some(column)), "empty-cell", &[]);
        }
        text
    }

    /// A code of the office's own: no spaces, at most 40 characters, no `|`, which separates the parts of a pairing's
    /// key.
    pub fn code(&self, column: &'static str, findings: &mut Findings) -> Option<&'s str> {
        let code = self.required(column, findings)?;
        if code.chars().count() > 40 || code.chars().any(|c| c.is_whitespace() || c.is_control() || c == '|') {
            findings.error(self.location(Some(column)), "bad-code", &[("value", shown(code).into())]);
            return None;
        }
        Some(code)
    }

    /// The parsed value of a cell that is not empty; `code` is the finding when it does not parse.
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
            findings.error(self.location(Some(column)), code, &[("value", shown(text).into())]);
        }
        value
    }

    /// A word of an enumeration, given as the word itself or as its label in any language.
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
            let choices = choices(findings.lang, prefix, words.iter().copied());
            let args = [("value", shown(text).into()), ("choices", choices.into())];
            findings.error(self.location(Some(column)), "unknown-word", &args);
        }
        found
    }

    /// The values of a cell that holds several, separated by `;`, `,`, `、` or `|`.
    pub fn several(&self, column: &str) -> impl Iterator<Item = &'s str> {
        const SEPARATORS: [char; 6] = [';', ',', '|', '\u{ff1b}', '\u{ff0c}', '\u{3001}'];
        self.text(column).unwrap_or_default().split(SEPARATORS).map(str::trim).filter(|t| !t.is_empty())
    }
}

/// Decodes a file: the text and whether it was GB18030, or the number of the first line that is in neither encoding.
fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, bool), u64> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let error = match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => return Ok((Cow::Borrowed(text), false)),
        // UTF-16 of ASCII text is valid UTF-8 with zero bytes.
        Ok(_) => return Err(1),
        Err(error) => error,
    };
    match encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) if !text.contains('\0') => Ok((text, true)),
        _ => Err(1 + bytes[..error.valid_up_to()].iter().filter(|b| **b == b'\n').count() as u64),
    }
}

/// The text with half-width brackets: offices write 特困人员(分散) as often as 特困人员（分散）.
fn narrow(text: &str) -> String {
    text.replace('（', "(").replace('）', ")")
}

/// Whether `text` is the label of a value in any language, or what lists also write for that value.
pub fn is_label(text: &str, prefix: &str, word: &str) -> bool {
    [format!("{prefix}-{word}"), format!("import-also-{prefix}-{word}")]
        .iter()
        .any(|key| Lang::ALL.iter().any(|l| narrow(&crate::text::tr(*l, key)).eq_ignore_ascii_case(&narrow(text))))
}
