//! One import: every list read, held against the others and against the store.

use super::{
    Finding, Findings, List, area_id, areas,
    finding::shown,
    pairings, recipients,
    sheet::{Line, Sheet},
    units, workers,
};
use crate::{
    core::{CoreError, OfficeChange, ServerCore},
    store::Store,
    text::Lang,
};
use serde::{Deserialize, Serialize};
use shared::{
    AreaCode, Change, Day, Fields, Kind, RowId, WorkerId,
    records::{Problem, ProblemCode},
};
use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    future::Future,
};

/// A file as it was handed in.
#[derive(Clone, Debug)]
pub struct File {
    pub list: List,
    /// For messages.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What the store knows already.
pub trait Roster {
    type Err;
    /// The fields of those records that exist.
    fn existing(
        &self,
        rows: Vec<(Kind, RowId)>,
    ) -> impl Future<Output = Result<HashMap<RowId, Fields>, Self::Err>> + Send;
}

/// What became of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// With any of these nothing was changed.
    pub errors: Vec<Finding>,
    pub warnings: Vec<Finding>,
    /// Lines read per list.
    pub lines: Vec<(List, usize)>,
    pub created: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// False for a dry run, or when something was wrong.
    pub applied: bool,
}

/// A checked import, ready to be applied when nothing is wrong with it.
#[derive(Debug)]
pub struct Checked {
    /// Whole records, in the order they refer to each other.
    pub records: Vec<(Kind, RowId, Fields)>,
    pub report: ImportReport,
}

/// Collects records while the lists are read.
pub struct Build {
    pub today: Day,
    records: Vec<(Kind, RowId, Fields)>,
    /// Record → list and line that brought it.
    seen: HashMap<RowId, u64>,
    /// Records that must exist, each with what to say when it does not.
    wants: Vec<(Kind, RowId, Finding)>,
}

impl Build {
    /// One record of a line. The same record twice in a file is an error: which one is right, nobody can tell.
    #[expect(clippy::too_many_arguments, reason = "a line, its key and its record, named where it is called")]
    pub fn add(
        &mut self,
        line: &Line<'_>,
        column: &'static str,
        key: &str,
        kind: Kind,
        row: RowId,
        fields: Fields,
        findings: &mut Findings,
    ) {
        for problem in kind.problems(&fields) {
            say_problem(line, &problem, findings);
        }
        match self.seen.entry(row) {
            Entry::Occupied(first) => {
                let args = [("value", shown(key).into()), ("first", first.get().to_string().into())];
                findings.error(line.place(Some(column)), "twice", &args);
            }
            Entry::Vacant(place) => {
                place.insert(line.number);
                self.records.push((kind, row, fields));
            }
        }
    }

    /// `missing` is said unless the record is in one of the files or in the store.
    pub fn want(&mut self, kind: Kind, row: RowId, missing: Finding) {
        self.wants.push((kind, row, missing));
    }

    /// An area that a required cell names.
    pub fn area(&mut self, line: &Line<'_>, column: &'static str, findings: &mut Findings) -> Option<AreaCode> {
        line.required(column, findings)?;
        let area: AreaCode = line.parsed(column, "bad-area-code", findings, |t| t.parse().ok())?;
        self.want_area(line, column, area, findings);
        Some(area)
    }

    pub fn want_area(&mut self, line: &Line<'_>, column: &'static str, area: AreaCode, findings: &Findings) {
        let missing = findings.make(line.place(Some(column)), "unknown-area", &[("value", area.to_string().into())]);
        self.want(Kind::Area, area_id(&area), missing);
    }
}

fn say_problem(line: &Line<'_>, problem: &Problem, findings: &mut Findings) {
    let code = match problem.code {
        ProblemCode::Missing => "empty-cell",
        ProblemCode::TooLong => "too-long",
        ProblemCode::TooMany => "too-many-values",
        _ => "wrong-shape",
    };
    let column = (!problem.field.is_empty()).then_some(problem.field.as_str());
    findings.error(line.place(column), code, &[]);
}

