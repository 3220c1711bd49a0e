//! The report: which areas a viewer sees, and the figures.

use super::*;

#[tokio::test]
async fn a_supervisor_sees_the_own_area_and_those_below_but_no_sibling_and_none_above() {
    let console = TestConsole::new().await;
    // S1 answers for the township 629901001.
    let cookie = console.signed_in("S1").await;
    for (area, status) in [
        ("629901001", StatusCode::OK),
        ("629901001002", StatusCode::OK),
        ("629901002", StatusCode::FORBIDDEN),
        ("629902001", StatusCode::FORBIDDEN),
        ("629901", StatusCode::FORBIDDEN),
        ("6299", StatusCode::FORBIDDEN),
        ("62", StatusCode::FORBIDDEN),
        ("62990100", StatusCode::BAD_REQUEST),
    ] {
        for page in ["report", "report.csv"] {
            let path = format!("/console/{page}?area={area}&period=2026");
            assert_eq!(console.get(&path, &cookie).await.status, status, "{path}");
        }
    }
    assert!(
        !console.get("/console/report", &cookie).await.text.contains("/console/devices"),
        "the menu has no entry for administrators"
    );
}

#[tokio::test]
async fn the_report_opens_on_the_viewers_area_with_links_down_and_up() {
    let console = TestConsole::new().await;
    let cookie = console.signed_in("A1").await;
    let city = console.get("/console/report?period=2025", &cookie).await;
    assert!(city.text.contains("<h1>平川市"));
    assert!(city.text.contains("href=\"/console/report?area=629901&amp;period=2025\">甲县</a>"));
    let township = console.get("/console/report?area=629901001&period=2025-Q1&category=orphan", &cookie).await;
    for (area, name) in [("6299", "平川市"), ("629901", "甲县"), ("629901001002", "上庄村")] {
        let link = format!("href=\"/console/report?area={area}&amp;period=2025-Q1&amp;category=orphan\">{name}</a>");
        assert!(township.text.contains(&link), "{link}");
    }
}

#[tokio::test]
async fn the_six_figures_count_the_records_of_the_period() {
    let console = TestConsole::new().await;
    let token = console.enrolled("W1", 7).await;
    let mut phone = Phone::new(uuid::Uuid::from_u128(7).into(), NOW);
    phone.visit(recipient_id("R1"), "home", "2026-11-01T10:00:00.000+08:00");
    phone.visit(recipient_id("R2"), "home", "2026-10-01T10:00:00.000+08:00");
    phone.visit(recipient_id("R2"), "phone", "2026-10-02T10:00:00.000+08:00");
    phone.visit(recipient_id("R3"), "home", "2025-10-02T10:00:00.000+08:00");
    let request = phone.push();
    shared::protocol::SyncProtocol::push(&console.core, &token, request).await.unwrap();
    let cookie = console.signed_in("S2").await;
    let page = console.get("/console/report?period=2026", &cookie).await;
    let figures: Vec<&str> =
        page.text.split("<p class=\"value\">").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(figures, ["2", "1", "0", "0", "0", "0.00"]);
    assert!(
        page.text
            .contains("role=\"img\" aria-label=\"折线图，2026年1月至2026年11月：走访探视共 2 人次，联系交流共 1 人次")
    );
    // November in the chart's table.
    assert!(page.text.contains("<th scope=\"row\">2026年11月</th><td>1</td><td>0</td>"));
    let month = console.get("/console/report?period=2026-10", &cookie).await;
    assert!(month.text.contains("<p class=\"value\">1</p>"));

    let file = console.get("/console/report.csv?area=629901&period=2026", &cookie).await;
    assert_eq!(file.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    assert_eq!(file.headers[header::CONTENT_DISPOSITION], "attachment; filename=\"lianxin-629901-2026.csv\"");
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(lines[0], "\u{feff}甲县,2026年");
    assert!(lines[1].starts_with(
        "行,代码,名称,走访探视（人次）,联系交流（人次）,宣传落实政策（件）,解决困难（件）,帮办实事（件）,资助资金（万元）"
    ));
    assert!(lines[2].starts_with("合计,629901,甲县,2,1,0,0,0,0.00,"));
    assert!(lines.iter().any(|l| l.starts_with("区划,629901001,河湾乡,2,1,")));
    assert!(lines.iter().any(|l| l.starts_with("月份,2026-10,2026年10月,1,1,")));
}
