//! Signing in and out: who gets a session, and for how long.

use super::*;

#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_the_log_in_from_every_page() {
    let desk = Desk::new().await;
    for cookie in ["", "lianxin_session=", "lianxin_session=0000", "other=1; lianxin_session=x"] {
        for path in PAGES {
            let page = desk.get(path, cookie).await;
            assert_eq!((page.status, page.goes_to()), (StatusCode::SEE_OTHER, "/console/login"), "{path}");
        }
        for path in ["/console/enrol", "/console/logout", PAGES[3], PAGES[5]] {
            let page = desk.post(path, cookie, "csrf=&worker=W1").await;
            assert_eq!((page.status, page.goes_to()), (StatusCode::SEE_OTHER, "/console/login"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_look_the_same_and_a_worker_has_no_console() {
    let desk = Desk::new().await;
    for worker in ["S1", "W1"] {
        desk.core.set_password(worker, PASSWORD).await.unwrap();
    }
    let wrong = desk.try_login("S1", "another password").await;
    let nobody = desk.try_login("nobody", PASSWORD).await;
    let worker = desk.try_login("W1", PASSWORD).await;
    for page in [&wrong, &nobody, &worker] {
        assert_eq!(page.status, StatusCode::UNAUTHORIZED);
        assert!(page.text.contains("账号或密码不对"));
        assert!(!page.cookies().iter().any(|c| c.starts_with(SESSION_COOKIE)));
    }
}

#[tokio::test]
async fn an_account_tried_too_often_waits_even_with_the_right_password() {
    let desk = Desk::new().await;
    desk.core.set_password("S1", PASSWORD).await.unwrap();
    for _ in 0..5 {
        assert_eq!(desk.try_login("S1", "wrong").await.status, StatusCode::UNAUTHORIZED);
    }
    let page = desk.try_login("S1", PASSWORD).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.headers.contains_key(header::RETRY_AFTER));
    assert!(page.text.contains("输错次数太多"));
}

#[tokio::test]
async fn a_log_in_form_from_elsewhere_is_refused() {
    let desk = Desk::new().await;
    desk.core.set_password("S1", PASSWORD).await.unwrap();
    let form = desk.get("/console/login", "").await;
    let body = format!("csrf={}&login=S1&password={PASSWORD}", form.csrf()).replace(' ', "+");
    for cookie in ["", "lianxin_login=", "lianxin_login=other"] {
        assert_eq!(desk.post("/console/login", cookie, &body).await.status, StatusCode::FORBIDDEN, "{cookie}");
    }
    let empty = desk.post("/console/login", "lianxin_login=", "csrf=&login=S1&password=x").await;
    assert_eq!(empty.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn session_cookies_are_kept_from_scripts_other_sites_and_plain_connections() {
    for https in [false, true] {
        let desk = Desk::with(ConsoleOptions { https, public_url: None }).await;
        desk.core.set_password("S1", PASSWORD).await.unwrap();
        let page = desk.try_login("S1", PASSWORD).await;
        let cookie = page.cookies()[0];
        assert!(cookie.starts_with(SESSION_COOKIE));
        assert!(cookie.contains("; HttpOnly; SameSite=Strict"));
        assert_eq!(cookie.contains("; Secure"), https);
    }
}

#[tokio::test]
async fn after_logging_out_the_cookie_opens_nothing() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("S1").await;
    let csrf = desk.get("/console/report", &cookie).await.csrf();
    assert_eq!(desk.post("/console/logout", &cookie, "csrf=wrong").await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.get("/console/report", &cookie).await.status, StatusCode::OK);
    let out = desk.post("/console/logout", &cookie, &format!("csrf={csrf}")).await;
    assert_eq!(out.goes_to(), "/console/login");
    assert!(out.cookies()[0].contains("Max-Age=0"));
    assert_eq!(desk.get("/console/report", &cookie).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_supervisor_who_loses_the_role_is_out_with_the_next_page() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("S1").await;
    let left = Change::Set(Fields::new().with("left", true));
    let change = crate::core::OfficeChange { kind: Kind::Worker, row: worker_id("S1").into(), change: left };
    desk.core.apply_office(vec![change]).await.unwrap();
    assert_eq!(desk.get("/console/report", &cookie).await.status, StatusCode::SEE_OTHER);
}
