//! What holds for every page: text from records is escaped, security headers, tokens of forms, language.

use super::{review_case::two_names, *};

#[tokio::test]
async fn text_from_records_cannot_become_markup() {
    let console = TestConsole::new().await;
    let mut world = SampleRoster::default();
    world.area("629901003", "<script>alert(1)</script>\"乡");
    console.core.apply_office(world.changes()).await.unwrap();
    let cookie = console.signed_in("S2").await;
    let page = console.get("/console/report", &cookie).await;
    assert!(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!page.text.contains("<script"));
    let search = console.signed_in("A1").await;
    let page = console.get("/console/devices?q=%22%3E%3Cscript%3E", &search).await;
    assert!(page.text.contains("value=\"&quot;&gt;&lt;script&gt;\""));
}

#[tokio::test]
async fn every_response_has_the_headers_and_no_page_needs_scripts_or_inline_styles() {
    let console = TestConsole::new().await;
    let cookie = console.signed_in("A1").await;
    console.enrolled("W1", 7).await;
    let mut pages = vec![console.get("/console/login", "").await, console.get("/console/style.css", "").await];
    for path in PAGES {
        pages.push(console.get(path, &cookie).await);
    }
    pages.push(console.get("/console/report?area=1", &cookie).await);
    for page in pages {
        let header = |name: &str| page.headers[name].to_str().unwrap().to_owned();
        assert_eq!(
            header("content-security-policy"),
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "no-referrer");
        for inline in ["<script", " style=", " onclick=", " onload=", "javascript:"] {
            assert!(!page.text.contains(inline), "{inline}");
        }
        // The policy would block both in the style sheet.
        assert!(!page.text.contains("url(") && !page.text.contains("@import"));
    }
}

#[tokio::test]
async fn every_form_that_changes_something_carries_the_sessions_token() {
    let console = TestConsole::new().await;
    let cookie = console.signed_in("A1").await;
    console.enrolled("W1", 7).await;
    for path in PAGES.iter().filter(|p| !p.ends_with(".csv")) {
        let page = console.get(path, &cookie).await;
        let forms = page.text.matches("method=\"post\"").count();
        assert!(forms > 0, "{path} has the log-out at least");
        assert_eq!(page.text.matches("name=\"csrf\"").count(), forms, "{path}");
    }
}

#[tokio::test]
async fn a_chosen_language_is_remembered() {
    let console = TestConsole::new().await;
    assert!(console.get("/console/login", "").await.text.contains("<html lang=\"zh-CN\">"));
    let english = console.get("/console/login?lang=en", "").await;
    assert!(english.text.contains("<html lang=\"en\">") && english.text.contains("Log in"));
    let kept = english.cookies().into_iter().find(|c| c.starts_with("lianxin_lang=en")).unwrap().to_owned();
    let kept = kept.split(';').next().unwrap();
    let again = console.get("/console/login", kept).await;
    assert!(again.text.contains("Log in") && again.text.contains("href=\"/console/login?lang=zh-CN\""));
    // The link to the other language keeps the filters.
    let cookie = console.signed_in("S2").await;
    let page = console.get("/console/report?area=629901&period=2025", &cookie).await;
    assert!(page.text.contains("href=\"/console/report?area=629901&amp;period=2025&amp;lang=en\""));
}

#[tokio::test]
async fn no_page_shows_a_locale_key() {
    let console = TestConsole::new().await;
    let cookie = console.signed_in("A1").await;
    console.enrolled("W1", 7).await;
    let case = two_names(&console, 70).await;
    for lang in ["zh-CN", "en"] {
        let case = format!("/console/reviews/{case}");
        for path in PAGES.into_iter().chain([case.as_str()]) {
            let page = console.get(&format!("{path}?lang={lang}"), &cookie).await;
            for prefix in ["console-", "indicator-", "category-", "error-", "field-", "review-", "change-", "kind-"] {
                let shown =
                    page.text.split(prefix).skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
                assert!(!shown, "{prefix} in {path}");
            }
        }
    }
}

#[tokio::test]
async fn an_unknown_page_or_device_is_not_found() {
    let console = TestConsole::new().await;
    let cookie = console.signed_in("A1").await;
    for path in ["/console/devices/x/revoke", "/console/nothing"] {
        assert_eq!(console.get(path, &cookie).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(matches!(console.core.set_password("nobody", PASSWORD).await, Err(CoreError::UnknownWorker(_))));
    let area: AreaCode = "629901".parse().unwrap();
    assert!(console.core.areas_under(area).await.unwrap().len() > 2);
}
