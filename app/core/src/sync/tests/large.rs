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
    testing::{Fault, Options, Saboteur, TestServer, World as Town},
};

/// The line dies each time this much went through.
const LIFE: usize = 300_000;

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
    let line = Saboteur::before(server.address());
    let mut core = opened(&world, None);
    let enrol = Command::Enrol { server: server.url(), code: server.code("W1") };
    let http = HttpClient::new(ServerAddress::parse(&line.url()).unwrap()).unwrap();
    assert!(matches!(carry_out(&mut core, enrol, &http).await, Receipt::Status(_)));

    let size = 8 << 20;
    let photo = take_bytes(&mut core, &jpeg(size));
    line.plan(std::iter::repeat_n(Fault::CutRequest(LIFE), 200));
    http.traffic().take();
    let (mut runs, mut sent) = (0, 0);
    while photo::get(core.store().unwrap().conn(), photo).unwrap().unwrap().state != State::Verified {
        // What is saved in between never waits for the photo.
        say(&mut core, "between two breaks");
        let Receipt::Sync(view) = carry_out(&mut core, Command::SyncNow, &http).await else { panic!("no view") };
        assert_eq!(view.waiting_total, 0, "records wait for nothing");
        let now = size as u64 - view.photos_bytes;
        assert!(now >= sent, "it never goes back: {sent}, then {now}");
        sent = now;
        runs += 1;
        assert!(runs < 100, "{sent} bytes after {runs} runs");
    }
    let (up, _) = http.traffic().take();
    assert!(runs > size / LIFE, "the line broke {runs} times");
    assert!(up <= size as u64 * 3 / 2, "{up} bytes for a photo of {size}");
    assert_eq!(server.wait(server.core().stats()).unwrap().photos_pending, 0);
}