/// Reads and checks `files`, whatever order they come in. Changes nothing.
pub async fn check<R: Roster>(files: &[File], roster: &R, today: Day, lang: Lang) -> Result<Checked, R::Err> {
    let mut findings = Findings::new(lang);
    let mut build = Build { today, records: Vec::new(), seen: HashMap::new(), wants: Vec::new() };
    let mut lines = Vec::new();
    for list in List::ALL {
        for file in files.iter().filter(|f| f.list == list) {
            let sheet = Sheet::read(file, &mut findings);
            lines.push((list, sheet.lines().count()));
            match list {
                List::Areas => areas::read(&sheet, &mut build, &mut findings),
                List::Units => units::read(&sheet, &mut build, &mut findings),
                List::Workers => workers::read(&sheet, &mut build, &mut findings),
                List::Recipients => recipients::read(&sheet, &mut build, &mut findings),
                List::Pairings => pairings::read(&sheet, &mut build, &mut findings),
            }
        }
    }
    let Build { mut records, seen, wants, .. } = build;
    let outside: HashSet<(Kind, RowId)> =
        wants.iter().filter(|(_, row, _)| !seen.contains_key(row)).map(|(kind, row, _)| (kind.clone(), *row)).collect();
    let known = roster.existing(outside.into_iter().collect()).await?;
    for (_, row, missing) in wants {
        if !seen.contains_key(&row) && !known.contains_key(&row) {
            findings.errors.push(missing);
        }
    }
    name_workers(&mut records, &known);
    findings.sort();
    let report =
        ImportReport { errors: findings.errors, warnings: findings.warnings, lines, ..ImportReport::default() };
    Ok(Checked { records, report })
}

/// Puts each worker's name into their pairings.
fn name_workers(records: &mut [(Kind, RowId, Fields)], known: &HashMap<RowId, Fields>) {
    let mut names: HashMap<RowId, String> = HashMap::new();
    let in_files = records.iter().filter(|(kind, ..)| *kind == Kind::Worker).map(|(_, row, fields)| (row, fields));
    for (row, fields) in known.iter().chain(in_files) {
        if let Some(name) = fields.text("name") {
            names.insert(*row, name.to_owned());
        }
    }
    for (_, _, fields) in records.iter_mut().filter(|(kind, ..)| *kind == Kind::Pairing) {
        let worker = fields.parsed::<WorkerId>("worker").map(RowId::from);
        if let Some(name) = worker.and_then(|w| names.get(&w)) {
            fields.set("worker_name", name.as_str().into());
        }
    }
}

impl<S: Store> Roster for ServerCore<S> {
    type Err = CoreError;
    async fn existing(&self, rows: Vec<(Kind, RowId)>) -> Result<HashMap<RowId, Fields>, CoreError> {
        let ids = rows.into_iter().map(|(_, row)| row).collect();
        Ok(self.rows(ids).await?.into_iter().filter(|row| !row.is_void()).map(|row| (row.id, row.fields)).collect())
    }
}

/// Checks `files` and, unless something is wrong or it is a dry run, applies them in one transaction.
pub async fn import<S: Store>(
    core: &ServerCore<S>,
    files: &[File],
    today: Day,
    dry_run: bool,
    lang: Lang,
) -> Result<ImportReport, CoreError> {
    let Checked { records, mut report } = check(files, core, today, lang).await?;
    if !report.errors.is_empty() || dry_run {
        return Ok(report);
    }
    let change = |(kind, row, fields)| OfficeChange { kind, row, change: Change::Create(fields) };
    let reply = core.apply_office(records.into_iter().map(change).collect()).await?;
    (report.created, report.changed, report.unchanged) = (reply.created, reply.changed, reply.unchanged);
    report.applied = true;
    Ok(report)
}
