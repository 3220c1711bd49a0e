//! Reviews: who sees them, and the form that decides.

use super::*;

/// Devices `n` and `n + 1` change the name of R1 concurrently, so that the second change is left to a review. Returns
/// it.
pub async fn two_names(console: &TestConsole, n: u128) -> shared::ReviewId {
    let mut last = None;
    for (at, (who, name)) in [("W1", "<b>谷军"), ("W2", "谷均")].into_iter().enumerate() {
        let n = n + at as u128;
        let token = console.enrolled(who, n).await;
        let mut phone = Phone::new(uuid::Uuid::from_u128(n).into(), console.core.now_ms());
        let change = Change::Set(Fields::new().with("name", name));
        phone.record(Kind::Recipient, Some(recipient_id("R1").into()), shared::ids::Rev(1), change);
        let reply = shared::protocol::SyncProtocol::push(&console.core, &token, phone.push()).await.unwrap();
        last = Some(reply);
    }
    let Some(shared::wire::PushVerdict::Accepted { outcomes, .. }) = last.map(|r| r.verdict) else { panic!() };
    let Some(shared::Outcome::InReview { review, .. }) = outcomes.first().map(|o| o.outcome.clone()) else { panic!() };
    review
}

#[tokio::test]
async fn a_review_is_decided_in_a_form_and_both_values_stay_readable() {
    let console = TestConsole::new().await;
    let id = two_names(&console, 70).await;
    let cookie = console.signed_in("S1").await;
    let report = console.get("/console/report?period=2026", &cookie).await;
    assert!(report.text.contains("href=\"/console/reviews?area=629901001\""), "the figure leads to the list");
    let list = console.get("/console/reviews?area=629901001", &cookie).await;
    let path = format!("/console/reviews/{id}");
    assert!(list.text.contains(&format!("href=\"{path}\"")) && list.text.contains("共 1 条"));
    let case = console.get(&path, &cookie).await;
    for text in ["&lt;b&gt;谷军", "谷均", "谷军 · ", "王玉梅", "name=\"quick\"", "value=\"accept\""] {
        assert!(case.text.contains(text), "no {text} in {}", case.text);
    }
    let csrf = case.csrf();
    // Without a reason, a choice or the token nothing is decided.
    for (form, status) in [
        (format!("csrf={csrf}&decision=accept"), StatusCode::BAD_REQUEST),
        (format!("csrf={csrf}&decision=accept&reason=+"), StatusCode::BAD_REQUEST),
        (format!("csrf={csrf}&quick=ok"), StatusCode::BAD_REQUEST),
        ("csrf=&decision=accept&quick=ok".to_owned(), StatusCode::FORBIDDEN),
    ] {
        assert_eq!(console.post(&path, &cookie, &form).await.status, status, "{form}");
    }
    let done =
        console.post(&path, &cookie, &format!("csrf={csrf}&decision=accept&quick=seen&reason=papers+seen")).await;
    assert_eq!((done.status, done.goes_to()), (StatusCode::SEE_OTHER, path.as_str()));
    let case = console.get(&path, &cookie).await;
    for text in ["杨秀兰", "papers seen", "改用新值", "谷均", "&lt;b&gt;谷军"] {
        assert!(case.text.contains(text), "no {text} in {}", case.text);
    }
    assert!(!case.text.contains("name=\"decision\""), "decided once");
    let row = console.core.rows(vec![recipient_id("R1").into()]).await.unwrap().remove(0);
    assert_eq!(row.fields.text("name"), Some("谷均"));
    let list = console.get("/console/reviews", &cookie).await;
    assert!(list.text.contains("没有等您决定的事项") && list.text.contains("papers seen"));
    let english = console.get("/console/reviews?lang=en", &cookie).await;
    assert!(english.text.contains("Nothing waits for your decision"));
}

#[tokio::test]
async fn reviews_of_a_sibling_area_are_neither_visible_nor_decidable() {
    let console = TestConsole::new().await;
    let id = two_names(&console, 70).await;
    let path = format!("/console/reviews/{id}");
    // R1 lives in 629901001001. S3 answers for 629902, A2 administers the county, A1 the city.
    let sibling = console.signed_in("S3").await;
    assert_eq!(console.get(&path, &sibling).await.status, StatusCode::NOT_FOUND);
    let csrf = console.get("/console/reviews", &sibling).await.csrf();
    let form = format!("csrf={csrf}&decision=accept&quick=ok");
    assert_eq!(console.post(&path, &sibling, &form).await.status, StatusCode::NOT_FOUND);
    for (area, status) in [
        ("629902", StatusCode::OK),
        ("629901001", StatusCode::FORBIDDEN),
        ("6299", StatusCode::FORBIDDEN),
        ("62990", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(console.get(&format!("/console/reviews?area={area}"), &sibling).await.status, status, "{area}");
    }
    for above in ["A2", "A1", "S2"] {
        let cookie = console.signed_in(above).await;
        assert_eq!(console.get(&path, &cookie).await.status, StatusCode::OK, "{above}");
    }
    let row = console.core.rows(vec![recipient_id("R1").into()]).await.unwrap().remove(0);
    assert_eq!(row.fields.text("name"), Some("<b>谷军"), "the review is still open");
}

#[tokio::test]
async fn viewing_a_full_number_is_recorded() {
    let console = TestConsole::new().await;
    for (who, n, number) in [("W1", 70, "11010519491231002X"), ("W2", 71, "110105194912310038")] {
        let token = console.enrolled(who, n).await;
        let mut phone = Phone::new(uuid::Uuid::from_u128(n).into(), NOW);
        let change = Change::Set(Fields::new().with("id_number", number));
        phone.record(Kind::Recipient, Some(recipient_id("R1").into()), shared::ids::Rev(1), change);
        shared::protocol::SyncProtocol::push(&console.core, &token, phone.push()).await.unwrap();
    }
    let cookie = console.signed_in("S1").await;
    let list = console.get("/console/reviews", &cookie).await;
    assert!(!list.text.contains("11010519491231002X"), "the list masks the number");
    assert!(access_log(&console).await.is_empty());
    let path = list.text.split("href=\"/console/reviews/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let case = console.get(&format!("/console/reviews/{path}"), &cookie).await;
    assert!(case.text.contains("11010519491231002X") && case.text.contains("110105194912310038"));
    let logs = access_log(&console).await;
    assert_eq!((logs[0].1.what.word(), logs[0].1.detail.as_deref()), ("reveal_number", Some("id_number")));
}
