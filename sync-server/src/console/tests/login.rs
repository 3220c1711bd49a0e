//! Signing in and out.

use super::*;

#[tokio::test]
async fn every_page_redirects_to_the_log_in_without_a_session() {
    let console = TestConsole::new().await;
    for cookie in ["", "lianxin_session=", "lianxin_session=0000", "other=1; lianxin_session=x"] {
        for path in PAGES {
            let page = console.get(path, cookie).await;
            assert_eq!((page.status, page.goes_to()), (StatusCode::SEE_OTHER, "/console/login"), "{path}");
        }
        for path in ["/console/enrol", "/console/logout", PAGES[3], PAGES[5]] {
            let page = console.post(path, cookie, "csrf=&worker=W1").await;
            assert_eq!((page.status, page.goes_to()), (StatusCode::SEE_OTHER, "/console/login"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_wrong_name_a_wrong_password_and_a_worker_without_console_get_the_same_reply() {
    let console = TestConsole::new().await;
    for worker in ["S1", "W1"] {
        console.core.set_password(worker, PASSWORD).await.unwrap();
    }
    let wrong = console.try_login("S1", "another password").await;
    let nobody = console.try_login("nobody", PASSWORD).await;
    let worker = console.try_login("W1", PASSWORD).await;
    for page in [&wrong, &nobody, &worker] {
        assert_eq!(page.status, StatusCode::UNAUTHORIZED);
        assert!(page.text.contains("账号或密码不对"));
        assert!(!page.cookies().iter().any(|c| c.starts_with(SESSION_COOKIE)));
    }
}

#[tokio::test]
async fn an_account_tried_too_often_is_throttled_even_with_the_right_password() {
    let console = TestConsole::new().await;
    console.core.set_password("S1", PASSWORD).await.unwrap();
    for _ in 0..5 {
        assert_eq!(console.try_login("S1", "wrong").await.status, StatusCode::UNAUTHORIZED);
    }
    let page = console.try_login("S1", PASSWORD).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.headers.contains_key(header::RETRY_AFTER));
    assert!(page.text.contains("输错次数太多"));
}

#[tokio::test]
async fn a_log_in_form_of_another_site_is_refused() {
    let console = TestConsole::new().await;
    console.core.set_password("S1", PASSWORD).await.unwrap();
    let form = console.get("/console/login", "").await;
    let body = format!("csrf={}&login=S1&password={PASSWORD}", form.csrf()).replace(' ', "+");
    for cookie in ["", "lianxin_login=", "lianxin_login=other"] {
        assert_eq!(console.post("/console/login", cookie, &body).await.status, StatusCode::FORBIDDEN, "{cookie}");
    }
    let empty = console.post("/console/login", "lianxin_login=", "csrf=&login=S1&password=x").await;
    assert_eq!(empty.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn session_cookies_are_hidden_from_scripts_other_sites_and_plain_http() {
    for https in [false, true] {
        let console = TestConsole::with(ConsoleOptions { https, public_url: None }).await;
        console.core.set_password("S1", PASSWORD).await.unwrap();
        let page = console.try_login("S1", PASSWORD).await;
        let cookie = page.cookies()[0];
        assert!(cookie.starts_with(SESSION_COOKIE));
        assert!(cookie.contains("; HttpOnly; SameSite=Strict"));
        assert_eq!(cookie.contains("; Secure"), https);
    }
}

#[tokio::test]
async fn the_cookie_is_worthless_after_the_log_out() {
    let console = TestConsole::new().await;
    let cookie = console.signed_in("S1").await;
    let csrf = console.get("/console/report", &cookie).await.csrf();
    assert_eq!(console.post("/console/logout", &cookie, "csrf=wrong").await.status, StatusCode::FORBIDDEN);
    assert_eq!(console.get("/console/report", &cookie).await.status, StatusCode::OK);
    let out = console.post("/console/logout", &cookie, &format!("csrf={csrf}")).await;
    assert_eq!(out.goes_to(), "/console/login");
    assert!(out.cookies()[0].contains("Max-Age=0"));
    assert_eq!(console.get("/console/report", &cookie).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_supervisor_who_leaves_is_signed_out_at_the_next_page() {
    let console = TestConsole::new().await;
    let cookie = console.signed_in("S1").await;
    let left = Change::Set(Fields::new().with("left", true));
    let change = crate::core::OfficeChange { kind: Kind::Worker, row: worker_id("S1").into(), change: left };
    console.core.apply_office(vec![change]).await.unwrap();
    assert_eq!(console.get("/console/report", &cookie).await.status, StatusCode::SEE_OTHER);
}
