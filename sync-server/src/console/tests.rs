//! Every page through the router, with a real core behind it: who may see what, what a form needs, what a page says.

use super::{Console, ConsoleOptions, guard::SESSION_COOKIE, router};
use crate::{
    core::{CoreError, Env, Settings, TestEnv},
    data::{DataDir, LocalCore},
    import::{recipient_id, worker_id},
    testing::{Phone, TempDir, World},
};
use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use shared::{
    AreaCode, Change, Fields, Kind, RowId,
    records::{AccessLog, Role},
    wire::{EnrolRequest, Token},
};
use std::sync::Arc;
use tower::ServiceExt;

const PASSWORD: &str = "一个长的密码 123";
/// 2026-11-23 10:00 in Shanghai.
const NOW: i64 = 1_795_399_200_000;

struct Desk {
    core: LocalCore,
    router: Router,
    _temp: TempDir,
}

struct Page {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Page {
    fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|c| c.to_str().unwrap()).collect()
    }
    fn goes_to(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }
    /// The token of the page's form.
    fn csrf(&self) -> String {
        let (_, rest) = self.text.split_once("name=\"csrf\" value=\"").expect("the page has a form");
        rest.split('"').next().unwrap().to_owned()
    }
}

impl Desk {
    async fn new() -> Self {
        Self::with(ConsoleOptions::default()).await
    }

    async fn with(options: ConsoleOptions) -> Self {
        let temp = TempDir::new();
        let env: Arc<dyn Env> = Arc::new(TestEnv::new(NOW));
        let core = DataDir::new(temp.path()).unwrap().open(env, Settings::default()).await.unwrap();
        let mut world = World::small();
        world.worker("A2", "县管理员", "629901", Role::Administrator, &["629901"]);
        core.apply_office(world.changes()).await.unwrap();
        let router = router(Arc::new(Console::new(core.clone(), options)));
        Self { core, router, _temp: temp }
    }

    async fn send(&self, request: Request<Body>) -> Page {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Page { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.into()).unwrap() }
    }

    async fn get(&self, path: &str, cookie: &str) -> Page {
        self.send(Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, cookie: &str, form: &str) -> Page {
        let request = Request::post(path).header("cookie", cookie).header("host", "lianxin.example");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    async fn try_login(&self, worker: &str, password: &str) -> Page {
        let form = self.get("/console/login", "").await;
        let cookie = form.cookies()[0].split(';').next().unwrap().to_owned();
        let body = format!("csrf={}&login={worker}&password={}", form.csrf(), password.replace(' ', "+"));
        self.post("/console/login", &cookie, &body).await
    }

    /// The session cookie of somebody signed in.
    async fn signed_in(&self, worker: &str) -> String {
        self.core.set_password(worker, PASSWORD).await.unwrap();
        let page = self.try_login(worker, PASSWORD).await;
        assert_eq!((page.status, page.goes_to()), (StatusCode::SEE_OTHER, "/console/report"));
        page.cookies()[0].split(';').next().unwrap().to_owned()
    }

    async fn enrolled(&self, worker: &str, n: u128) -> Token {
        let code = self.core.issue_code(worker).await.unwrap().code;
        let request = EnrolRequest {
            proto: 1,
            code,
            device: uuid::Uuid::from_u128(n).into(),
            proof: "ab".repeat(32),
            label: "安卓手机".into(),
            client_now: shared::Moment::shanghai(NOW),
        };
        shared::protocol::SyncProtocol::enrol(&self.core, request).await.unwrap().token
    }
}

fn device(n: u128) -> String {
    uuid::Uuid::from_u128(n).to_string()
}

const PAGES: [&str; 5] = [
    "/console/report",
    "/console/report.csv",
    "/console/devices",
    "/console/devices/00000000-0000-0000-0000-000000000007/revoke",
    "/console/enrol",
];

#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_the_log_in_from_every_page() {
    let desk = Desk::new().await;
    for cookie in ["", "lianxin_session=", "lianxin_session=0000", "other=1; lianxin_session=x"] {
        for path in PAGES {
            let page = desk.get(path, cookie).await;
            assert_eq!((page.status, page.goes_to()), (StatusCode::SEE_OTHER, "/console/login"), "{path}");
        }
        for path in ["/console/enrol", "/console/logout", PAGES[3]] {
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

#[tokio::test]
async fn a_supervisor_sees_their_own_area_and_what_lies_below_and_nothing_beside_or_above() {
    let desk = Desk::new().await;
    // S1 answers for the township 629901001.
    let cookie = desk.signed_in("S1").await;
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
            assert_eq!(desk.get(&path, &cookie).await.status, status, "{path}");
        }
    }
    assert!(!desk.get("/console/report", &cookie).await.text.contains("/console/devices"), "no menu entry either");
}

#[tokio::test]
async fn a_page_opens_on_the_readers_own_area_with_links_down_and_up() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("A1").await;
    let city = desk.get("/console/report?period=2025", &cookie).await;
    assert!(city.text.contains("<h1>平川市"));
    assert!(city.text.contains("href=\"/console/report?area=629901&amp;period=2025\">甲县</a>"));
    let township = desk.get("/console/report?area=629901001&period=2025-Q1&category=orphan", &cookie).await;
    for (area, name) in [("6299", "平川市"), ("629901", "甲县"), ("629901001002", "上庄村")] {
        let link = format!("href=\"/console/report?area={area}&amp;period=2025-Q1&amp;category=orphan\">{name}</a>");
        assert!(township.text.contains(&link), "{link}");
    }
}

