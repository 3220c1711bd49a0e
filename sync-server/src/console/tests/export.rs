//! The report as a table to download.

use super::*;

#[tokio::test]
async fn every_download_leaves_a_trace_of_who_and_what() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("S2").await;
    desk.get("/console/report.csv?area=629901001&period=2026-10&category=orphan", &cookie).await;
    desk.get("/console/report.csv?area=6299&period=2026", &cookie).await;
    let logs = access_log(&desk).await;
    assert_eq!(logs.len(), 1, "a refused download leaves none");
    let (by, log) = &logs[0];
    assert_eq!(*by, RowId::from(worker_id("S2")));
    assert_eq!(log.what.word(), "export");
    assert_eq!(log.detail.as_deref(), Some("report 629901001 2026-10 orphan"));
}
