//! A photo of the largest size over a link that breaks again and again, against the real server over real HTTP.

use super::{media::take_bytes, *};
use crate::{
    client::{HttpClient, ServerAddress},
    store::{photo, photo::State},
    testing::opened,
};
use std::sync::Arc;
use sync_server::{
    core::TestEnv as ServerEnv,
    testing::{Options, TestServer, World as Town},
};

/// The link breaks each time it has carried this many bytes of photos.
const LINK_BYTES: u64 = 300_000;

/// Real HTTP that breaks within the chunk on which [`LINK_BYTES`] run out.
struct FlakyLink {
    http: HttpClient,
    left: Mutex<u64>,
    /// Bytes of photos sent, whether they arrived or not.
    sent: Mutex<u64>,
}

impl SyncProtocol for FlakyLink {
    async fn enrol(&self, request: EnrolRequest) -> Answer<EnrolReply> {
        self.http.enrol(request).await
    }
    async fn push(&self, token: &Token, request: PushRequest) -> Answer<PushReply> {
        self.http.push(token, request).await
    }
    async fn pull(&self, token: &Token, request: PullRequest) -> Answer<PullReply> {
        self.http.pull(token, request).await
    }
    async fn repair(&self, token: &Token, request: RepairRequest) -> Answer<RepairReply> {
        self.http.repair(token, request).await
    }
    async fn bundle(&self, token: &Token, file: Vec<u8>) -> Answer<BundleReply> {
        self.http.bundle(token, file).await
    }
    async fn media_create(&self, token: &Token, request: MediaCreate) -> Answer<MediaStatus> {
        self.http.media_create(token, request).await
    }
    async fn media_status(&self, token: &Token, upload: UploadId) -> Answer<MediaStatus> {
        self.http.media_status(token, upload).await
    }
    async fn media_chunk(&self, token: &Token, chunk: MediaChunk) -> Answer<MediaStatus> {
        let bytes = chunk.bytes.len() as u64;
        let holds = {
            let mut left = self.left.lock().unwrap();
            *self.sent.lock().unwrap() += bytes.min(*left);
            let holds = *left >= bytes;
            *left = if holds { *left - bytes } else { LINK_BYTES };
            holds
        };
        if !holds {
            return Err(SyncError::Offline("the link broke".into()));
        }
        self.http.media_chunk(token, chunk).await
    }
    async fn media_finish(&self, token: &Token, upload: UploadId) -> Answer<MediaStatus> {
        self.http.media_finish(token, upload).await
    }
    async fn report(&self, token: &Token, request: ReportRequest) -> Answer<Report> {
        self.http.report(token, request).await
    }
}

fn jpeg(size: usize) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
    bytes.extend((4..size as u64).map(|i| (i.wrapping_mul(i) >> 7) as u8));
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_of_eight_mebibytes_arrives_over_a_link_that_breaks_every_300_kilobytes() {
    let env = TestEnv::new();
    let server_env = Arc::new(ServerEnv::new(crate::Env::now(&env).utc_ms));
    let server = TestServer::start_with(Options { env: server_env, ..Options::default() });
    server.load(&Town::small());
    let mut core = opened(&env, None);
    let enrol = Command::Enrol { server: server.url(), code: server.code("W1") };
    let http = HttpClient::new(ServerAddress::parse(&server.url()).unwrap()).unwrap();
    let link = FlakyLink { http, left: Mutex::new(LINK_BYTES), sent: Mutex::new(0) };
    assert!(matches!(run_to_end(&mut core, enrol, &link).await, Reply::Status(_)));

    let size = 8 << 20;
    let photo = take_bytes(&mut core, &jpeg(size));
    let (mut runs, mut sent) = (0, 0);
    while photo::get(core.store().unwrap().conn(), photo).unwrap().unwrap().state != State::Verified {
        // An operation saved in between never waits for the photo.
        save_feedback(&mut core, "between two breaks");
        let Reply::Sync(view) = run_to_end(&mut core, Command::SyncNow, &link).await else { panic!("no view") };
        assert_eq!(view.waiting_total, 0, "records wait for nothing");
        let now = size as u64 - view.photos_bytes;
        assert!(now >= sent, "progress never goes back: {sent}, then {now}");
        sent = now;
        runs += 1;
        assert!(runs < 100, "{sent} bytes after {runs} runs");
    }
    let up = *link.sent.lock().unwrap();
    assert!(runs > size as u64 / LINK_BYTES, "the link broke {runs} times");
    assert!(up <= size as u64 * 3 / 2, "{up} bytes for a photo of {size}");
    assert_eq!(server.wait(server.core().stats()).unwrap().photos_pending, 0);
}
