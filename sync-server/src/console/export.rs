//! `GET /console/report.csv`: the report as a file that spreadsheets open: UTF-8 with a byte order mark, and no cell that
//! a spreadsheet would take for a formula. Every download is kept in the access log.
//!
//! - 200 the file · 303 to the log-in · 400 an address that cannot be read · 403 not an area of the reader's

use super::{
    Console, format,
    guard::{self, Reader, Signed},
    report,
};
use crate::{
    core::{CoreError, OfficeChange},
    store::Store,
};
use axum::{
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Response},
};
use shared::{
    Change, Kind, RowId,
    ids::uuid_v7,
    indicators::Figures,
    records::{AccessLog, Record, access_log::Access},
    wire::{ErrorCode, Report, ReportRequest},
};
use std::sync::Arc;

pub async fn download<S: Store>(
    State(console): State<Arc<Console<S>>>,
    signed: Signed,
    Query(asked): Query<report::Asked>,
) -> Response {
    let Some(request) = asked.request(&signed) else {
        return guard::refused(&signed.reader, Some(&signed), &ErrorCode::Malformed);
    };
    match export(&console, &signed, request).await {
        Ok(response) => response,
        Err(error) => guard::failed(&signed.reader, Some(&signed), error),
    }
}

async fn export<S: Store>(
    console: &Console<S>,
    signed: &Signed,
    request: ReportRequest,
) -> Result<Response, CoreError> {
    let report = console.core.report_for(&signed.viewer, request).await?;
    // Written down first: a file that left without a trace is worse than a trace without a file.
    console.core.apply_office_by(signed.viewer.worker, vec![trace(&report)]).await?;
    let name = format!("lianxin-{}-{}.csv", report.area, report.period);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, file(&report, &signed.reader)).into_response())
}

/// What was exported, never its content.
fn trace(report: &Report) -> OfficeChange {
    let category = report.category.as_ref().map_or("all", |c| c.word());
    let mut random = [0; 10];
    // The same source that sessions are made of.
    getrandom::fill(&mut random).expect("the system's random source answers");
    let log = AccessLog {
        what: Access::Export,
        // The core's clock, by which the record is judged.
        happened: report.as_of,
        row: None,
        detail: Some(format!("report {} {} {category}", report.area, report.period)),
    };
    let row = RowId(uuid_v7(report.as_of.utc_ms, random));
    OfficeChange { kind: Kind::AccessLog, row, change: Change::Create(log.to_fields()) }
}

/// One table: what the line is about, its code and name, then the six figures and those beside them.
fn file(report: &Report, reader: &Reader) -> Vec<u8> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let of = [report.area_name.clone(), format::period(report.period, reader)];
    let category = report.category.as_ref().map(|c| report::category_name(c, reader));
    lines.push(of.into_iter().chain(category).map(safe).collect());
    let mut head: Vec<String> =
        ["console-csv-line", "console-csv-code", "console-csv-name"].map(|k| reader.t(k)).into();
    for (key, _) in report::six(&report.total) {
        head.push(format!("{}{}", reader.t(key), reader.t(&format!("{key}-unit"))));
    }
    head.extend(report::others(&report.total).iter().map(|(i, _)| reader.t(&format!("console-indicator-{i}"))));
    lines.push(head);
    let mut add = |what: &str, code: String, name: String, figures: &Figures| {
        let mut line = vec![reader.t(what), safe(code), safe(name)];
        // Without the separators of thousands, so that a spreadsheet reads numbers.
        line.extend(report::six(figures).map(|(_, value)| value.replace(',', "")));
        line.extend(report::others(figures).into_iter().map(|(_, value)| value.replace(',', "")));
        lines.push(line);
    };
    add("console-total", report.area.to_string(), report.area_name.clone(), &report.total);
    for line in &report.by_area {
        add("console-area", line.area.to_string(), line.name.clone(), &line.figures);
    }
    for (category, figures) in &report.by_category {
        add("console-category", category.word().to_owned(), report::category_name(category, reader), figures);
    }
    for (month, figures) in &report.by_month {
        add("console-month-head", month.to_string(), format::month(*month, reader), figures);
    }
    encode(&lines)
}

/// With a byte order mark, without which spreadsheets take the text for GBK.
fn encode(lines: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    for line in lines {
        // Writing into memory cannot fail.
        let _ = writer.write_record(line);
    }
    writer.into_inner().unwrap_or_default()
}

/// A text cell that no spreadsheet takes for a formula.
fn safe(text: String) -> String {
    match text.trim_start().chars().next() {
        Some('=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}') => format!("'{text}"),
        _ if text.starts_with(['\t', '\r', '\n']) => format!("'{text}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_looks_like_a_formula_is_made_text() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\u{ff1d}1"] {
            assert!(safe(bad.to_owned()).starts_with('\''), "{bad:?}");
        }
        assert_eq!(safe("柳林乡".to_owned()), "柳林乡");
    }

    #[test]
    fn quotes_commas_and_lines_stay_inside_their_cell() {
        let bytes = encode(&[vec!["a,\"b\"\nc".to_owned(), "d".to_owned()]]);
        assert_eq!(String::from_utf8(bytes).unwrap(), "\u{feff}\"a,\"\"b\"\"\nc\",d\r\n");
    }
}
