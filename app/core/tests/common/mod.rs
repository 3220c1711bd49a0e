//! What these tests share: a phone against a real server over real HTTP, with a connection that a test can cut.

#![allow(dead_code, reason = "each test binary uses its own part of it")]
#![allow(clippy::unwrap_used, reason = "a helper of tests fails the test")]

use device_core::{
    Command, Core, Env, Paths, Refusal, Reply,
    client::{HttpClient, ServerAddress},
    command::{NewVisit, RecipientQuery},
    sync::run_to_end,
    views::{CardView, MonthView, PhotoView, RecipientItem, StatusView, SyncView},
};
use shared::{
    Moment, Month, RecipientId, RowId,
    ids::UploadId,
    protocol::{Answer, SyncProtocol},
    records::{PhotoOf, Presence, VisitMode},
    wire::{
        BundleReply, EnrolReply, EnrolRequest, MediaChunk, MediaCreate, MediaStatus, PullReply, PullRequest, PushReply,
        PushRequest, RepairReply, RepairRequest, Report, ReportRequest, SyncError, Token,
    },
};
use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};
use sync_server::testing::{SampleRoster, TestServer};

pub const PIN: &str = "2486";

/// The real clock, which a test can set wrong, and real randomness.
#[derive(Clone, Default)]
pub struct Clock {
    pub wrong_by_ms: Arc<AtomicI64>,
}

impl Env for Clock {
    fn now(&self) -> Moment {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Moment::shanghai(now.as_millis() as i64 + self.wrong_by_ms.load(Ordering::SeqCst))
    }
    fn monotonic_ms(&self) -> u64 {
        (self.now().utc_ms - self.wrong_by_ms.load(Ordering::SeqCst)) as u64
    }
    fn random(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It never reaches the server.
    Request,
    /// The server does its work; the answer is lost.
    Reply,
}

/// A connection over HTTP that loses what a test tells it to, and remembers what was asked.
pub struct Line {
    http: HttpClient,
    state: Mutex<LineState>,
}

#[derive(Default)]
struct LineState {
    calls: Vec<String>,
    cut: Option<(usize, Cut)>,
    /// Photos whose bytes are spoilt on the way.
    spoilt: Option<String>,
    spoilt_upload: Option<UploadId>,
}

impl Line {
    pub fn to(server: &str) -> Self {
        let http = HttpClient::new(ServerAddress::parse(server).unwrap()).unwrap();
        Self { http, state: Mutex::default() }
    }
    /// The call number `n` from now on (0 is the next) is cut.
    pub fn cut(&self, n: usize, how: Cut) {
        let mut state = self.state.lock().unwrap();
        state.cut = Some((state.calls.len() + n, how));
    }
    /// True when the cut that was planned has happened.
    pub fn was_cut(&self) -> bool {
        let state = self.state.lock().unwrap();
        state.cut.is_none_or(|(n, _)| n < state.calls.len())
    }
    pub fn spoil(&self, sha256: &str) {
        self.state.lock().unwrap().spoilt = Some(sha256.to_owned());
    }
    /// The calls since the last time this was asked.
    pub fn take_calls(&self) -> Vec<String> {
        let mut state = self.state.lock().unwrap();
        state.cut = None;
        std::mem::take(&mut state.calls)
    }
    pub fn traffic(&self) -> (u64, u64) {
        self.http.traffic().take()
    }

