//! One import: every list is read and checked against the other lists and the store.

use super::{
    areas,
    builder::RecordBuilder,
    columns::List,
    finding::{Finding, Findings},
    pairings, recipients,
    sheet::{File, Sheet},
    units, workers,
};
use crate::{
    core::{CoreError, OfficeChange, ServerCore},
    store::Store,
    text::Lang,
};
use serde::{Deserialize, Serialize};
use shared::{Change, Day, Fields, Kind, RowId, WorkerId};
use std::{
    collections::{HashMap, HashSet},
    future::Future,
};

/// The records that the store has.
pub trait Roster {
    /// Why the records could not be read.
    type Err;
    /// The fields of those records that exist.
    ///
    /// # Errors
    ///
    /// The store failed.
    fn existing(
        &self,
        rows: Vec<(Kind, RowId)>,
    ) -> impl Future<Output = Result<HashMap<RowId, Fields>, Self::Err>> + Send;
}

/// What became of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// If there is one, nothing was changed.
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

/// A checked import. It may be applied if its report has no errors.
#[derive(Debug)]
pub struct CheckedImport {
    /// Whole records, in the order in which they refer to each other.
    pub records: Vec<(Kind, RowId, Fields)>,
    pub report: ImportReport,
}

/// Reads and checks `files`, in any order. Changes nothing.
///
/// # Errors
///
/// `roster` could not be read. Faults of the files are findings of the report.
pub async fn check<R: Roster>(files: &[File], roster: &R, today: Day, lang: Lang) -> Result<CheckedImport, R::Err> {
    let mut findings = Findings::new(lang);
    let mut builder = RecordBuilder::new(today);
    let mut lines = Vec::new();
    for list in List::ALL {
        for file in files.iter().filter(|f| f.list == list) {
            let sheet = Sheet::read(file, &mut findings);
            lines.push((list, sheet.lines().count()));
            match list {
                List::Areas => areas::read(&sheet, &mut builder, &mut findings),
                List::Units => units::read(&sheet, &mut builder, &mut findings),
                List::Workers => workers::read(&sheet, &mut builder, &mut findings),
                List::Recipients => recipients::read(&sheet, &mut builder, &mut findings),
                List::Pairings => pairings::read(&sheet, &mut builder, &mut findings),
            }
        }
    }
    let RecordBuilder { mut records, seen, wants, .. } = builder;
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
    Ok(CheckedImport { records, report })
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

/// Checks `files` and applies them in one transaction, unless a line is wrong or it is a dry run.
///
/// # Errors
///
/// The store failed, or a rule of the merge refused a record. Faults of the files are findings of the report.
pub async fn import<S: Store>(
    core: &ServerCore<S>,
    files: &[File],
    today: Day,
    dry_run: bool,
    lang: Lang,
) -> Result<ImportReport, CoreError> {
    let CheckedImport { records, mut report } = check(files, core, today, lang).await?;
    if !report.errors.is_empty() || dry_run {
        return Ok(report);
    }
    let change = |(kind, row, fields)| OfficeChange { kind, row, change: Change::Create(fields) };
    let reply = core.apply_office(records.into_iter().map(change).collect()).await?;
    (report.created, report.changed, report.unchanged) = (reply.created, reply.changed, reply.unchanged);
    report.applied = true;
    Ok(report)
}
