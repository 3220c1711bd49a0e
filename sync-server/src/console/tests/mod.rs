//! Every page through the router, with a real core behind it: who may see what, what a form needs, what a page says. One
//! file per page, and [`every_page`] for what holds for all.

mod bundle;
mod devices;
mod enrol;
mod every_page;
mod export;
mod login;
mod report;
mod review;

use super::{Console, ConsoleOptions, guard::SESSION_COOKIE, router};
use crate::{
    core::{CoreError, Env, Settings, TestEnv},
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
        let mut world = SampleRoster::small();
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
            sign_key: None,
        };
        shared::protocol::SyncProtocol::enrol(&self.core, request).await.unwrap().token
    }
}

fn device(n: u128) -> String {
    uuid::Uuid::from_u128(n).to_string()
}

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

async fn access_log(desk: &Desk) -> Vec<(RowId, AccessLog)> {
    use crate::store::{Job, Store, StoreError, Txn, tables::OpLog};
    struct All;
    impl Job for All {
        type Out = Vec<OpLog>;
        type Err = StoreError;
        async fn run<T: Txn>(self, txn: &mut T) -> Result<Vec<OpLog>, StoreError> {
            txn.with_prefix::<OpLog>("kind", Kind::AccessLog.word()).await
        }
    }
    let ops = desk.core.store().read(All).await.unwrap();
    let rows = desk.core.rows(ops.iter().map(|op| op.row).collect()).await.unwrap();
    rows.into_iter().map(|row| (row.author.into(), row.view().unwrap())).collect()
}