    async fn pass<T>(&self, name: String, call: impl Future<Output = Answer<T>>) -> Answer<T> {
        let cut = {
            let mut state = self.state.lock().unwrap();
            state.calls.push(name);
            state.cut.filter(|(n, _)| *n + 1 == state.calls.len()).map(|(_, how)| how)
        };
        let lost = || Err(SyncError::Offline("cut by the test".into()));
        match cut {
            Some(Cut::Request) => lost(),
            Some(Cut::Reply) => call.await.and_then(|_| lost()),
            None => call.await,
        }
    }
}

impl SyncProtocol for Line {
    async fn enrol(&self, request: EnrolRequest) -> Answer<EnrolReply> {
        self.pass("enrol".into(), self.http.enrol(request)).await
    }
    async fn push(&self, token: &Token, request: PushRequest) -> Answer<PushReply> {
        self.pass("push".into(), self.http.push(token, request)).await
    }
    async fn pull(&self, token: &Token, request: PullRequest) -> Answer<PullReply> {
        self.pass("pull".into(), self.http.pull(token, request)).await
    }
    async fn repair(&self, token: &Token, request: RepairRequest) -> Answer<RepairReply> {
        self.pass("repair".into(), self.http.repair(token, request)).await
    }
    async fn media_create(&self, token: &Token, request: MediaCreate) -> Answer<MediaStatus> {
        let spoilt = self.state.lock().unwrap().spoilt.as_ref() == Some(&request.sha256);
        let status = self.pass("create".into(), self.http.media_create(token, request)).await?;
        if spoilt {
            self.state.lock().unwrap().spoilt_upload = Some(status.upload);
        }
        Ok(status)
    }
    async fn media_status(&self, token: &Token, upload: UploadId) -> Answer<MediaStatus> {
        self.pass("status".into(), self.http.media_status(token, upload)).await
    }
    async fn media_chunk(&self, token: &Token, mut chunk: MediaChunk) -> Answer<MediaStatus> {
        if self.state.lock().unwrap().spoilt_upload == Some(chunk.upload) {
            chunk.bytes.fill(0);
        }
        self.pass(format!("chunk {}+{}", chunk.offset, chunk.bytes.len()), self.http.media_chunk(token, chunk)).await
    }
    async fn media_finish(&self, token: &Token, upload: UploadId) -> Answer<MediaStatus> {
        self.pass("finish".into(), self.http.media_finish(token, upload)).await
    }
    async fn bundle(&self, token: &Token, bytes: Vec<u8>) -> Answer<BundleReply> {
        self.pass("bundle".into(), self.http.bundle(token, bytes)).await
    }
    async fn report(&self, token: &Token, request: ReportRequest) -> Answer<Report> {
        self.pass("report".into(), self.http.report(token, request)).await
    }
}

/// A phone: a core and its connection.
pub struct Phone {
    pub core: Core,
    pub line: Line,
    pub clock: Clock,
}

impl Phone {
    /// UndoWindow from the shop, with a PIN.
    pub fn new(server: &TestServer) -> Self {
        Self::at(None, server)
    }

    /// With its store in a folder; opened again where there is one already.
    pub fn at(folder: Option<&Path>, server: &TestServer) -> Self {
        let clock = Clock::default();
        let places = Paths { dir: folder.map(Path::to_owned) };
        let mut core = Core::open_for_tests(places, Box::new(clock.clone())).unwrap();
        match core.handle(Command::CreateVault { pin: PIN.into() }) {
            Reply::Status(_) => {}
            _ => drop(expect_status(core.handle(Command::Unlock { pin: PIN.into() }))),
        }
        Self { core, line: Line::to(&server.url()), clock }
    }

    /// Enrolled for a worker, and with all that belongs to them.
    pub async fn of(worker: &str, server: &TestServer) -> Self {
        let mut phone = Self::new(server);
        phone.enrol(server, worker).await;
        phone.sync().await;
        phone
    }

    pub async fn run(&mut self, command: Command) -> Reply {
        run_to_end(&mut self.core, command, &self.line).await
    }

    pub async fn try_enrol(&mut self, server: &TestServer, code: &str) -> Reply {
        self.run(Command::Enrol { server: server.url(), code: code.into() }).await
    }

    pub async fn enrol(&mut self, server: &TestServer, worker: &str) -> StatusView {
        let code = server.code(worker);
        expect_status(self.try_enrol(server, &code).await)
    }

    pub async fn sync(&mut self) -> SyncView {
        match self.run(Command::SyncNow).await {
            Reply::Sync(view) => *view,
            other => panic!("{other:?}"),
        }
    }

