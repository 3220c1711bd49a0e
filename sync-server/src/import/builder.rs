//! Collects the records of an import while its lists are read.

use super::{
    finding::{Finding, Findings, shown},
    ids::area_id,
    sheet::SheetLine,
};
use shared::{
    AreaCode, Day, Fields, Kind, RowId,
    records::{Problem, ProblemCode},
};
use std::collections::{HashMap, hash_map::Entry};

/// Collects records while the lists are read.
#[derive(Debug)]
pub struct RecordBuilder {
    pub today: Day,
    pub records: Vec<(Kind, RowId, Fields)>,
    /// Record → the line that brought it.
    pub seen: HashMap<RowId, u64>,
    /// Records that must exist, each with the finding if it does not.
    pub wants: Vec<(Kind, RowId, Finding)>,
}

impl RecordBuilder {
    /// Collects nothing yet; `today` bounds birthdays.
    pub fn new(today: Day) -> Self {
        Self { today, records: Vec::new(), seen: HashMap::new(), wants: Vec::new() }
    }

    /// Adds the record of a line. The same record twice is an error: there is no telling which line is right.
    #[expect(clippy::too_many_arguments, reason = "a line, its key and its record, named where it is called")]
    pub fn add(
        &mut self,
        line: &SheetLine<'_>,
        column: &'static str,
        key: &str,
        kind: Kind,
        row: RowId,
        fields: Fields,
        findings: &mut Findings,
    ) {
        for problem in kind.problems(&fields) {
            report_problem(line, &problem, findings);
        }
        match self.seen.entry(row) {
            Entry::Occupied(first) => {
                let args = [("value", shown(key).into()), ("first", first.get().to_string().into())];
                findings.error(line.location(Some(column)), "twice", &args);
            }
            Entry::Vacant(entry) => {
                entry.insert(line.number);
                self.records.push((kind, row, fields));
            }
        }
    }

    /// Requires a record, in one of the files or in the store; `missing` is the error otherwise.
    pub fn want(&mut self, kind: Kind, row: RowId, missing: Finding) {
        self.wants.push((kind, row, missing));
    }

    /// The area in a required cell; the area must exist.
    pub fn area(&mut self, line: &SheetLine<'_>, column: &'static str, findings: &mut Findings) -> Option<AreaCode> {
        line.required(column, findings)?;
        let area: AreaCode = line.parsed(column, "bad-area-code", findings, |t| t.parse().ok())?;
        self.want_area(line, column, area, findings);
        Some(area)
    }

    /// Requires an area that a cell names.
    pub fn want_area(&mut self, line: &SheetLine<'_>, column: &'static str, area: AreaCode, findings: &Findings) {
        let missing = findings.make(line.location(Some(column)), "unknown-area", &[("value", area.to_string().into())]);
        self.want(Kind::Area, area_id(&area), missing);
    }
}

fn report_problem(line: &SheetLine<'_>, problem: &Problem, findings: &mut Findings) {
    let code = match problem.code {
        ProblemCode::Missing => "empty-cell",
        ProblemCode::TooLong => "too-long",
        ProblemCode::TooMany => "too-many-values",
        _ => "wrong-shape",
    };
    let column = (!problem.field.is_empty()).then_some(problem.field.as_str());
    findings.error(line.location(column), code, &[]);
}
