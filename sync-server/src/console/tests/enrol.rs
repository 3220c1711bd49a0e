//! Enrolment codes.

use super::*;

#[tokio::test]
async fn an_issued_code_is_shown_with_its_link_and_qr_code_and_enrols_a_phone() {
    let url = Some("https://lianxin.example".to_owned());
    let console = TestConsole::with(ConsoleOptions { https: true, public_url: url }).await;
    let cookie = console.signed_in("A1").await;
    let csrf = console.get("/console/enrol", &cookie).await.csrf();
    let page = console.post("/console/enrol", &cookie, &format!("csrf={csrf}&worker=+W1+")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("谷军的登记码") && page.text.contains("<svg class=\"qr\""));
    let (_, rest) = page.text.split_once("<p class=\"code\">").unwrap();
    let code = rest.split('<').next().unwrap();
    assert!(page.text.contains(&format!("lianxin://enrol?server=https%3A%2F%2Flianxin.example&amp;code={code}")));
    let request = EnrolRequest {
        proto: 1,
        code: code.to_owned(),
        device: uuid::Uuid::from_u128(5).into(),
        proof: "cd".repeat(32),
        label: String::new(),
        client_now: shared::Moment::shanghai(NOW),
        sign_key: None,
    };
    let reply = shared::protocol::SyncProtocol::enrol(&console.core, request).await.unwrap();
    assert_eq!(reply.worker, worker_id("W1"));
}