    /// A sync that must end well, with nothing left behind.
    pub async fn sync_all(&mut self) -> SyncView {
        let view = self.sync().await;
        assert_eq!(view.last_problem, None);
        assert_eq!((view.waiting_total, view.photos_waiting), (0, 0));
        view
    }

    pub fn state(&mut self) -> SyncView {
        match self.core.handle(Command::SyncState) {
            Reply::Sync(view) => *view,
            other => panic!("{other:?}"),
        }
    }

    pub fn recipients(&mut self) -> Vec<RecipientItem> {
        match self.core.handle(Command::Recipients(RecipientQuery::default())) {
            Reply::Recipients(view) => view.items,
            other => panic!("{other:?}"),
        }
    }

    pub fn card(&mut self, recipient: RecipientId) -> CardView {
        match self.core.handle(Command::Card { recipient }) {
            Reply::Card(view) => *view,
            other => panic!("{other:?}"),
        }
    }

    pub fn month(&mut self, month: Month) -> MonthView {
        match self.core.handle(Command::MyMonth { month }) {
            Reply::Month(view) => *view,
            other => panic!("{other:?}"),
        }
    }

    pub fn save(&mut self, command: Command) -> Vec<RowId> {
        match self.core.handle(command) {
            Reply::Saved { rows } => rows,
            other => panic!("{other:?}"),
        }
    }

    /// A home visit, with the draft's photos if there is one.
    pub fn visit(&mut self, recipient: RecipientId, note: &str, draft: Option<&str>) -> RowId {
        self.save(Command::SaveVisit(visit(recipient, note, draft)))[0]
    }

    pub fn add_photo(&mut self, draft: &str, bytes: Vec<u8>) -> Result<PhotoView, Refusal> {
        let command = Command::AddPhoto { draft: draft.into(), of: PhotoOf::Visit, caption: None, bytes };
        match self.core.handle(command) {
            Reply::PhotoAdded(view) => Ok(view),
            Reply::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    /// Notes of the visits that this phone shows for a recipient.
    pub fn notes(&mut self, recipient: RecipientId) -> Vec<String> {
        let mut notes: Vec<_> = self.card(recipient).history.into_iter().filter_map(|item| item.text).collect();
        notes.sort();
        notes
    }
}

pub fn visit(recipient: RecipientId, note: &str, draft: Option<&str>) -> NewVisit {
    NewVisit {
        recipients: vec![recipient],
        mode: VisitMode::Home,
        presence: Presence::Found,
        happened: None,
        findings: vec![],
        services: vec![],
        note: Some(note.into()),
        follow_up: None,
        need: None,
        draft: draft.map(str::to_owned),
    }
}

pub fn expect_status(receipt: Reply) -> StatusView {
    match receipt {
        Reply::Status(status) => status,
        other => panic!("{other:?}"),
    }
}

pub fn server() -> TestServer {
    let server = TestServer::start();
    server.load(&SampleRoster::small());
    server
}

/// Operations that phones sent. What the office loaded counts apart: it came before any phone.
pub struct Counted(u64);

impl Counted {
    pub fn from(server: &TestServer) -> Self {
        Self(server.wait(server.core().stats()).unwrap().ops)
    }
    pub fn since(&self, server: &TestServer) -> u64 {
        Self::from(server).0 - self.0
    }
}

pub fn recipient(code: &str) -> RecipientId {
    sync_server::import::recipient_id(code)
}

/// A photo that hardly packs: noise, so that its JPEG is large. `seed` makes it another photo.
pub fn noisy_jpeg(width: u32, height: u32, seed: u32, quality: u8) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let picture = image::RgbImage::from_fn(width, height, |_, _| {
        // Xorshift.
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        image::Rgb([state as u8, (state >> 8) as u8, (state >> 16) as u8])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&picture).unwrap();
    bytes
}

pub fn this_month() -> Month {
    Clock::default().now().day().month()
}
