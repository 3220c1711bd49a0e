//! Every page through the router, with a real core behind it: who may see a page, what a form needs, what a page shows.
//! One file per page; [`every_page`] tests what holds for all pages, [`any_day`] that they work at the edges of the
//! calendar.

mod any_day;
mod bundle;
mod devices;
mod enrol;
mod every_page;
mod export;
mod login;
mod report;
mod review_case;

use super::{
    cookies::SESSION_COOKIE,
    router,
    state::{Console, ConsoleOptions},
};
use crate::{
    core::{CoreError, Settings, TestEnv},
    data::{DataDir, LocalCore},
    import::{recipient_id, worker_id},
    testing::{Phone, SampleRoster, TempDir},
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

/// The console over a core with the areas and people of [`SampleRoster::small`], and a county administrator A2.
struct TestConsole {
    core: LocalCore,
    /// The core's clock.
    env: Arc<TestEnv>,
    router: Router,
    _temp: TempDir,
}

/// A response, read to its end.
struct Page {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Page {
    fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|c| c.to_str().unwrap()).collect()
    }
    /// Where a redirect leads.
    fn goes_to(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }
    /// The token of the page's first form.
    fn csrf(&self) -> String {
        let (_, rest) = self.text.split_once("name=\"csrf\" value=\"").expect("the page has a form");
        rest.split('"').next().unwrap().to_owned()
    }
}

impl TestConsole {
    async fn new() -> Self {
        Self::with(ConsoleOptions::default()).await
    }

    async fn with(options: ConsoleOptions) -> Self {
        Self::at(NOW, options).await
    }

    /// With the core's clock at `now_ms`.
    async fn at(now_ms: i64, options: ConsoleOptions) -> Self {
        let temp = TempDir::new();
        let env = Arc::new(TestEnv::new(now_ms));
        let core = DataDir::new(temp.path()).unwrap().open(env.clone(), Settings::default()).await.unwrap();
        let mut world = SampleRoster::small();
        world.worker("A2", "县管理员", "629901", Role::Administrator, &["629901"]);
        core.apply_office(world.changes()).await.unwrap();
        let router = router(Arc::new(Console::new(core.clone(), options)));
        Self { core, env, router, _temp: temp }
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

    /// Sets a password for the worker, signs in, and returns the session cookie.
    async fn signed_in(&self, worker: &str) -> String {
        self.core.set_password(worker, PASSWORD).await.unwrap();
        let page = self.try_login(worker, PASSWORD).await;
        assert_eq!((page.status, page.goes_to()), (StatusCode::SEE_OTHER, "/console/report"));
        page.cookies()[0].split(';').next().unwrap().to_owned()
    }

    /// Enrols device number `n` for the worker.
    async fn enrolled(&self, worker: &str, n: u128) -> Token {
        let code = self.core.issue_code(worker).await.unwrap().code;
        let request = EnrolRequest {
            proto: 1,
            code,
            device: uuid::Uuid::from_u128(n).into(),
            proof: "ab".repeat(32),
            label: "安卓手机".into(),
            client_now: shared::Moment::shanghai(self.core.now_ms()),
            sign_key: None,
        };
        shared::protocol::SyncProtocol::enrol(&self.core, request).await.unwrap().token
    }
}

/// The id of device number `n`.
fn device(n: u128) -> String {
    uuid::Uuid::from_u128(n).to_string()
}

/// Every page of a signed-in person. From index 4 on, pages for administrators; from index 5 on, pages with a form of
/// their own.
const PAGES: [&str; 8] = [
    "/console/report",
    "/console/report.csv",
    "/console/reviews",
    "/console/reviews/00000000-0000-0000-0000-000000000007",
    "/console/devices",
    "/console/devices/00000000-0000-0000-0000-000000000007/revoke",
    "/console/enrol",
    "/console/bundle",
];

/// The entries of the access log, each with its author.
async fn access_log(console: &TestConsole) -> Vec<(RowId, AccessLog)> {
    use crate::store::{Job, Store, StoreError, Txn, tables::OpLog};
    struct All;
    impl Job for All {
        type Out = Vec<OpLog>;
        type Err = StoreError;
        async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<OpLog>, StoreError> {
            txn.with_prefix::<OpLog>("kind", Kind::AccessLog.word()).await
        }
    }
    let ops = console.core.store().read(All).await.unwrap();
    let rows = console.core.rows(ops.iter().map(|op| op.row).collect()).await.unwrap();
    rows.into_iter().map(|row| (row.author.into(), row.view().unwrap())).collect()
}
