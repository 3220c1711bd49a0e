//! `GET /console/report.csv`: the report as a file for spreadsheets: UTF-8 with a byte order mark, and without cells
//! that a spreadsheet would evaluate as formulas. Every download is recorded in the access log.
//!
//! - 200 the file · 303 to the log-in · 400 an invalid query · 403 an area outside the viewer's

use super::{
    access_log, figures, format, page_locale::PageLocale, refusal, report, signed_in::SignedIn, state::Console,
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
    indicators::Figures,
    records::access_log::Access,
    wire::{ErrorCode, Report, ReportRequest},
};
use std::sync::Arc;

/// Sends the file.
pub async fn download<S: Store>(
    State(console): State<Arc<Console<S>>>,
    signed_in: SignedIn,
    Query(query): Query<report::ReportQuery>,
) -> Response {
    let Some(request) = query.request(&signed_in, console.core.now_ms()) else {
        return refusal::refused(&signed_in.locale, Some(&signed_in), &ErrorCode::Malformed);
    };
    match export(&console, &signed_in, request).await {
        Ok(response) => response,
        Err(error) => refusal::failed(&signed_in.locale, Some(&signed_in), error),
    }
}

async fn export<S: Store>(
    console: &Console<S>,
    signed_in: &SignedIn,
    request: ReportRequest,
) -> Result<Response, CoreError> {
    let report = console.core.report_for(&signed_in.viewer, request).await?;
    // Recorded first: a download without a record is worse than a record without a download.
    console.core.apply_office_by(signed_in.viewer.worker, vec![record_export(&report)]).await?;
    let name = format!("lianxin-{}-{}.csv", report.area, report.period);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, file(&report, &signed_in.locale)).into_response())
}

/// The access log's entry for a download: which report, never its content.
fn record_export(report: &Report) -> OfficeChange {
    let category = report.category.as_ref().map_or("all", |c| c.word());
    let detail = format!("report {} {} {category}", report.area, report.period);
    access_log::entry(Access::Export, report.as_of, None, Some(detail))
}

/// One table. Each line has the kind of its subject, the subject's code and name, the six figures, and all others.
fn file(report: &Report, locale: &PageLocale) -> Vec<u8> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let of = [report.area_name.clone(), format::period(report.period, locale)];
    let category = report.category.as_ref().map(|c| report::category_name(c, locale));
    lines.push(of.into_iter().chain(category).map(safe).collect());
    let mut head: Vec<String> =
        ["console-csv-line", "console-csv-code", "console-csv-name"].map(|k| locale.t(k)).into();
    for (key, _) in figures::six(&report.total) {
        head.push(format!("{}{}", locale.t(key), locale.t(&format!("{key}-unit"))));
    }
    head.extend(figures::others(&report.total).iter().map(|(i, _)| locale.t(&format!("console-indicator-{i}"))));
    lines.push(head);
    let mut add = |what: &str, code: String, name: String, figures: &Figures| {
        let mut line = vec![locale.t(what), safe(code), safe(name)];
        // Without thousands separators, so that spreadsheets read numbers.
        line.extend(figures::six(figures).map(|(_, value)| value.replace(',', "")));
        line.extend(figures::others(figures).into_iter().map(|(_, value)| value.replace(',', "")));
        lines.push(line);
    };
    add("console-total", report.area.to_string(), report.area_name.clone(), &report.total);
    for line in &report.by_area {
        add("console-area", line.area.to_string(), line.name.clone(), &line.figures);
    }
    for (category, figures) in &report.by_category {
        add("console-category", category.word().to_owned(), report::category_name(category, locale), figures);
    }
    for (month, figures) in &report.by_month {
        add("console-month-head", month.to_string(), format::month(*month, locale), figures);
    }
    encode(&lines)
}

/// CSV with a byte order mark, without which Chinese spreadsheets read UTF-8 as GBK.
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

/// A text cell that no spreadsheet evaluates as a formula: an apostrophe marks it as text.
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
    fn a_cell_that_looks_like_a_formula_becomes_text() {
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