#[tokio::test]
async fn the_six_figures_are_what_was_recorded() {
    let desk = Desk::new().await;
    let token = desk.enrolled("W1", 7).await;
    let mut phone = Phone::new(uuid::Uuid::from_u128(7).into(), NOW);
    phone.visit(recipient_id("R1"), "home", "2026-11-01T10:00:00.000+08:00");
    phone.visit(recipient_id("R2"), "home", "2026-10-01T10:00:00.000+08:00");
    phone.visit(recipient_id("R2"), "phone", "2026-10-02T10:00:00.000+08:00");
    phone.visit(recipient_id("R3"), "home", "2025-10-02T10:00:00.000+08:00");
    let request = phone.push();
    shared::protocol::SyncProtocol::push(&desk.core, &token, request).await.unwrap();
    let cookie = desk.signed_in("S2").await;
    let page = desk.get("/console/report?period=2026", &cookie).await;
    let figures: Vec<&str> =
        page.text.split("<p class=\"value\">").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(figures, ["2", "1", "0", "0", "0", "0.00"]);
    assert!(
        page.text
            .contains("role=\"img\" aria-label=\"折线图,2026年1月至2026年11月:走访探视共 2 人次,联系交流共 1 人次")
    );
    // November of the table beside the chart.
    assert!(page.text.contains("<th scope=\"row\">2026年11月</th><td>1</td><td>0</td>"));
    let month = desk.get("/console/report?period=2026-10", &cookie).await;
    assert!(month.text.contains("<p class=\"value\">1</p>"));

    let file = desk.get("/console/report.csv?area=629901&period=2026", &cookie).await;
    assert_eq!(file.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    assert_eq!(file.headers[header::CONTENT_DISPOSITION], "attachment; filename=\"lianxin-629901-2026.csv\"");
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(lines[0], "\u{feff}甲县,2026年");
    assert!(lines[1].starts_with(
        "行,代码,名称,走访探视(人次),联系交流(人次),宣传落实政策(件),解决困难(件),帮办实事(件),资助资金(万元)"
    ));
    assert!(lines[2].starts_with("合计,629901,甲县,2,1,0,0,0,0.00,"));
    assert!(lines.iter().any(|l| l.starts_with("区划,629901001,河湾乡,2,1,")));
    assert!(lines.iter().any(|l| l.starts_with("月份,2026-10,2026年10月,1,1,")));
}

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

async fn access_log(desk: &Desk) -> Vec<(RowId, AccessLog)> {
    use crate::store::{Job, Store, StoreError, Txn, tables::OpLog};
    struct All;
    impl Job for All {
        type Out = Vec<OpLog>;
        type Err = StoreError;
        async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<OpLog>, StoreError> {
            txn.under::<OpLog>("kind", Kind::AccessLog.word()).await
        }
    }
    let ops = desk.core.store().read(All).await.unwrap();
    let rows = desk.core.rows(ops.iter().map(|op| op.row).collect()).await.unwrap();
    rows.into_iter().map(|row| (row.author.into(), row.view().unwrap())).collect()
}

#[tokio::test]
async fn only_administrators_manage_devices() {
    let desk = Desk::new().await;
    desk.enrolled("W1", 7).await;
    let cookie = desk.signed_in("S2").await;
    let csrf = desk.get("/console/report", &cookie).await.csrf();
    for path in &PAGES[2..] {
        assert_eq!(desk.get(path, &cookie).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in &PAGES[3..] {
        let page = desk.post(path, &cookie, &format!("csrf={csrf}&worker=W1")).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(desk.core.devices(Default::default()).await.unwrap()[0].revoked.is_none());
}

#[tokio::test]
async fn a_lost_device_is_withdrawn_after_a_question_and_its_token_ends() {
    let desk = Desk::new().await;
    let token = desk.enrolled("W1", 7).await;
    let cookie = desk.signed_in("A1").await;
    let list = desk.get("/console/devices", &cookie).await;
    assert!(list.text.contains("谷军") && list.text.contains("安卓手机") && list.text.contains("正常"));
    let path = format!("/console/devices/{}/revoke", device(7));
    assert!(list.text.contains(&format!("href=\"{path}\"")));
    let question = desk.get(&path, &cookie).await;
    assert!(question.text.contains("收回这台设备的使用权?"));
    assert_eq!(desk.post(&path, &cookie, "csrf=").await.status, StatusCode::FORBIDDEN);
    let done = desk.post(&path, &cookie, &format!("csrf={}", question.csrf())).await;
    assert_eq!(done.goes_to(), "/console/devices");
    assert!(desk.get("/console/devices", &cookie).await.text.contains("已收回"));
    assert_eq!(desk.get(&path, &cookie).await.status, StatusCode::NOT_FOUND, "not twice");
    let pull = shared::wire::PullRequest {
        proto: 1,
        device: uuid::Uuid::from_u128(7).into(),
        epoch: None,
        cursors: Default::default(),
        client_now: shared::Moment::shanghai(NOW),
        ask: vec![],
    };
    let refused = shared::protocol::SyncProtocol::pull(&desk.core, &token, pull).await.unwrap_err();
    assert!(refused.is_revoked());
}

#[tokio::test]
async fn devices_and_workers_of_another_area_look_like_none_at_all() {
    let desk = Desk::new().await;
    desk.enrolled("W3", 9).await;
    // A2 administers 629901; W3 works in 629902.
    let cookie = desk.signed_in("A2").await;
    let list = desk.get("/console/devices", &cookie).await;
    assert!(list.text.contains("还没有登记的设备"));
    let path = format!("/console/devices/{}/revoke", device(9));
    assert_eq!(desk.get(&path, &cookie).await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.post(&path, &cookie, &format!("csrf={}", list.csrf())).await.status, StatusCode::NOT_FOUND);
    for worker in ["W3", "A1", "nobody"] {
        let page = desk.post("/console/enrol", &cookie, &format!("csrf={}&worker={worker}", list.csrf())).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{worker}");
        assert!(page.text.contains("或不在您负责的区划"));
    }
}

#[tokio::test]
async fn an_issued_code_is_shown_with_link_and_picture_and_enrols_a_phone() {
    let url = Some("https://lianxin.example".to_owned());
    let desk = Desk::with(ConsoleOptions { https: true, public_url: url }).await;
    let cookie = desk.signed_in("A1").await;
    let csrf = desk.get("/console/enrol", &cookie).await.csrf();
    let page = desk.post("/console/enrol", &cookie, &format!("csrf={csrf}&worker=+W1+")).await;
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
    };
    let reply = shared::protocol::SyncProtocol::enrol(&desk.core, request).await.unwrap();
    assert_eq!(reply.worker, worker_id("W1"));
}

#[tokio::test]
async fn text_from_records_cannot_become_markup() {
    let desk = Desk::new().await;
    let mut world = World::default();
    world.area("629901003", "<script>alert(1)</script>\"乡");
    desk.core.apply_office(world.changes()).await.unwrap();
    let cookie = desk.signed_in("S2").await;
    let page = desk.get("/console/report", &cookie).await;
    assert!(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!page.text.contains("<script"));
    let search = desk.signed_in("A1").await;
    let page = desk.get("/console/devices?q=%22%3E%3Cscript%3E", &search).await;
    assert!(page.text.contains("value=\"&quot;&gt;&lt;script&gt;\""));
}

#[tokio::test]
async fn every_answer_carries_the_headers_and_no_page_needs_scripts_or_inline_styles() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("A1").await;
    desk.enrolled("W1", 7).await;
    let mut pages = vec![desk.get("/console/login", "").await, desk.get("/console/style.css", "").await];
    for path in PAGES {
        pages.push(desk.get(path, &cookie).await);
    }
    pages.push(desk.get("/console/report?area=1", &cookie).await);
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
        // What the policy would block stays out of the style sheet too.
        assert!(!page.text.contains("url(") && !page.text.contains("@import"));
    }
}

#[tokio::test]
async fn every_form_that_changes_something_carries_the_sessions_token() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("A1").await;
    desk.enrolled("W1", 7).await;
    for path in PAGES.iter().filter(|p| !p.ends_with(".csv")) {
        let page = desk.get(path, &cookie).await;
        let forms = page.text.matches("method=\"post\"").count();
        assert!(forms > 0, "{path} has the log-out at least");
        assert_eq!(page.text.matches("name=\"csrf\"").count(), forms, "{path}");
    }
}

