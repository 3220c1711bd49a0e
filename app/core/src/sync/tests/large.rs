//! A photo of the largest size over a line that dies all the time, against the real server over real HTTP.

use super::{media::take_bytes, *};
use crate::{
    client::{HttpClient, ServerAddress},
    store::{photo, photo::State},
    testing::opened,
};
use std::sync::Arc;
use sync_server::{
    core::TestEnv,
    testing::{Options, TestServer, SampleRoster as Town},
};

/// The line dies each time this much of photos went through.
const LIFE: u64 = 300_000;

/// Real HTTP that dies in the middle of the chunk on which [`LIFE`] runs out.
struct Dying {
    http: HttpClient,
    left: Mutex<u64>,
    /// Bytes of photos that were put on the line, arrived or not.
    sent: Mutex<u64>,
}

impl SyncProtocol for Dying {
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
        let lives = {
            let mut left = self.left.lock().unwrap();
            *self.sent.lock().unwrap() += bytes.min(*left);
            let lives = *left >= bytes;
            *left = if lives { *left - bytes } else { LIFE };
            lives
        };
        if !lives {
            return Err(SyncError::Offline("the line died".into()));
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
async fn a_photo_of_eight_mebibytes_arrives_over_a_line_that_dies_every_300_kilobytes() {
    let world = World::new();
    let env = Arc::new(TestEnv::new(crate::Env::now(&world).utc_ms));
    let server = TestServer::start_with(Options { env, ..Options::default() });
    server.load(&Town::small());
    let mut core = opened(&world, None);
    let enrol = Command::Enrol { server: server.url(), code: server.code("W1") };
    let http = HttpClient::new(ServerAddress::parse(&server.url()).unwrap()).unwrap();
    let line = Dying { http, left: Mutex::new(LIFE), sent: Mutex::new(0) };
    assert!(matches!(carry_out(&mut core, enrol, &line).await, Reply::Status(_)));

    let size = 8 << 20;
    let photo = take_bytes(&mut core, &jpeg(size));
    let (mut runs, mut sent) = (0, 0);
    while photo::get(core.store().unwrap().conn(), photo).unwrap().unwrap().state != State::Verified {
        // What is saved in between never waits for the photo.
        say(&mut core, "between two breaks");
        let Reply::Sync(view) = carry_out(&mut core, Command::SyncNow, &line).await else { panic!("no view") };
        assert_eq!(view.waiting_total, 0, "records wait for nothing");
        let now = size as u64 - view.photos_bytes;
        assert!(now >= sent, "it never goes back: {sent}, then {now}");
        sent = now;
        runs += 1;
        assert!(runs < 100, "{sent} bytes after {runs} runs");
    }
    let up = *line.sent.lock().unwrap();
    assert!(runs > size as u64 / LIFE, "the line broke {runs} times");
    assert!(up <= size as u64 * 3 / 2, "{up} bytes for a photo of {size}");
    assert_eq!(server.wait(server.core().stats()).unwrap().photos_pending, 0);
}
