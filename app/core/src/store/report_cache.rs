//! The server's last reports, to read without a connection.

use super::error::Result;
use rusqlite::{Connection, OptionalExtension};
use shared::{
    Moment,
    wire::{Report, ReportRequest},
};

/// Stores the report for a request.
///
/// # Errors
/// When the store cannot be written.
pub fn put(conn: &Connection, request: &ReportRequest, report: &Report, now: Moment) -> Result<()> {
    conn.execute(
        "INSERT INTO report_cache (request, json, kept) VALUES (?1, ?2, ?3)
         ON CONFLICT (request) DO UPDATE SET json = ?2, kept = ?3",
        (serde_json::to_string(request)?, serde_json::to_string(report)?, now.to_string()),
    )?;
    Ok(())
}

/// The last report for a request.
///
/// # Errors
/// When the store cannot be read.
pub fn get(conn: &Connection, request: &ReportRequest) -> Result<Option<Report>> {
    let json: Option<String> = conn
        .query_row("SELECT json FROM report_cache WHERE request = ?1", [serde_json::to_string(request)?], |r| r.get(0))
        .optional()?;
    Ok(json.map(|j| serde_json::from_str(&j)).transpose()?)
}