#[tokio::test]
async fn a_chosen_language_is_kept() {
    let desk = Desk::new().await;
    assert!(desk.get("/console/login", "").await.text.contains("<html lang=\"zh-CN\">"));
    let english = desk.get("/console/login?lang=en", "").await;
    assert!(english.text.contains("<html lang=\"en\">") && english.text.contains("Log in"));
    let kept = english.cookies().into_iter().find(|c| c.starts_with("lianxin_lang=en")).unwrap().to_owned();
    let kept = kept.split(';').next().unwrap();
    let again = desk.get("/console/login", kept).await;
    assert!(again.text.contains("Log in") && again.text.contains("href=\"/console/login?lang=zh-CN\""));
    // Of a page with filters, the filters stay.
    let cookie = desk.signed_in("S2").await;
    let page = desk.get("/console/report?area=629901&period=2025", &cookie).await;
    assert!(page.text.contains("href=\"/console/report?area=629901&amp;period=2025&amp;lang=en\""));
}

#[tokio::test]
async fn no_page_shows_a_locale_key() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("A1").await;
    desk.enrolled("W1", 7).await;
    for lang in ["zh-CN", "en"] {
        for path in PAGES {
            let page = desk.get(&format!("{path}?lang={lang}"), &cookie).await;
            for prefix in ["console-", "indicator-", "category-", "error-"] {
                let shown =
                    page.text.split(prefix).skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
                assert!(!shown, "{prefix} in {path}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let desk = Desk::new().await;
    let cookie = desk.signed_in("A1").await;
    for path in ["/console/devices/x/revoke", "/console/nothing"] {
        assert_eq!(desk.get(path, &cookie).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(matches!(desk.core.set_password("nobody", PASSWORD).await, Err(CoreError::UnknownWorker(_))));
    let area: AreaCode = "629901".parse().unwrap();
    assert!(desk.core.areas_under(area).await.unwrap().len() > 2);
}
