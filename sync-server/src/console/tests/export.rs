//! The report as a file.

use super::*;

#[tokio::test]
async fn every_download_is_recorded_with_its_author_and_its_report() {
    let console = TestConsole::new().await;
    let cookie = console.signed_in("S2").await;
    console.get("/console/report.csv?area=629901001&period=2026-10&category=orphan", &cookie).await;
    console.get("/console/report.csv?area=6299&period=2026", &cookie).await;
    let logs = access_log(&console).await;
    assert_eq!(logs.len(), 1, "a refused download is not recorded");
    let (by, log) = &logs[0];
    assert_eq!(*by, RowId::from(worker_id("S2")));
    assert_eq!(log.what.word(), "export");
    assert_eq!(log.detail.as_deref(), Some("report 629901001 2026-10 orphan"));
}
