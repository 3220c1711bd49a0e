//! The console at the edges of the calendar: the core's clock decides the day, and the day is Shanghai's.

use super::{review_case::two_names, *};
use shared::{Day, Moment, protocol::SyncProtocol};

/// New Year's Day just after midnight, a leap day, the last half minute of a year, and the first of a month in Shanghai
/// while UTC still has the last of the month before.
const MOMENTS: [&str; 4] = [
    "2027-01-01T00:10:00.000+08:00",
    "2028-02-29T10:00:00.000+08:00",
    "2026-12-31T23:59:30.000+08:00",
    "2026-12-01T00:05:00.000+08:00",
];

async fn at(moment: &str) -> TestConsole {
    TestConsole::at(moment.parse::<Moment>().unwrap().utc_ms, ConsoleOptions::default()).await
}

#[tokio::test]
async fn every_page_opens_and_a_new_device_is_in_use() {
    for moment in MOMENTS {
        let console = at(moment).await;
        console.enrolled("W1", 7).await;
        let cookie = console.signed_in("A1").await;
        for path in PAGES.into_iter().filter(|path| !path.starts_with("/console/reviews/")) {
            assert_eq!(console.get(path, &cookie).await.status, StatusCode::OK, "{path} at {moment}");
        }
        assert!(console.get("/console/devices", &cookie).await.text.contains("正常"), "{moment}");
        let path = PAGES[5];
        let csrf = console.get(path, &cookie).await.csrf();
        let done = console.post(path, &cookie, &format!("csrf={csrf}")).await;
        assert_eq!(done.goes_to(), "/console/devices", "{moment}");
        assert!(console.get("/console/devices", &cookie).await.text.contains("已收回"), "{moment}");
    }
}

#[tokio::test]
async fn the_report_opens_on_the_year_in_shanghai_and_counts_a_visit_of_the_same_minute() {
    for moment in MOMENTS {
        let console = at(moment).await;
        let now = console.core.now_ms();
        let month = Day::of_utc_ms(now).month();
        let token = console.enrolled("W1", 7).await;
        let mut phone = Phone::new(uuid::Uuid::from_u128(7).into(), now);
        phone.visit(recipient_id("R1"), "home", moment);
        SyncProtocol::push(&console.core, &token, phone.push()).await.unwrap();
        let cookie = console.signed_in("S2").await;
        let year = console.get("/console/report", &cookie).await.text;
        assert!(year.contains(&format!("<option value=\"{}\" selected>", month.year)), "{moment}: {year}");
        assert!(year.contains("<p class=\"value\">1</p>"), "{moment}");
        // The newest period on offer is the month of the day in Shanghai.
        let path = format!("/console/report?period={month}");
        assert!(year.contains(&format!("<option value=\"{month}\">")), "{moment}: {path}");
        assert!(console.get(&path, &cookie).await.text.contains("<p class=\"value\">1</p>"), "{path}");
        console.get("/console/report.csv", &cookie).await;
        let (_, log) = access_log(&console).await.remove(0);
        assert_eq!(log.detail, Some(format!("report 629901 {} all", month.year)), "{moment}");
        assert_eq!(log.happened.utc_ms, now, "{moment}");
    }
}

#[tokio::test]
async fn a_review_is_shown_with_its_time_in_shanghai_and_decided() {
    for moment in MOMENTS {
        let console = at(moment).await;
        let path = format!("/console/reviews/{}", two_names(&console, 70).await);
        let cookie = console.signed_in("S1").await;
        let case = console.get(&path, &cookie).await;
        let shown = format!("{} {}", &moment[..10], &moment[11..16]);
        assert!(case.text.contains(&shown), "{shown} in {}", case.text);
        let form = format!("csrf={}&decision=accept&quick=seen", case.csrf());
        assert_eq!(console.post(&path, &cookie, &form).await.goes_to(), path, "{moment}");
        let list = console.get("/console/reviews", &cookie).await;
        assert!(list.text.contains("没有等您决定的事项") && list.text.contains(&shown), "{moment}: {}", list.text);
    }
}

#[tokio::test]
async fn an_enrolment_code_is_shown_with_its_end_in_shanghai() {
    for moment in MOMENTS {
        let console = at(moment).await;
        let cookie = console.signed_in("A1").await;
        let csrf = console.get("/console/enrol", &cookie).await.csrf();
        let page = console.post("/console/enrol", &cookie, &format!("csrf={csrf}&worker=W1")).await;
        let end = Moment::shanghai(console.core.now_ms() + 72 * 3_600_000);
        let (hour, minute) = end.hour_minute();
        let shown = format!("{} {hour:02}:{minute:02}", end.day());
        assert!(page.text.contains(&shown), "{shown} at {moment}: {}", page.text);
    }
}
